package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"op25b/lab"
	"op25b/plan"
	"op25b/rollout"
)

// keyOf is the ed25519 key of a name, the same every time.
func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// signerLine is a person as rollout.yaml has him.
func signerLine(name string) string {
	key, err := ssh.NewPublicKey(keyOf(name).Public())
	if err != nil {
		panic(err)
	}
	return name + "@example.net " + strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// keyFile is the private key file of a name; with a passphrase it is encrypted.
func keyFile(name, passphrase string) ([]byte, error) {
	block, err := ssh.MarshalPrivateKey(keyOf(name), name)
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(keyOf(name), name, []byte(passphrase))
	}
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(block), nil
}

// sshkey writes key files: sshkey NAME... The file locked has jiro's, encrypted.
func sshkey(ts *testscript.TestScript, _ bool, names []string) {
	for _, name := range names {
		text, err := keyFile(name, "")
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name), text, 0o600))
	}
	text, err := keyFile("jiro", "Planted-key-4711")
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("locked"), text, 0o600))
}

// planid sets ID and SHORT to a plan's id, and writes it to id.txt as it is typed.
func planid(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: planid FILE")
	}
	p, err := plan.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Setenv("ID", p.ID)
	ts.Setenv("SHORT", p.Short())
	ts.Check(os.WriteFile(ts.MkAbs("id.txt"), []byte(p.Short()+"\n"), 0o600))
}

// newAgent is an SSH agent with the keys of some names; it is its socket.
func newAgent(t *testing.T, names ...string) string {
	t.Helper()
	ring := agent.NewKeyring()
	for _, name := range names {
		key := keyOf(name)
		if err := ring.Add(agent.AddedKey{PrivateKey: &key, Comment: name}); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := os.MkdirTemp("", "agent") // the name of a socket has to be short
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	door, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { door.Close(); os.RemoveAll(dir) })
	go func() {
		for {
			c, err := door.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(ring, c); c.Close() }()
		}
	}()
	return socket
}

