package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/scrapli/scrapligo/transport"
	"golang.org/x/crypto/ssh"
)

// ErrUnreachable says that no session came about: nothing was sent.
var ErrUnreachable = errors.New("unreachable")

// ErrLogin says that the device refused the credentials.
var ErrLogin = errors.New("login refused")

// Road is the way to a device.
type Road struct {
	Address    string // host:port
	Login      Login
	Jump       string // a host to go through: [user@]host[:port], "" for none
	JumpLogin  Login
	Algorithms Algorithms
}

// Dialer opens sessions. It is read-only and serves any number of them at once.
type Dialer struct {
	known   known
	timeout time.Duration
}

// NewDialer reads the host keys once. The timeout is for each of: the connection, the
// handshake with the login, the terminal.
func NewDialer(hosts Hosts, timeout time.Duration) (Dialer, error) {
	k, err := hosts.read()
	return Dialer{known: k, timeout: timeout}, err
}

// The terminal that is asked for: wide enough that no line of ours is wrapped, and high
// enough that a device that pages by the terminal's height seldom does.
const (
	rows    = 255
	columns = 511
)

// wire is an SSH terminal as the prompt library wants its transports. It owns everything that
// it opens, and Close gives all of it back.
type wire struct {
	ctx    context.Context
	dialer Dialer
	road   Road
	ended  chan struct{} // closed when nothing more will be read

	mu          sync.Mutex
	open        []io.Closer // in the order in which they were opened
	closed      bool
	err         error  // why it ended
	fingerprint string // of the key that was shown last at a login: the device's

	session *ssh.Session
	in      io.Writer
	out     io.Reader
	scrub   scrubber
	chunk   []byte
}

func newWire(ctx context.Context, d Dialer, r Road) *wire {
	return &wire{ctx: ctx, dialer: d, road: r, ended: make(chan struct{})}
}

// Open connects, checks the host key, logs in and starts a shell.
func (w *wire) Open(*transport.Args) error {
	err := w.connect()
	if err != nil {
		w.Close()
		return err
	}
	return nil
}

func (w *wire) connect() error {
	dial := (&net.Dialer{Timeout: w.dialer.timeout}).DialContext
	if w.road.Jump != "" {
		user, address := splitJump(w.road.Jump, w.road.JumpLogin.User)
		w.road.JumpLogin.User = user
		jump, err := w.client(dial, address, w.road.JumpLogin)
		if err != nil {
			return fmt.Errorf("jump host %s: %w", address, err)
		}
		dial = jump.DialContext
	}
	client, err := w.client(dial, w.road.Address, w.road.Login)
	if err != nil {
		return err
	}
	return w.guarded(client, func() error { return w.shell(client) })
}

