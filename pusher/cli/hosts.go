package cli

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// ErrHostKey says that the device behind an address is not known, or not the one that was.
var ErrHostKey = errors.New("host key refused")

// Hosts are the host keys that are believed. The zero value believes none.
type Hosts struct {
	Files []string // in the form of OpenSSH's known_hosts
	// Unchecked believes every key. It is for laboratories: anybody may sit in between.
	Unchecked bool
}

// known is Hosts read once, and good for many connections.
type known struct {
	check ssh.HostKeyCallback
}

// read reads the files.
func (h Hosts) read() (known, error) {
	if h.Unchecked {
		return known{}, nil
	}
	if len(h.Files) == 0 {
		return known{}, fmt.Errorf("%w: no known_hosts file is named", ErrHostKey)
	}
	for _, f := range h.Files {
		if _, err := os.Stat(f); err != nil {
			return known{}, fmt.Errorf("%w: known_hosts: %w", ErrHostKey, err)
		}
	}
	check, err := knownhosts.New(h.Files...)
	if err != nil {
		return known{}, fmt.Errorf("%w: known_hosts: %w", ErrHostKey, err)
	}
	return known{check}, nil
}

// algorithms are the kinds of key that are on file for an address: a device with several keys
// is asked for one that can be compared. With none on file the choice is open, the old kinds last.
// What is signed with SHA-1 or DSA is believed only where it is among the old ones that were asked for.
func (k known) algorithms(address string, old []string) []string {
	var mismatch *knownhosts.KeyError
	if k.check == nil || !errors.As(k.check(address, &net.TCPAddr{IP: net.IPv4zero}, noKey{}), &mismatch) || len(mismatch.Want) == 0 {
		return added(ssh.SupportedAlgorithms().HostKeys, old)
	}
	var out []string
	for _, want := range mismatch.Want {
		kinds := []string{want.Key.Type()}
		if kinds[0] == ssh.KeyAlgoRSA {
			kinds = []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA}
		}
		out = added(out, kinds)
	}
	weak := ssh.InsecureAlgorithms().HostKeys
	return slices.DeleteFunc(out, func(kind string) bool { return slices.Contains(weak, kind) && !slices.Contains(old, kind) })
}

// compare says why a key is not believed; nil where it is.
func (k known) compare(address string, remote net.Addr, key ssh.PublicKey) error {
	if k.check == nil {
		return nil
	}
	err := k.check(address, remote, key)
	var mismatch *knownhosts.KeyError
	var revoked *knownhosts.RevokedError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &revoked):
		return fmt.Errorf("%w: the key of %s is marked @revoked in known_hosts", ErrHostKey, address)
	case errors.As(err, &mismatch) && len(mismatch.Want) == 0:
		return fmt.Errorf("%w: no key of %s is in known_hosts, and it shows %s %s; compare it with the device's own and add it (ssh-keyscan)", ErrHostKey, address, key.Type(), ssh.FingerprintSHA256(key))
	case errors.As(err, &mismatch):
		w := mismatch.Want[0]
		return fmt.Errorf("%w: the key of %s changed: %s:%d has %s, it shows %s %s; was the device replaced, or is somebody in between?", ErrHostKey, address, w.Filename, w.Line, ssh.FingerprintSHA256(w.Key), key.Type(), ssh.FingerprintSHA256(key))
	}
	return fmt.Errorf("%w: %s: %w", ErrHostKey, address, err)
}

// noKey is no device's key: with it one asks known_hosts what it has for an address.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return []byte("none") }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("no key") }
