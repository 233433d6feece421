package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// Namespace is what the signatures over plans are made for: ssh-keygen -Y sign -n op25b.
const Namespace = "op25b"

// MaxApprovals is the longest file of signatures that is read, in bytes.
const MaxApprovals = 1 << 20

// Beside is the file of a plan file's signatures.
func Beside(file string) string { return file + ".sig" }

// Approval is what one block of a file of signatures is worth.
type Approval struct {
	Block  int    // from 1
	Signer Signer // who made it; no names where that is not known
	Key    string // the key's SHA256:… fingerprint, "" for a block that is no signature
	Why    string // why it does not count, "" where it does
}

// Counts reports whether this is an approval.
func (a Approval) Counts() bool { return a.Why == "" }

// Message is what is signed: the plan's id and the end of the line.
func (p Plan) Message() []byte { return []byte(p.ID + "\n") }

// Sign makes a signature over the plan, armored as ssh-keygen -Y sign does it.
func (p Plan) Sign(key ssh.Signer) ([]byte, error) {
	sig, err := sshsig.Sign(bytes.NewReader(p.Message()), key, sshsig.HashSHA512, Namespace)
	if err != nil {
		return nil, err
	}
	return sshsig.Armor(sig), nil
}

// ReadApprovals are the bytes of a file of signatures, none where there is no file.
func ReadApprovals(file string) ([]byte, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxApprovals+1))
	if err == nil && len(text) > MaxApprovals {
		err = fmt.Errorf("%s has more than %d MiB", file, MaxApprovals>>20)
	}
	return text, err
}

// Approvals judges each block of a file of signatures. Those count that are made with the key
// of a signer, over this plan, for our namespace, not by the plan's author, and the first of
// each person.
func (p Plan) Approvals(text []byte, signers []Signer) []Approval {
	var out []Approval
	for i, block := range blocks(string(text)) {
		a := p.approval(block, signers)
		a.Block = i + 1
		for _, before := range out {
			if a.Counts() && before.Counts() && before.Signer.Same(a.Signer) {
				a.Why = fmt.Sprintf("%s has approved already, with block %d", a.Signer.Name(), before.Block)
			}
		}
		out = append(out, a)
	}
	return out
}

// Counted is how many of these approvals count.
func Counted(list []Approval) int {
	n := 0
	for _, a := range list {
		if a.Counts() {
			n++
		}
	}
	return n
}

// approval judges one block by itself.
func (p Plan) approval(block string, signers []Signer) Approval {
	sig, err := sshsig.Unarmor([]byte(block))
	if err != nil {
		return Approval{Why: "it is no SSH signature: " + err.Error()}
	}
	a := Approval{Key: ssh.FingerprintSHA256(sig.PublicKey)}
	if sig.Namespace != Namespace {
		a.Why = fmt.Sprintf("it was made for %q, not for %q", sig.Namespace, Namespace)
		return a
	}
	i := slices.IndexFunc(signers, func(s Signer) bool { return sameKey(s.Key, sig.PublicKey) })
	if i < 0 {
		a.Why = a.Key + " is no signer's key"
		return a
	}
	a.Signer = signers[i]
	switch {
	case sshsig.Verify(bytes.NewReader(p.Message()), sig, signers[i].Key, sig.HashAlgorithm, Namespace) != nil:
		a.Why = fmt.Sprintf("it bears the key of %s, but is not over this plan", a.Signer.Name())
	case a.Signer.Is(p.Author):
		a.Why = fmt.Sprintf("%s is the plan's author", a.Signer.Name())
	case len(callings(p.Author)) == 0:
		a.Why = "the plan has no author, so nobody is known to be somebody else"
	}
	return a
}

// Same reports whether two signers are one person: whether they share a name.
func (s Signer) Same(o Signer) bool { return slices.ContainsFunc(o.Names, s.Is) }

// blocks cuts a file of signatures where one begins and ends. Text between them, and a
// signature that does not end, are blocks too.
func blocks(text string) []string {
	const begin, end = "-----BEGIN " + sshsig.PEMType + "-----", "-----END " + sshsig.PEMType + "-----"
	var out []string
	var block []string
	cut := func() {
		if strings.TrimSpace(strings.Join(block, "")) != "" {
			out = append(out, strings.Join(block, "\n")+"\n")
		}
		block = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		if line == begin {
			cut()
		}
		block = append(block, line)
		if line == end {
			cut()
		}
	}
	cut()
	return out
}
