package plan_test

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"op25b/plan"
)

// hashed is the digest of a message; of a hash that is not used here it is that of SHA-1.
func hashed(hash string, message []byte) []byte {
	if hash == "sha512" {
		sum := sha512.Sum512(message)
		return sum[:]
	}
	sum := sha1.Sum(message)
	return sum[:]
}

// desk is a folder with OpenSSH's own tool.
type desk struct {
	testing.TB
	dir string
}

func newDesk(t testing.TB) desk {
	t.Helper()
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("ssh-keygen (Debian package openssh-client) is absent")
	}
	return desk{t, t.TempDir()}
}

func (d desk) write(name string, text []byte) string {
	d.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		d.Fatal(err)
	}
	return path
}

// keygen runs ssh-keygen with a message on its standard input.
func (d desk) keygen(message []byte, args ...string) ([]byte, error) {
	c := exec.Command("ssh-keygen", args...)
	c.Stdin = bytes.NewReader(message)
	var out, talk bytes.Buffer
	c.Stdout, c.Stderr = &out, &talk
	err := c.Run()
	if err != nil {
		d.Logf("ssh-keygen %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), talk.String())
	}
	return out.Bytes(), err
}

// verifies asks ssh-keygen about a signature over a plan by hanako.
func (d desk) verifies(p plan.Plan, signer, sig string) bool {
	d.Helper()
	allowed, file := d.write("allowed", []byte(signer+"\n")), d.write("sig", []byte(sig))
	out, err := d.keygen(p.Message(), "-Y", "verify", "-f", allowed, "-I", "hanako", "-n", "op25b", "-s", file)
	return err == nil && strings.Contains(string(out), `Good "op25b" signature for hanako`)
}

// TestOpenSSH: what ssh-keygen signs we accept, what we sign it verifies, and both refuse the
// same plan after a change.
func TestOpenSSH(t *testing.T) {
	d := newDesk(t)
	for name, key := range eachKind(t) {
		signer := signerOf(t, key)
		own := line("hanako", signer.PublicKey())
		p := plan.Plan{Version: 1, Author: "sato", Gates: plan.Gates{Approvals: 1, Signers: []string{own}}}.Sealed()
		other := plan.Plan{Version: 1, Author: "jiro", Gates: p.Gates}.Sealed()
		if sig := block(t, p, signer); !d.verifies(p, own, sig) || d.verifies(other, own, sig) {
			t.Errorf("%s: ssh-keygen does not verify ours, or that over another plan", name)
		}
		private, err := ssh.MarshalPrivateKey(key, "")
		if err != nil {
			t.Fatal(err)
		}
		file := d.write("key", pem.EncodeToMemory(private))
		for _, hash := range []string{"sha512", "sha256"} {
			text, err := d.keygen(p.Message(), "-Y", "sign", "-n", "op25b", "-O", "hashalg="+hash, "-f", file)
			if err != nil {
				t.Fatal(err)
			}
			if got := verdicts(p.Approvals(text, signersOf(t, p))); got != "hanako" {
				t.Errorf("%s %s: ssh-keygen's signature: %s", name, hash, got)
			}
			if got := verdicts(other.Approvals(text, signersOf(t, other))); !strings.Contains(got, "not over this plan") {
				t.Errorf("%s %s: over another plan: %s", name, hash, got)
			}
		}
		text, err := d.keygen(p.Message(), "-Y", "sign", "-n", "file", "-f", file)
		if err != nil {
			t.Fatal(err)
		}
		if got := verdicts(p.Approvals(text, signersOf(t, p))); !strings.Contains(got, `made for "file"`) {
			t.Errorf("%s: another namespace: %s", name, got)
		}
	}
}

// TestOpenSSHSecurityKey: ssh-keygen agrees about the signature of a FIDO key.
func TestOpenSSHSecurityKey(t *testing.T) {
	d := newDesk(t)
	signer := securityKey{keyOf("hanako"), true}
	own := line("hanako", signer.PublicKey())
	p := plan.Plan{Version: 1, Author: "sato", Gates: plan.Gates{Approvals: 1, Signers: []string{own}}}.Sealed()
	if !d.verifies(p, own, block(t, p, signer)) {
		t.Error("ssh-keygen does not verify it")
	}
}
