package lab

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// Fleet is several routers on the loopback. The zero value is an empty fleet with a door that
// lets nobody in. It is filled from one goroutine.
type Fleet struct {
	Door      Door // of every router; its Address is not used
	servers   []*Server
	authority *Authority
}

// Authority is the certificate, in PEM, of who vouches for all routers that speak over TLS.
func (f *Fleet) Authority() string {
	if f.vouch() != nil {
		return ""
	}
	return f.authority.PEM()
}

// vouch makes the authority where there is none yet.
func (f *Fleet) vouch() (err error) {
	if f.authority == nil {
		f.authority, err = NewAuthority()
	}
	return err
}

// Add starts a router under a name of its own.
func (f *Fleet) Add(name string, d Device) (*Server, error) {
	if f.Server(name) != nil {
		return nil, fmt.Errorf("lab: two routers are called %q", name)
	}
	door := f.Door
	door.Address = ""
	if err := f.vouch(); err != nil {
		return nil, err
	}
	door.authority = f.authority
	s, err := Serve(name, d, door)
	if err != nil {
		return nil, err
	}
	f.servers = append(f.servers, s)
	return s, nil
}

// Servers are the routers in the order in which they were added.
func (f *Fleet) Servers() []*Server { return append([]*Server(nil), f.servers...) }

// Server is the router of a name, nil if there is none.
func (f *Fleet) Server(name string) *Server {
	for _, s := range f.servers {
		if s.name == name {
			return s
		}
	}
	return nil
}

// KnownHosts is the text of a known_hosts file for the keys that the routers show over SSH now.
func (f *Fleet) KnownHosts() string {
	var b strings.Builder
	for _, s := range f.servers {
		if _, speaks := s.device.(Speaker); speaks {
			continue
		}
		b.WriteString(KnownHost(s.Address().String(), s.HostKey()))
	}
	return b.String()
}

// KnownHost is one line of a known_hosts file.
func KnownHost(address string, key ssh.PublicKey) string {
	return knownhosts.Line([]string{address}, key) + "\n"
}

// Close stops all routers and waits until nothing of them runs.
func (f *Fleet) Close() error {
	var all []error
	for _, s := range f.servers {
		all = append(all, s.Close())
	}
	f.servers = nil
	return errors.Join(all...)
}
