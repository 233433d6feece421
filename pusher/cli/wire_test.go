package cli

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"op25b/templates/iosxe"
)

func open(t *testing.T, d Dialer, road Road) (*Dialog, error) {
	t.Helper()
	o, err := Open(context.Background(), d, road, iosxe.Dialect{}.Session(), patience)
	if err == nil {
		t.Cleanup(func() { o.Close() })
	}
	return o, err
}

// The library waits for ever for a peer that takes the connection and says nothing.
func TestSilentPeerDoesNotHang(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r := (&router{terminal: plainShell("edge#")}).play(t)
	d, _ := NewDialer(hosts(t, r), 200*time.Millisecond)
	road := r.road()
	road.Address = l.Addr().String()
	if _, err := open(t, d, road); !errors.Is(err, ErrUnreachable) {
		t.Errorf("error is %v", err)
	}
}

// A connection through a jump host has no deadlines; a silent peer behind one must not hang either.
func TestSilentPeerBehindAJumpHost(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	jump := (&router{forward: true}).play(t)
	d, _ := NewDialer(hosts(t, jump), 500*time.Millisecond)
	road := jump.road()
	road.Address, road.Jump, road.JumpLogin = l.Addr().String(), jump.address, road.Login
	if _, err := open(t, d, road); !errors.Is(err, ErrUnreachable) {
		t.Errorf("error is %v", err)
	}
}

func TestJumpHost(t *testing.T) {
	jump := (&router{forward: true}).play(t)
	r := (&router{terminal: plainShell("edge#")}).play(t)
	road := r.road()
	road.Jump, road.JumpLogin = "op@"+jump.address, Login{Password: "secret-login"}
	o, err := open(t, dialer(t, jump, r), road)
	if err != nil || o.Host() != "edge" {
		t.Fatal(err)
	}
	// Both keys are checked.
	if _, err := open(t, dialer(t, r), road); !errors.Is(err, ErrHostKey) || !strings.Contains(err.Error(), "jump host") {
		t.Errorf("the jump host's key is not on file: %v", err)
	}
	if _, err := open(t, dialer(t, jump), road); !errors.Is(err, ErrHostKey) {
		t.Errorf("the device's key is not on file: %v", err)
	}
}

// The library compares the key anew at every exchange of keys, the jump host's as well, while the
// session goes on: what the device showed stays what it was.
func TestHostKeyOutlivesNewKeys(t *testing.T) {
	often := func(s *ssh.ServerConfig) { s.RekeyThreshold = 1 }
	jump := (&router{forward: true, auth: often}).play(t)
	r := (&router{terminal: plainShell("edge#"), auth: often}).play(t)
	road := r.road()
	road.Jump, road.JumpLogin = "op@"+jump.address, Login{Password: "secret-login"}
	o, err := open(t, dialer(t, jump, r), road)
	if err != nil {
		t.Fatal(err)
	}
	want := ssh.FingerprintSHA256(r.keys[0].PublicKey())
	for range 20 {
		if _, err := o.Read(context.Background(), "show clock"); err != nil || o.HostKey() != want {
			t.Fatalf("the key is %s, want %s; %v", o.HostKey(), want, err)
		}
	}
}

func TestHostKeys(t *testing.T) {
	r := (&router{terminal: plainShell("edge#")}).play(t)
	other := (&router{terminal: plainShell("edge#"), keys: []ssh.Signer{newKey(t)}}).play(t)

	other.address = r.address // on file under the address, another key
	_, err := open(t, dialer(t, other), r.road())
	if !errors.Is(err, ErrHostKey) || !strings.Contains(err.Error(), "changed") {
		t.Errorf("changed key: %v", err)
	}
	d, err := NewDialer(Hosts{Files: []string{filepath.Join(t.TempDir(), "absent")}}, patience)
	if !errors.Is(err, ErrHostKey) {
		t.Errorf("absent file: %v, %v", d, err)
	}
	if _, err := NewDialer(Hosts{}, patience); !errors.Is(err, ErrHostKey) {
		t.Errorf("no file: %v", err)
	}
	empty := filepath.Join(t.TempDir(), "known_hosts")
	os.WriteFile(empty, nil, 0o600)
	d, err = NewDialer(Hosts{Files: []string{empty}}, patience)
	if err != nil {
		t.Fatal(err)
	}
	want := ssh.FingerprintSHA256(r.keys[0].PublicKey())
	if _, err := open(t, d, r.road()); !errors.Is(err, ErrHostKey) || !strings.Contains(err.Error(), want) {
		t.Errorf("unknown key: %v", err)
	}
	unchecked, _ := NewDialer(Hosts{Unchecked: true}, patience)
	if o, err := open(t, unchecked, r.road()); err != nil || o.HostKey() != want {
		t.Errorf("unchecked: %v", err)
	}
}