// approvableSite is a site of one router whose plan a.plan, by sato, needs two approvals. It is
// made from a text: nobody was on the router.
func approvableSite(t *testing.T, dialect string) (*site, plan.Plan) {
	t.Helper()
	s := newSite(t, dialect)
	s.rollout = oneWave + "approvals: 2\nsigners:\n"
	for _, name := range []string{"hanako", "jiro", "sato"} {
		s.rollout += "  - " + signerLine(name) + "\n"
		text, err := keyFile(name, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.file(name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.env["OP25B_AUTHOR"] = "sato"
	s.write()
	r := s.routers[0]
	if err := os.WriteFile(s.file(r.name+".cfg"), []byte(r.kind.Config(r.name, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.must(done, "plan", "-o", s.file("a.plan"), "--running", s.dir)
	return s, s.open("a.plan")
}

// TestUnapproved: a plan that is not approved by two others reaches no router, whatever stands
// beside it; nobody logs in and nothing is typed. With two it is carried out.
func TestUnapproved(t *testing.T) {
	for _, dialect := range everyDialect() {
		t.Run(dialect, func(t *testing.T) {
			s, p := approvableSite(t, dialect)
			r := s.routers[0]
			sato, err := ssh.NewSignerFromKey(keyOf("sato"))
			if err != nil {
				t.Fatal(err)
			}
			own, err := p.Sign(sato)
			if err != nil {
				t.Fatal(err)
			}
			sig := plan.Beside(s.file("a.plan"))
			refusedWith := func(says string, more ...string) {
				t.Helper()
				if got := s.must(refused, s.push("a.plan", more...)...); !strings.Contains(got.err, says) {
					t.Errorf("%s\nwant %q", got.err, says)
				}
				if now := r.server.Traffic(); now != (lab.Traffic{}) {
					t.Errorf("an unapproved plan reached the router: %+v", now)
				}
			}
			refusedWith("has 0 of 2 approvals")
			refusedWith("has 0 of 2 approvals", "--outside-window")
			refusedWith("has 0 of 2 approvals", "--dry-run")
			if err := os.WriteFile(sig, own, 0o600); err != nil {
				t.Fatal(err)
			}
			refusedWith("block 1 does not count: sato@example.net is the plan's author")
			s.must(refused, "approve", s.file("a.plan"), "--key", s.file("sato"), "--yes="+p.ID)
			s.must(done, "approve", s.file("a.plan"), "--key", s.file("hanako"), "--yes="+p.ID)
			refusedWith("has 1 of 2 approvals")
			twice, err := os.ReadFile(sig)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(sig, append(twice, twice...), 0o600); err != nil {
				t.Fatal(err)
			}
			refusedWith("has approved already, with block 2")
			s.must(done, "approve", s.file("a.plan"), "--key", s.file("jiro"), "--yes="+p.ID)
			if info, err := os.Stat(sig); err != nil || info.Mode().Perm() != 0o644 {
				t.Errorf("%v %v", info.Mode(), err)
			}
			if err := os.Rename(sig, s.file("kept")); err != nil {
				t.Fatal(err)
			}
			s.must(done, "status", s.file("a.plan")) // reads, and needs no approval
			if err := os.Rename(s.file("kept"), sig); err != nil {
				t.Fatal(err)
			}
			s.must(done, s.push("a.plan")...)
			if now := r.server.Traffic(); now.ConfigLines == 0 {
				t.Error("an approved plan was not carried out")
			}
		})
	}
}

// TestApproveAtOnce: of two who approve at the same moment neither is lost.
func TestApproveAtOnce(t *testing.T) {
	s, p := approvableSite(t, "rtx")
	for range 5 {
		_ = os.Remove(plan.Beside(s.file("a.plan")))
		var both sync.WaitGroup
		for _, name := range []string{"hanako", "jiro"} {
			both.Go(func() { s.run("approve", s.file("a.plan"), "--key", s.file(name), "--yes="+p.ID) })
		}
		both.Wait()
		if got := s.must(done, "show", s.file("a.plan")); !strings.Contains(got.out, "approvals: 2 of 2\n") {
			t.Fatal(got.out)
		}
	}
}

// TestApproveWithAgent: the one key of the agent that belongs to a signer signs.
func TestApproveWithAgent(t *testing.T) {
	s, p := approvableSite(t, "rtx")
	yes := "--yes=" + p.Short()
	for _, c := range []struct {
		what  string
		agent []string
		more  []string
		code  int
		says  string
	}{
		{"nobody's", []string{"ken"}, nil, refused, "the SSH agent has no signer's key"},
		{"empty", nil, nil, failed, "the SSH agent has no key"},
		{"the author's", []string{"ken", "sato"}, nil, refused, "sato@example.net is the author"},
		{"of two", []string{"hanako", "ken", "jiro"}, nil, refused, "the SSH agent has keys of hanako@example.net and of jiro@example.net"},
		{"of two, and one is asked for", []string{"hanako", "ken", "jiro"}, []string{"--key", s.file("jiro.pub")}, done, "jiro@example.net approved"},
		{"asked for one that it has not", []string{"hanako"}, []string{"--key", s.file("jiro.pub")}, failed, "has no key"},
		{"of one", []string{"ken", "hanako"}, nil, done, "hanako@example.net approved plan " + p.Short() + "; it has 2 of 2"},
		{"of one again", []string{"ken", "hanako"}, nil, done, "has approved plan " + p.Short() + " already"},
	} {
		if err := os.WriteFile(s.file("jiro.pub"), []byte(strings.TrimPrefix(signerLine("jiro"), "jiro@example.net ")+" jiro\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s.env["SSH_AUTH_SOCK"] = newAgent(t, c.agent...)
		if got := s.must(c.code, append([]string{"approve", s.file("a.plan"), yes}, c.more...)...); !strings.Contains(got.err, c.says) {
			t.Errorf("%s: %s", c.what, got.err)
		}
	}
	s.env["SSH_AUTH_SOCK"] = s.file("none")
	if got := s.must(failed, "approve", s.file("a.plan"), yes); !strings.Contains(got.err, "the SSH agent does not answer") {
		t.Error(got.err)
	}
}

// TestSameSigners: the rollout and the plan read a signer's line alike, so that a plan never has
// a line that its reader refuses.
func TestSameSigners(t *testing.T) {
	good := signerLine("hanako")
	_, key, _ := strings.Cut(good, " ")
	for _, line := range []string{good, "hanako", "Hanako@Example.net", good + " laptop", "hanako,jiro " + key, "*@example.net " + key, "!hanako", "#hanako", "-hanako",
		"@cert-authority " + key, "hanako ssh-rsa " + key[12:], "hanako ssh-dss AAAA", "hanako ssh-ed25519", "hanako ssh-ed25519 AAAA", good[:len(good)-1], good + "=",
		"hanako cert-authority " + key, "hanako namespaces=op25b " + key, "花子@example.net " + key, strings.Repeat("h", 256), strings.Repeat("h", 255)} {
		_, ours := plan.ParseSigner(line)
		r, theirs := rollout.Read("r.yaml", []byte("version: 1\nwaves: [{ name: all }]\nsigners: ['"+line+"']\n"))
		if (ours == nil) != (theirs == nil) {
			t.Errorf("%q: the plan says %v, the rollout %v", line, ours, theirs)
		}
		if theirs != nil {
			continue
		}
		if s, err := plan.ParseSigner(r.Signers[0]); err != nil || s.String() != r.Signers[0] {
			t.Errorf("%q is %q in the rollout and %q in the plan (%v)", line, r.Signers[0], s, err)
		}
	}
}
