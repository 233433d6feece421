package plan_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"op25b/plan"
)

// keyOf is the ed25519 key of a name, the same every time.
func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func signerOf(t testing.TB, key any) ssh.Signer {
	t.Helper()
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// line is a signer as rollout.yaml has him.
func line(name string, key ssh.PublicKey) string {
	return name + " " + strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// sealed is a plan by sato, which hanako, jiro and sato may sign.
func sealed(t testing.TB) plan.Plan {
	t.Helper()
	p := plan.Plan{Version: 1, Author: "sato", At: "2005-01-31", Gates: plan.Gates{Approvals: 2}}
	for _, name := range []string{"hanako@example.net", "jiro@example.net", "sato@example.net"} {
		p.Gates.Signers = append(p.Gates.Signers, line(name, signerOf(t, keyOf(name)).PublicKey()))
	}
	return p.Sealed()
}

func signersOf(t testing.TB, p plan.Plan, known ...plan.Signer) []plan.Signer {
	t.Helper()
	list, keyless, err := p.Signers(known)
	if err != nil || len(keyless) > 0 {
		t.Fatal(keyless, err)
	}
	return list
}

func block(t testing.TB, p plan.Plan, key ssh.Signer) string {
	t.Helper()
	b, err := p.Sign(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// verdicts are what approvals are worth, in one line each.
func verdicts(list []plan.Approval) string {
	var out []string
	for _, a := range list {
		if a.Counts() {
			out = append(out, a.Signer.Name())
		} else {
			out = append(out, "no: "+a.Why)
		}
	}
	return strings.Join(out, "\n")
}

func TestApprovals(t *testing.T) {
	p := sealed(t)
	other := p
	other.At = "2005-02-01"
	other = other.Sealed()
	hanako, jiro := signerOf(t, keyOf("hanako@example.net")), signerOf(t, keyOf("jiro@example.net"))
	sato, nobody := signerOf(t, keyOf("sato@example.net")), signerOf(t, keyOf("nobody"))
	first, second := block(t, p, hanako), block(t, p, jiro)
	forged, err := sshsig.Unarmor([]byte(first))
	if err != nil {
		t.Fatal(err)
	}
	forged.PublicKey = jiro.PublicKey()
	for _, c := range []struct{ what, text, want string }{
		{"no file", "", ""},
		{"one", first, "hanako@example.net"},
		{"two", first + second, "hanako@example.net\njiro@example.net"},
		{"two, with blank lines and the line ends of Windows", "\n" + strings.ReplaceAll(first+"\n\n"+second, "\n", "\r\n"), "hanako@example.net\njiro@example.net"},
		{"no line end at the end", strings.TrimSpace(first), "hanako@example.net"},
		{"one person twice", first + block(t, p, hanako), "hanako@example.net\nno: hanako@example.net has approved already, with block 1"},
		{"one person twice, the hash chosen otherwise", first + made(t, p.Message(), hanako, sshsig.HashSHA256, plan.Namespace), "hanako@example.net\nno: hanako@example.net has approved already, with block 1"},
		{"the author", block(t, p, sato), "no: sato@example.net is the plan's author"},
		{"a stranger", block(t, p, nobody), "no: " + ssh.FingerprintSHA256(nobody.PublicKey()) + " is no signer's key"},
		{"another plan", block(t, other, hanako) + second, "no: it bears the key of hanako@example.net, but is not over this plan\njiro@example.net"},
		{"the short id", made(t, []byte(p.Short()+"\n"), hanako, sshsig.HashSHA512, plan.Namespace), "no: it bears the key of hanako@example.net, but is not over this plan"},
		{"without the line end", made(t, []byte(p.ID), hanako, sshsig.HashSHA512, plan.Namespace), "no: it bears the key of hanako@example.net, but is not over this plan"},
		{"another namespace", made(t, p.Message(), hanako, sshsig.HashSHA512, "file"), `no: it was made for "file", not for "op25b"`},
		{"another's key put in", string(sshsig.Armor(forged)), "no: it bears the key of jiro@example.net, but is not over this plan"},
		{"a damaged one hides no other", first[:len(first)/2] + "\n" + second, "no: it is no SSH signature: invalid PEM block\njiro@example.net"},
		{"text between", "approved by hanako\n" + first, "no: it is no SSH signature: invalid PEM block\nhanako@example.net"},
		{"a private key by mistake", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n" + first, "no: it is no SSH signature: invalid PEM type \"OPENSSH PRIVATE KEY\": expected \"SSH SIGNATURE\"\nhanako@example.net"},
	} {
		list := p.Approvals([]byte(c.text), signersOf(t, p))
		if got := verdicts(list); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.what, got, c.want)
		}
		for i, a := range list {
			if a.Block != i+1 {
				t.Errorf("%s: block %d is called %d", c.what, i+1, a.Block)
			}
		}
	}
}

// made is a signature as Sign does not make it.
func made(t testing.TB, message []byte, key ssh.Signer, hash sshsig.HashAlgorithm, namespace string) string {
	t.Helper()
	sig, err := sshsig.Sign(bytes.NewReader(message), key, hash, namespace)
	if err != nil {
		t.Fatal(err)
	}
	return string(sshsig.Armor(sig))
}

// TestWeakSignatures are right in everything but the algorithm: SHA-1 counts nowhere.
func TestWeakSignatures(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signer := signerOf(t, key)
	p := plan.Plan{Version: 1, Author: "sato", Gates: plan.Gates{Approvals: 1, Signers: []string{line("hanako", signer.PublicKey())}}}.Sealed()
	strong := []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	for _, algorithm := range append(strong, ssh.KeyAlgoRSA) {
		text := rsaBlock(t, p.Message(), signer, algorithm, "sha512")
		list := p.Approvals([]byte(text), signersOf(t, p))
		if want := algorithm != ssh.KeyAlgoRSA; len(list) != 1 || list[0].Counts() != want {
			t.Errorf("%s: %s", algorithm, verdicts(list))
		}
	}
	for _, hash := range []string{"sha1", "sha384", "md5", ""} {
		text := rsaBlock(t, p.Message(), signer, ssh.KeyAlgoRSASHA512, hash)
		if list := p.Approvals([]byte(text), signersOf(t, p)); len(list) != 1 || !strings.Contains(list[0].Why, "unsupported hash algorithm") {
			t.Errorf("hash %q: %s", hash, verdicts(list))
		}
	}
}

// rsaBlock builds a signature from PROTOCOL.sshsig, with any algorithms.
func rsaBlock(t *testing.T, message []byte, key ssh.Signer, algorithm, hash string) string {
	t.Helper()
	digest := hashed(hash, message)
	signed := append([]byte("SSHSIG"), ssh.Marshal(struct{ Namespace, Reserved, Hash, Digest string }{plan.Namespace, "", hash, string(digest)})...)
	sig, err := key.(ssh.AlgorithmSigner).SignWithAlgorithm(rand.Reader, signed, algorithm)
	if err != nil {
		t.Fatal(err)
	}
	blob := append([]byte("SSHSIG"), ssh.Marshal(struct {
		Version                                 uint32
		Key, Namespace, Reserved, Hash, Sealing string
	}{1, string(key.PublicKey().Marshal()), plan.Namespace, "", hash, string(ssh.Marshal(sig))})...)
	return string(pem.EncodeToMemory(&pem.Block{Type: sshsig.PEMType, Bytes: blob}))
}

// securityKey plays a FIDO key with an ed25519 key, as PROTOCOL.u2f of OpenSSH describes it.
type securityKey struct {
	key     ed25519.PrivateKey
	touched bool
}

func (k securityKey) PublicKey() ssh.PublicKey {
	key, err := ssh.ParsePublicKey(ssh.Marshal(struct {
		Kind, Key, Application string
	}{ssh.KeyAlgoSKED25519, string(k.key.Public().(ed25519.PublicKey)), "ssh:"}))
	if err != nil {
		panic(err)
	}
	return key
}

func (k securityKey) Sign(_ io.Reader, data []byte) (*ssh.Signature, error) {
	flags := byte(0)
	if k.touched {
		flags = 1
	}
	tail := binary.BigEndian.AppendUint32([]byte{flags}, 7)
	application, message := sha256.Sum256([]byte("ssh:")), sha256.Sum256(data)
	signed := append(append(application[:], tail...), message[:]...)
	return &ssh.Signature{Format: ssh.KeyAlgoSKED25519, Blob: ed25519.Sign(k.key, signed), Rest: tail}, nil
}

// eachKind is a key of each type that approves.
func eachKind(t testing.TB) map[string]any {
	t.Helper()
	out := map[string]any{"ed25519": keyOf("hanako")}
	for name, curve := range map[string]elliptic.Curve{"ecdsa-256": elliptic.P256(), "ecdsa-384": elliptic.P384(), "ecdsa-521": elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = key
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	out["rsa"] = key
	return out
}

func TestEachKindOfKey(t *testing.T) {
	for name, key := range eachKind(t) {
		signer := signerOf(t, key)
		p := plan.Plan{Version: 1, Author: "sato", Gates: plan.Gates{Approvals: 1, Signers: []string{line("hanako", signer.PublicKey())}}}.Sealed()
		if list := p.Approvals([]byte(block(t, p, signer)), signersOf(t, p)); verdicts(list) != "hanako" {
			t.Errorf("%s: %s", name, verdicts(list))
		}
	}
}

// TestSecurityKey: a key that must be touched approves, one that was not touched does not.
func TestSecurityKey(t *testing.T) {
	for touched, want := range map[bool]string{true: "hanako", false: "no: it bears the key of hanako, but is not over this plan"} {
		signer := securityKey{keyOf("hanako"), touched}
		p := plan.Plan{Version: 1, Author: "sato", Gates: plan.Gates{Approvals: 1, Signers: []string{line("hanako", signer.PublicKey())}}}.Sealed()
		if got := verdicts(p.Approvals([]byte(block(t, p, signer)), signersOf(t, p))); got != want {
			t.Errorf("touched %v: %s", touched, got)
		}
	}
}

// TestAuthor: the author is found by whatever he may be called.
func TestAuthor(t *testing.T) {
	for _, c := range []struct {
		author, signer string
		own            bool
	}{
		{"sato", "sato", true}, {"sato", "Sato", true}, {"SATO", "sato@example.net", true}, {"sato@Example.NET", "sato@example.net", true},
		{"sato@example.net", "sato", true}, {"Taro Sato <sato@example.net>", "sato@example.net", true}, {"Taro Sato <sato@example.net>", "sato", true},
		{`EXAMPLE\sato`, "sato", true}, {" sato ", "sato", true},
		{"sato@example.net", "sato@example.org", false}, {"sato", "satoshi", false}, {"sato", "hanako@sato", false}, {"sato <>", "hanako", false},
		{"noc", "sato@noc", false},
	} {
		key := signerOf(t, keyOf("x"))
		p := plan.Plan{Version: 1, Author: c.author, Gates: plan.Gates{Approvals: 1, Signers: []string{line(c.signer, key.PublicKey())}}}.Sealed()
		list := p.Approvals([]byte(block(t, p, key)), signersOf(t, p))
		if len(list) != 1 || list[0].Counts() == c.own {
			t.Errorf("author %q, signer %q: %s", c.author, c.signer, verdicts(list))
		}
		n, named := p.Gates.Others(c.author)
		if !named || n == 0 != c.own {
			t.Errorf("author %q, signer %q: %d others", c.author, c.signer, n)
		}
	}
	p := plan.Plan{Version: 1, Gates: plan.Gates{Approvals: 1, Signers: []string{line("hanako", signerOf(t, keyOf("x")).PublicKey())}}}.Sealed()
	if got := verdicts(p.Approvals([]byte(block(t, p, signerOf(t, keyOf("x")))), signersOf(t, p))); got != "no: the plan has no author, so nobody is known to be somebody else" {
		t.Error(got)
	}
}

// TestOnePersonManyNames: who has two names or two keys approves once.
func TestOnePersonManyNames(t *testing.T) {
	a, b := signerOf(t, keyOf("a")), signerOf(t, keyOf("b"))
	file := line("hanako,ops", a.PublicKey()) + "\n" + line("hanako", b.PublicKey()) + "\n" + line("sato,lead", signerOf(t, keyOf("s")).PublicKey()) + "\n"
	known, err := plan.ReadSigners("signers", []byte(file), time.Now())
	if err != nil || len(known) != 3 {
		t.Fatal(known, err)
	}
	p := plan.Plan{Version: 1, Author: "sato", Gates: plan.Gates{Approvals: 2, Signers: []string{"ops", "hanako", "lead"}}}.Sealed()
	text := block(t, p, a) + block(t, p, b) + block(t, p, signerOf(t, keyOf("s")))
	want := "ops\nno: hanako has approved already, with block 1\nno: lead is the plan's author"
	if got := verdicts(p.Approvals([]byte(text), signersOf(t, p, known...))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// FuzzApprovals reads anything beside a plan. The twin finds the armored blocks as any PEM reader
// does, and asks for each key alone whether it signed.
func FuzzApprovals(f *testing.F) {
	p := sealed(f)
	good := block(f, p, signerOf(f, keyOf("hanako@example.net"))) + block(f, p, signerOf(f, keyOf("jiro@example.net")))
	f.Add([]byte(good))
	f.Add([]byte(block(f, p, signerOf(f, keyOf("sato@example.net"))) + good))
	f.Add([]byte(strings.Replace(good, "-----END SSH SIGNATURE-----\n", "", 1)))
	f.Add([]byte("-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"))
	signers := signersOf(f, p)
	f.Fuzz(func(t *testing.T, text []byte) {
		list := p.Approvals(text, signers)
		seen := map[string]bool{}
		for _, a := range list {
			if !a.Counts() {
				continue
			}
			if seen[a.Key] || a.Signer.Is(p.Author) || !signedBy(p, text, a.Signer.Key) {
				t.Fatalf("%s counts", a.Signer.Name())
			}
			seen[a.Key] = true
		}
		if plan.Counted(list) != len(seen) {
			t.Fatal(plan.Counted(list), len(seen))
		}
	})
}

func signedBy(p plan.Plan, text []byte, key ssh.PublicKey) bool {
	rest := bytes.ReplaceAll(text, []byte("-----BEGIN SSH"), []byte("\n-----BEGIN SSH"))
	for {
		var one *pem.Block
		if one, rest = pem.Decode(rest); one == nil {
			return false
		}
		sig, err := sshsig.ParseSignature(one.Bytes)
		if err == nil && sshsig.Verify(bytes.NewReader(p.Message()), sig, key, sig.HashAlgorithm, "op25b") == nil {
			return true
		}
	}
}

func TestReadApprovals(t *testing.T) {
	dir := t.TempDir()
	if text, err := plan.ReadApprovals(filepath.Join(dir, "none.sig")); err != nil || len(text) != 0 {
		t.Error(text, err)
	}
	long := filepath.Join(dir, "long.sig")
	if err := os.WriteFile(long, make([]byte, plan.MaxApprovals+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := plan.ReadApprovals(long); err == nil || !strings.Contains(err.Error(), "has more than 1 MiB") {
		t.Error(err)
	}
	if _, err := plan.ReadApprovals(dir); err == nil {
		t.Error("a folder is read")
	}
}