// A device with several keys shows one of the kind that is on file; the library asks for its
// own favourite and takes that for a changed key.
func TestSeveralHostKeys(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	second, err := ssh.NewSignerFromKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	r := (&router{terminal: plainShell("edge#"), keys: []ssh.Signer{newKey(t), second}}).play(t)
	for range 3 {
		if _, err := open(t, dialer(t, r), r.road()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLogins(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(block *pem.Block, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	open_ := write(ssh.MarshalPrivateKey(key, ""))
	locked := write(ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte("secret-phrase")))
	byKey := func(c *ssh.ServerConfig) {
		c.PasswordCallback = nil
		c.PublicKeyCallback = func(_ ssh.ConnMetadata, k ssh.PublicKey) (*ssh.Permissions, error) {
			if string(k.Marshal()) == string(signer.PublicKey().Marshal()) {
				return nil, nil
			}
			return nil, errors.New("no")
		}
	}
	interactive := func(c *ssh.ServerConfig) {
		c.PasswordCallback = nil
		c.KeyboardInteractiveCallback = func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			got, err := ask("", "", []string{"Password: "}, []bool{false})
			if err != nil || len(got) != 1 || got[0] != "secret-login" {
				return nil, errors.New("no")
			}
			return nil, nil
		}
	}
	socket := keyring(t, key)
	for _, c := range []struct {
		name  string
		auth  func(*ssh.ServerConfig)
		login Login
		fails string
	}{
		{"password", nil, Login{User: "op", Password: "secret-login"}, ""},
		{"wrong password", nil, Login{User: "op", Password: "secret-wrong"}, "takes none"},
		{"keyboard-interactive", interactive, Login{User: "op", Password: "secret-login"}, ""},
		{"key", byKey, Login{User: "op", Keys: []Key{{Path: open_}}}, ""},
		{"encrypted key", byKey, Login{User: "op", Keys: []Key{{Path: locked, Passphrase: "secret-phrase"}}}, ""},
		{"encrypted key without passphrase", byKey, Login{User: "op", Keys: []Key{{Path: locked}}}, "encrypted"},
		{"encrypted key with a wrong one", byKey, Login{User: "op", Keys: []Key{{Path: locked, Passphrase: "secret-wrong"}}}, "wrong passphrase"},
		{"agent", byKey, Login{User: "op", Agent: socket}, ""},
		{"nothing", byKey, Login{User: "op"}, "no password"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := (&router{terminal: plainShell("edge#"), auth: c.auth}).play(t)
			road := r.road()
			road.Login = c.login
			_, err := open(t, dialer(t, r), road)
			if c.fails == "" && err != nil || c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)) {
				t.Errorf("error is %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error has a secret: %v", err)
			}
			if text := fmt.Sprintf("%v %+v %#v %s", c.login, c.login, c.login, c.login); strings.Contains(text, "secret") {
				t.Errorf("printed, a login shows %s", text)
			}
		})
	}
}

// keyring is an SSH agent that holds a key.
func keyring(t *testing.T, key ed25519.PrivateKey) string {
	t.Helper()
	ring := agent.NewKeyring()
	if err := ring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { agent.ServeAgent(ring, c); c.Close() }()
		}
	}()
	return socket
}

// openFiles is how many file descriptors the process has open; -1 where that cannot be told.
func openFiles() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(entries)
}

