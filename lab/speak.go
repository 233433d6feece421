package lab

import (
	"context"
	"crypto/subtle"
	"crypto/tls"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// Speaker is a device that is not reached over SSH: it gets each connection as it is.
type Speaker interface {
	// Speak serves a connection until it is over. It closes it, and gives back all that it
	// started before it returns.
	Speak(c net.Conn, l Line)
}

// Line is what a server knows about one connection of a Speaker.
type Line struct {
	TLS    *tls.Config // how it is to show itself
	server *Server
	number int
	mute   *atomic.Bool // it says nothing more
}

// Admits reports whether a user may come in with a password. Where the door asks for a certificate
// and has no password, the certificate is enough.
func (l Line) Admits(user, password string) bool {
	d := l.server.door
	if d.Password == "" {
		return d.ClientAuthority != ""
	}
	return user == d.User && subtle.ConstantTimeCompare([]byte(password), []byte(d.Password)) == 1
}

// Note writes a line into the transcript.
func (l Line) Note(text string) { l.server.write(fmt.Sprintf("[%d] %s\n", l.number, text)) }

// Carry carries out one request, which counts as a line that was typed, a configuration line if
// it writes. The wire may be spoiled at it, then the answer is lost: the connection is to be cut.
// gone is closed when the connection is.
func (l Line) Carry(gone <-chan struct{}, what string, writes bool, size int, carry func()) (lost bool) {
	if l.mute.Load() {
		l.hang(gone)
		return true
	}
	at := elsewhere
	if writes {
		at = inConfig
	}
	l.server.countRequest(at, size)
	fate := l.server.countLine(at)
	if fate == dropBefore || fate == hangBefore {
		l.Note(what + ": lost on the way")
		if fate == hangBefore {
			l.hang(gone)
		}
		return true
	}
	carry()
	if writes && l.server.door.Watch != nil {
		l.server.door.Watch(l.server.device, what)
	}
	if fate == hangAfter {
		l.hang(gone)
	}
	return fate != carriedOut
}

// hang says nothing more on the connection until it is gone or the server closes.
func (l Line) hang(gone <-chan struct{}) {
	l.mute.Store(true)
	select {
	case <-gone:
	case <-l.server.quit:
	}
}

// Wait lets real time pass, unless the request is given up or the server closes before.
func (l Line) Wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-l.server.quit:
	}
}

func (s *Server) countRequest(at ground, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.traffic.Bytes += size
	if at == inConfig {
		s.traffic.ConfigBytes += size
	}
}

// speak hands a connection to a Speaker.
func (s *Server) speak(d Speaker, c net.Conn) {
	s.mu.Lock()
	own := s.shown
	s.mu.Unlock()
	config, err := s.door.config(own)
	if err != nil {
		s.write(err.Error() + "\n")
		return
	}
	l := Line{config, s, s.number(), &atomic.Bool{}}
	l.Note("connection")
	d.Speak(c, l)
	l.Note("connection over")
}

// Authority is the certificate of who vouches for the server, in PEM; "" for a router that is
// reached over SSH.
func (s *Server) Authority() string {
	if s.door.authority == nil {
		return ""
	}
	return s.door.authority.PEM()
}

// ChangeAuthority makes it show a certificate of an authority that nobody knows, as somebody in
// the middle would, from the next connection on.
func (s *Server) ChangeAuthority() error {
	a, err := NewAuthority()
	if err != nil {
		return err
	}
	return s.showNew(a)
}

func (s *Server) showNew(a *Authority) error {
	own, err := a.Issue(s.name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = own
	return nil
}

// short breaks a connection when so many bytes have come.
type short struct {
	net.Conn
	left int
}

func (c *short) Read(p []byte) (int, error) {
	if c.left <= 0 {
		c.Close()
		return 0, errGone
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}
