package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// door is how one comes into the routers of a lab.
type door struct{ Address, User, Password, Enable, KnownHosts, Authority string }

// act is one thing that a client did on a router. Before it, the router had printed so many
// whole lines since the act before on that session, and then the last line as it stands.
type act struct {
	Session int
	Do      string // open, type, close
	Text    []byte
	Lines   int
	Last    []byte
}

// script is all that a client did on one router, in order.
type script []act

// listener stands between a client and one router and writes down what the client does.
type listener struct {
	net.Listener
	router door
	key    ssh.Signer

	mu       sync.Mutex
	acts     script
	sessions int
}

// listen starts one with a host key of its own.
func listen(router door) (*listener, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	key, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	out := &listener{Listener: l, router: router, key: key}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go out.serve(conn)
		}
	}()
	return out, nil
}

// known is the line of known_hosts.
func (l *listener) known() string {
	return knownhosts.Line([]string{l.Addr().String()}, l.key.PublicKey()) + "\n"
}

// forget drops what was written down, and numbers sessions anew.
func (l *listener) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acts, l.sessions = nil, 0
}

func (l *listener) script() script {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acts
}

func (l *listener) serve(conn net.Conn) {
	defer conn.Close()
	config := &ssh.ServerConfig{PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, nil }}
	config.AddHostKey(l.key)
	server, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	defer server.Close()
	go ssh.DiscardRequests(requests)
	c, open := <-channels
	if !open {
		return
	}
	channel, requests, err := c.Accept()
	if err != nil {
		return
	}
	l.terminal(channel, requests)
}

// terminal passes one terminal on.
func (l *listener) terminal(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	t, err := enter(l.router)
	if err != nil {
		return
	}
	defer t.client.Close()
	go func() {
		for r := range requests {
			r.Reply(r.Type == "pty-req" || r.Type == "shell", nil)
		}
	}()
	l.mu.Lock()
	session := l.sessions
	l.sessions++
	l.acts = append(l.acts, act{Session: session, Do: "open"})
	l.mu.Unlock()
	seen := &screen{}
	go func() {
		defer channel.Close()
		chunk := make([]byte, 32<<10)
		for {
			n, err := t.out.Read(chunk)
			l.mu.Lock()
			seen.add(chunk[:n])
			l.mu.Unlock()
			channel.Write(chunk[:n])
			if err != nil {
				return
			}
		}
	}()
	chunk := make([]byte, 256<<10)
	for {
		n, err := channel.Read(chunk)
		did := act{Session: session, Do: "type", Text: bytes.Clone(chunk[:n])}
		if err != nil {
			did.Do = "close"
		}
		l.mu.Lock()
		did.Lines, did.Last = seen.lines, seen.last
		*seen = screen{}
		l.acts = append(l.acts, did)
		l.mu.Unlock()
		if err != nil {
			return
		}
		t.in.Write(did.Text)
	}
}

// screen is what a router printed: how many whole lines, and the last as it stands.
type screen struct {
	lines int
	last  []byte
}

func (s *screen) add(chunk []byte) {
	s.lines += bytes.Count(chunk, []byte("\n"))
	if i := bytes.LastIndexByte(chunk, '\n'); i >= 0 {
		s.last, chunk = s.last[:0], chunk[i+1:]
	}
	s.last = append(s.last, chunk...)
}

// terminal is a bare SSH terminal.
type terminal struct {
	client *ssh.Client
	in     io.Writer
	out    io.Reader
	conn   net.Conn
	text   []byte // what came since something was typed
	block  bool   // that was several lines, with a prompt after each
	seen   screen
	chunk  []byte
}

// enter opens one with the library alone, as large as the pusher's, with the host key checked
// where there are known hosts.
func enter(d door) (*terminal, error) {
	config := &ssh.ClientConfig{User: d.User, Auth: []ssh.AuthMethod{ssh.Password(d.Password)}, HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	if d.KnownHosts != "" {
		known, err := knownhosts.New(d.KnownHosts)
		if err != nil {
			return nil, err
		}
		config.HostKeyCallback = known
	}
	return d.enter(config)
}

func (d door) enter(config *ssh.ClientConfig) (*terminal, error) {
	conn, err := net.DialTimeout("tcp", d.Address, 15*time.Second)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(jobTime / 2))
	c, channels, requests, err := ssh.NewClientConn(conn, d.Address, config)
	if err != nil {
		conn.Close()
		return nil, err
	}
	t := &terminal{client: ssh.NewClient(c, channels, requests), conn: conn}
	if err := t.shell(); err != nil {
		t.client.Close()
		return nil, err
	}
	return t, nil
}

func (t *terminal) shell() error {
	s, err := t.client.NewSession()
	if err != nil {
		return err
	}
	var e1, e2 error
	t.in, e1 = s.StdinPipe()
	t.out, e2 = s.StdoutPipe()
	t.chunk = make([]byte, 32<<10)
	return errors.Join(e1, e2, s.RequestPty("vt100", 255, 511, ssh.TerminalModes{ssh.ECHO: 1}), s.Shell())
}

// await reads until the router stands at the same last line, after a block not before it has
// printed as many lines.
func (t *terminal) await(a act) error {
	least := min(1, a.Lines)
	if t.block {
		least = a.Lines
	}
	for t.seen.lines < least || !bytes.Equal(t.seen.last, a.Last) {
		n, err := t.out.Read(t.chunk)
		if err != nil {
			return fmt.Errorf("waiting for %d lines and %q: %d lines and %q: %w", a.Lines, a.Last, t.seen.lines, t.seen.last, err)
		}
		t.text = append(t.text, t.chunk[:n]...)
		t.seen.add(t.chunk[:n])
	}
	return nil
}

// play does what the script says, on routers that are as they were when it was written.
func (s script) play(enter func() (*terminal, error), held func()) (err error) {
	open := map[int]*terminal{}
	defer func() {
		for _, t := range open {
			t.client.Close()
		}
	}()
	for i, a := range s {
		if a.Do == "open" {
			if a.Session == 1 {
				held()
			}
			if open[a.Session], err = enter(); err != nil {
				return err
			}
			continue
		}
		t := open[a.Session]
		if err := t.await(a); err != nil {
			return fmt.Errorf("act %d, %s: %w", i, bytes.TrimSpace(a.Text), err)
		}
		if a.Do == "close" {
			t.client.Close()
			delete(open, a.Session)
			continue
		}
		t.text, t.seen, t.block = t.text[:0], screen{last: t.seen.last[:0]}, bytes.Count(a.Text, []byte("\n")) > 1
		if _, err := t.in.Write(a.Text); err != nil {
			return err
		}
	}
	return nil
}
