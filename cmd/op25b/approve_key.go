package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"op25b/plan"
)

// passphrase is the variable that opens an encrypted key file.
const passphrase = "OP25B_APPROVE_PASSPHRASE"

// signer is the key to sign with and whose it is: a signer's, and not the author's. Call done
// when that is over.
func (g *globals) signer(p plan.Plan, signers []plan.Signer, file string) (key ssh.Signer, who plan.Signer, done func(), err error) {
	done = func() {}
	var keys []ssh.Signer
	where := "the SSH agent"
	public, private, err := g.keyFile(file)
	switch {
	case err != nil:
		return nil, who, done, err
	case private != nil:
		keys, where = []ssh.Signer{private}, file
	default:
		if keys, done, err = g.agentKeys(); err != nil {
			return nil, who, done, err
		}
		if public != nil {
			keys = slices.DeleteFunc(keys, func(k ssh.Signer) bool { return !bytes.Equal(k.PublicKey().Marshal(), public.Marshal()) })
			where += ", asked for the key of " + file
		}
	}
	key, who, err = pick(p, signers, keys, where)
	if err != nil {
		done()
		done = func() {}
	}
	return key, who, done, err
}

// pick is the one key that belongs to a signer; of several of one person it is the first.
func pick(p plan.Plan, signers []plan.Signer, keys []ssh.Signer, where string) (key ssh.Signer, who plan.Signer, err error) {
	for _, k := range keys {
		i := slices.IndexFunc(signers, func(s plan.Signer) bool { return bytes.Equal(s.Key.Marshal(), k.PublicKey().Marshal()) })
		switch {
		case i < 0:
		case key == nil:
			key, who = k, signers[i]
		case !who.Same(signers[i]):
			return nil, who, exit{refused, fmt.Errorf("%s has keys of %s and of %s", where, who.Name(), signers[i].Name()), "say which with --key KEYFILE"}
		}
	}
	switch {
	case key == nil && len(keys) == 0:
		return nil, who, exit{failed, fmt.Errorf("%s has no key", where), "ssh-add KEYFILE, or give --key KEYFILE"}
	case key == nil:
		return nil, who, exit{refused, fmt.Errorf("%s has no signer's key; signers of plan %s are %s", where, p.Short(), listed(signers)), "give --key KEYFILE with the key of one of them"}
	case who.Is(p.Author):
		return nil, who, exit{refused, fmt.Errorf("%s is the author of plan %s; somebody else has to approve it", who.Name(), p.Short()), ""}
	}
	return key, who, nil
}

func listed(signers []plan.Signer) string {
	var out []string
	for _, s := range signers {
		out = append(out, s.Name()+" ("+ssh.FingerprintSHA256(s.Key)+")")
	}
	return strings.Join(out, ", ")
}

// keyFile reads a key file: a private key, or a public one, which stands for a key of the agent.
// Both are nil where no file is named.
func (g *globals) keyFile(file string) (public ssh.PublicKey, private ssh.Signer, err error) {
	if file == "" {
		return nil, nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, exit{failed, fmt.Errorf("key file: %w", err), ""}
	}
	if public, _, _, _, err = ssh.ParseAuthorizedKey(text); err == nil {
		return public, nil, nil
	}
	private, err = ssh.ParsePrivateKey(text)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		secret := g.world.environ(passphrase)
		if secret == "" {
			return nil, nil, exit{failed, fmt.Errorf("key file %s is encrypted", file), "set " + passphrase + ", or ssh-add " + file + " and leave --key out"}
		}
		g.voice.secrets.keep(secret)
		private, err = ssh.ParsePrivateKeyWithPassphrase(text, []byte(secret))
	}
	if err != nil {
		return nil, nil, exit{failed, fmt.Errorf("key file %s cannot be read: wrong passphrase, no private key, or one of a security key", file),
			"ssh-add " + file + " and leave --key out, or sign with ssh-keygen as `op25b approve --help` says"}
	}
	return nil, private, nil
}

// agentKeys are the keys of the SSH agent.
func (g *globals) agentKeys() ([]ssh.Signer, func(), error) {
	none := func() {}
	path := g.world.environ("SSH_AUTH_SOCK")
	if path == "" {
		return nil, none, exit{failed, errors.New("there is no key to sign with: no SSH agent runs"), "give --key KEYFILE, or start an agent and ssh-add KEYFILE"}
	}
	socket, err := net.Dial("unix", path)
	if err != nil {
		return nil, none, exit{failed, fmt.Errorf("the SSH agent does not answer: %w", err), "give --key KEYFILE"}
	}
	keys, err := agent.NewClient(socket).Signers()
	if err != nil {
		socket.Close()
		return nil, none, exit{failed, fmt.Errorf("the SSH agent lists no keys: %w", err), "give --key KEYFILE"}
	}
	return keys, func() { socket.Close() }, nil
}