// The library leaves goroutines and connections behind when the peer keeps the connection, and
// when it gives no shell.
func TestNothingIsLeftBehind(t *testing.T) {
	good := (&router{terminal: plainShell("edge#"), keepTCP: true}).play(t)
	noShell := (&router{terminal: plainShell("edge#"), keepTCP: true, refuse: true}).play(t)
	silent := (&router{terminal: func(c *console) { c.line("") }, keepTCP: true}).play(t)
	d := dialer(t, good, noShell, silent)
	once := func() {
		o, err := Open(context.Background(), d, good.road(), iosxe.Dialect{}.Session(), patience)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Read(context.Background(), "show clock"); err != nil {
			t.Fatal(err)
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
		if err := o.Close(); err != nil {
			t.Error("closed twice:", err)
		}
		for _, r := range []*router{noShell, silent} {
			if o, err := Open(context.Background(), d, r.road(), iosxe.Dialect{}.Session(), 50*time.Millisecond); err == nil {
				o.Close()
				t.Fatal("it opened")
			}
		}
	}
	connections := func() (n int) {
		for _, r := range []*router{good, noShell, silent} {
			r.mu.Lock()
			n += r.open
			r.mu.Unlock()
		}
		return n
	}
	once()
	comes(func() bool { return connections() == 0 })
	goroutines, files := settledCount()
	for range 10 {
		once()
	}
	if !comes(func() bool { return connections() == 0 }) {
		t.Errorf("%d connections are still open", connections())
	}
	if !comes(func() bool { return runtime.NumGoroutine() <= goroutines && openFiles() <= files }) {
		t.Errorf("%d goroutines and %d files before, %d and %d after 10 rounds", goroutines, files, runtime.NumGoroutine(), openFiles())
	}
}

// comes waits until something is so, and reports whether it ever was: who has said that he is over
// may still be on his last step.
func comes(so func() bool) bool {
	for range 2000 {
		if so() {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// settledCount waits until the counts have stopped falling.
func settledCount() (goroutines, files int) {
	goroutines, files = runtime.NumGoroutine(), openFiles()
	for still := 0; still < 20; still++ {
		time.Sleep(10 * time.Millisecond)
		g, f := runtime.NumGoroutine(), openFiles()
		if g < goroutines || f < files {
			still = 0
		}
		goroutines, files = g, f
	}
	return goroutines, files
}

// Old devices get their algorithms beside the usual ones, not in their place.
func TestAlgorithmsAreAdded(t *testing.T) {
	var c, usual ssh.ClientConfig
	usual.SetDefaults()
	Algorithms{KeyExchanges: []string{"diffie-hellman-group1-sha1"}, Ciphers: []string{"aes128-cbc"}}.apply(&c)
	if len(c.Ciphers) != len(usual.Ciphers)+1 || c.Ciphers[len(c.Ciphers)-1] != "aes128-cbc" || c.Ciphers[0] != usual.Ciphers[0] {
		t.Errorf("ciphers are %v", c.Ciphers)
	}
	if last := c.KeyExchanges[len(c.KeyExchanges)-1]; last != "diffie-hellman-group1-sha1" {
		t.Errorf("key exchanges are %v", c.KeyExchanges)
	}
	old := func(s *ssh.ServerConfig) { s.Ciphers = []string{"aes128-cbc"} }
	r := (&router{terminal: plainShell("edge#"), auth: old}).play(t)
	if _, err := open(t, dialer(t, r), r.road()); !errors.Is(err, ErrUnreachable) {
		t.Errorf("error is %v", err)
	}
	road := r.road()
	road.Algorithms.Ciphers = []string{"aes128-cbc"}
	if _, err := open(t, dialer(t, r), road); err != nil {
		t.Error(err)
	}
}

// What is broken is not agreed to unless the inventory allows it for the device, and the hint says how.
func TestWeakAlgorithms(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	sha1, err := ssh.NewSignerWithAlgorithms(signer.(ssh.AlgorithmSigner), []string{ssh.KeyAlgoRSA})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		r     *router
		allow Algorithms
		says  string
	}{
		{"group1", &router{auth: func(s *ssh.ServerConfig) { s.KeyExchanges = []string{"diffie-hellman-group1-sha1"} }},
			Algorithms{KeyExchanges: []string{"diffie-hellman-group1-sha1"}}, "algorithms: { kex: [diffie-hellman-group1-sha1] }"},
		{"RSA with SHA-1", &router{keys: []ssh.Signer{sha1}}, Algorithms{HostKeys: []string{ssh.KeyAlgoRSA}}, "algorithms: { hostkeys: [ssh-rsa] }"},
		{"3DES", &router{auth: func(s *ssh.ServerConfig) { s.Ciphers = []string{"3des-cbc"} }},
			Algorithms{Ciphers: []string{"3des-cbc"}}, "algorithms: { ciphers: [3des-cbc] }"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.r.terminal = plainShell("edge#")
			r := c.r.play(t)
			_, err := open(t, dialer(t, r), r.road())
			var weak Weak
			if !errors.Is(err, ErrUnreachable) || !errors.As(err, &weak) || !strings.Contains(weak.Hint(), c.says) {
				t.Fatalf("error is %v, hint %q", err, weak.Hint())
			}
			road := r.road()
			road.Algorithms = c.allow
			if _, err := open(t, dialer(t, r), road); err != nil {
				t.Errorf("allowed by name: %v", err)
			}
		})
	}
}