func splitJump(jump, user string) (string, string) {
	if before, after, found := strings.Cut(jump, "@"); found {
		user, jump = before, after
	}
	if _, _, err := net.SplitHostPort(jump); err != nil {
		jump = net.JoinHostPort(strings.Trim(jump, "[]"), "22")
	}
	return user, jump
}

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// client is an SSH client to an address.
func (w *wire) client(dial dialFunc, address string, login Login) (*ssh.Client, error) {
	limit, stop := context.WithTimeout(w.ctx, w.dialer.timeout)
	defer stop()
	conn, err := dial(limit, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	w.own(conn)
	methods, done, err := login.methods()
	if err != nil {
		return nil, err
	}
	defer done()
	var shown string
	var refused error
	var first sync.Once // later exchanges of keys come at any time, on a goroutine of the library
	config := &ssh.ClientConfig{
		User: login.User,
		Auth: methods,
		HostKeyCallback: func(host string, remote net.Addr, key ssh.PublicKey) error {
			err := w.dialer.known.compare(host, remote, key)
			first.Do(func() { shown, refused = ssh.FingerprintSHA256(key), err })
			return err
		},
		HostKeyAlgorithms: w.dialer.known.algorithms(address, w.road.Algorithms.HostKeys),
	}
	w.road.Algorithms.apply(config)
	var client *ssh.Client
	err = w.guarded(conn, func() error {
		c, channels, requests, err := ssh.NewClientConn(conn, address, config)
		if err == nil {
			client = ssh.NewClient(c, channels, requests)
			w.own(client)
		}
		return err
	})
	w.fingerprint = shown
	return client, w.handshakeError(err, refused)
}

func (w *wire) handshakeError(err, hostKey error) error {
	switch {
	case err == nil:
		return nil
	case hostKey != nil:
		return hostKey
	case errors.As(err, new(*ssh.AlgorithmNegotiationError)):
		return fmt.Errorf("%w: handshake: %w", ErrUnreachable, weakness(err))
	case strings.Contains(err.Error(), "unable to authenticate"):
		return fmt.Errorf("%w: the device takes none of the credentials", ErrLogin)
	}
	return fmt.Errorf("%w: handshake: %w", ErrUnreachable, err)
}

// guarded does something that knows no deadline, and closes the connection under it when it
// takes too long: a connection through a jump host has no deadlines of its own.
func (w *wire) guarded(under io.Closer, do func() error) error {
	limit, stop := context.WithTimeout(w.ctx, w.dialer.timeout)
	defer stop()
	release := context.AfterFunc(limit, func() { under.Close() })
	err := do()
	if !release() && err == nil {
		err = limit.Err()
	}
	if err != nil && limit.Err() != nil {
		if w.ctx.Err() != nil {
			return fmt.Errorf("%w: %w", ErrUnreachable, context.Cause(w.ctx))
		}
		return fmt.Errorf("%w: no answer within %s", ErrUnreachable, w.dialer.timeout)
	}
	return err
}

func (w *wire) shell(client *ssh.Client) error {
	session, err := client.NewSession()
	if err != nil {
		return fmt.Errorf("%w: no session: %w", ErrUnreachable, err)
	}
	w.own(session)
	if w.in, err = session.StdinPipe(); err != nil {
		return err
	}
	if w.out, err = session.StdoutPipe(); err != nil {
		return err
	}
	modes := ssh.TerminalModes{ssh.ECHO: 1, ssh.TTY_OP_ISPEED: 115200, ssh.TTY_OP_OSPEED: 115200}
	if err := session.RequestPty("vt100", rows, columns, modes); err != nil {
		return fmt.Errorf("%w: no terminal: %w", ErrUnreachable, err)
	}
	if err := session.Shell(); err != nil {
		return fmt.Errorf("%w: no shell: %w", ErrUnreachable, err)
	}
	w.session = session
	return nil
}

func (w *wire) own(c io.Closer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		c.Close()
		return
	}
	w.open = append(w.open, c)
}

// Close gives everything back, the last opened first. It sends no logout: a device must see
// a connection that is gone, for a logout would stop an RTX's rollback timer.
func (w *wire) Close() error {
	w.mu.Lock()
	open := w.open
	w.open, w.closed = nil, true
	w.mu.Unlock()
	for i := len(open) - 1; i >= 0; i-- {
		if _, is := open[i].(*ssh.Session); is {
			continue // closing its client ends it, without the wait for the peer's goodbye
		}
		open[i].Close()
	}
	w.finish(errors.New("the session is closed"))
	return nil
}

// IsAlive reports whether more may come.
func (w *wire) IsAlive() bool {
	select {
	case <-w.ended:
		return false
	default:
		return w.session != nil
	}
}

// Read waits for the next bytes and gives them as text; see scrubber. Every end is io.EOF to
// the library, which would read on after any other error; reason tells which one it was.
func (w *wire) Read(n int) ([]byte, error) {
	if w.chunk == nil {
		w.chunk = make([]byte, min(n, 32<<10))
	}
	for {
		n, err := w.out.Read(w.chunk)
		if text := w.scrub.text(w.chunk[:n]); len(text) > 0 {
			return text, nil
		}
		if err != nil {
			w.finish(errors.New("the device closed the connection"))
			return nil, io.EOF
		}
	}
}

func (w *wire) finish(why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = why
		close(w.ended)
	}
}

// reason is why the wire ended.
func (w *wire) reason() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Write sends bytes.
func (w *wire) Write(b []byte) error {
	_, err := w.in.Write(b)
	return err
}
