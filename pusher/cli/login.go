package cli

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// Login is what a device wants to see before it lets anybody in. It is never printed.
type Login struct {
	User     string
	Password string
	Enable   string // of the privileged level; "" is a blank one
	Keys     []Key
	Agent    string // the socket of an SSH agent, "" for none
}

// Key is a private key file.
type Key struct {
	Path       string
	Passphrase string // "" where the file is not encrypted

	open func() (ssh.Signer, error) // nil reads the file at every login
}

// Once is the key, read and decrypted at the first login only: that takes long on purpose.
func (k Key) Once() Key {
	k.open = sync.OnceValues(k.read)
	return k
}

// String hides everything but the user.
func (l Login) String() string { return l.User }

// GoString hides everything but the user.
func (l Login) GoString() string { return l.User }

// methods are the ways to log in, in the order in which they are tried, and what must be
// closed when that is over.
func (l Login) methods() (methods []ssh.AuthMethod, done func(), err error) {
	done = func() {}
	var signers []ssh.Signer
	for _, k := range l.Keys {
		s, err := k.signer()
		if err != nil {
			return nil, done, err
		}
		signers = append(signers, s)
	}
	if l.Agent != "" {
		socket, err := net.Dial("unix", l.Agent)
		if err != nil {
			return nil, done, fmt.Errorf("the SSH agent does not answer: %w", err)
		}
		done = func() { socket.Close() }
		held, err := agent.NewClient(socket).Signers()
		if err != nil {
			done()
			return nil, func() {}, fmt.Errorf("the SSH agent lists no keys: %w", err)
		}
		signers = append(signers, held...)
	}
	if len(signers) > 0 {
		methods = append(methods, ssh.PublicKeys(signers...))
	}
	if l.Password != "" {
		methods = append(methods, ssh.Password(l.Password), ssh.KeyboardInteractive(l.answer))
	}
	if len(methods) == 0 {
		return nil, done, errors.New("no password, key or agent to log in with; set the credentials in the environment or load a key into the agent")
	}
	return methods, done, nil
}

// answer gives the password to whatever is asked without echo, and nothing to the rest.
func (l Login) answer(_, _ string, questions []string, echos []bool) ([]string, error) {
	answers := make([]string, len(questions))
	for i := range questions {
		if !echos[i] {
			answers[i] = l.Password
		}
	}
	return answers, nil
}

func (k Key) signer() (ssh.Signer, error) {
	if k.open != nil {
		return k.open()
	}
	return k.read()
}

func (k Key) read() (ssh.Signer, error) {
	pem, err := os.ReadFile(k.Path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(pem)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		if k.Passphrase == "" {
			return nil, fmt.Errorf("key file %s is encrypted; give its passphrase, or load it into an SSH agent", k.Path)
		}
		signer, err = ssh.ParsePrivateKeyWithPassphrase(pem, []byte(k.Passphrase))
	}
	if err != nil {
		return nil, fmt.Errorf("key file %s cannot be read: wrong passphrase, or not a private key", k.Path)
	}
	return signer, nil
}

// Algorithms are what old devices need beside the usual: they are offered after it, so that
// a better one still wins.
type Algorithms struct {
	KeyExchanges []string // diffie-hellman-group1-sha1
	Ciphers      []string // aes128-cbc
	MACs         []string
	HostKeys     []string // ssh-dss
}

// apply adds the algorithms to a config whose lists are the library's own.
func (a Algorithms) apply(c *ssh.ClientConfig) {
	c.SetDefaults()
	c.KeyExchanges = added(c.KeyExchanges, a.KeyExchanges)
	c.Ciphers = added(c.Ciphers, a.Ciphers)
	c.MACs = added(c.MACs, a.MACs)
}

func added(usual, more []string) []string {
	out := slices.Clone(usual)
	for _, m := range more {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}
