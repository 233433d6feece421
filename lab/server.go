package lab

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// Door is how one gets into a router of the lab.
type Door struct {
	Address  string          // "127.0.0.1:2201"; "" is any free port of the loopback
	User     string          // who may log in
	Password string          // "" allows no password login
	Keys     []ssh.PublicKey // whose owners may log in without password
	// ClientAuthority, of a Speaker: whose certificate a client must show, in PEM; "" for none.
	ClientAuthority string
	// Watch, if set, is called after every configuration line, when it is carried out and
	// before its answer is sent. Lines of several routers may come at the same time.
	Watch func(d Device, line string)

	authority *Authority // of a Speaker; nil is one of its own
}

// Traffic counts what a router received since it was started, over all sessions. A line is a
// configuration line when Session.Configuring was true before it was carried out.
type Traffic struct {
	Logins      int // sessions with a terminal or an exec request
	Lines       int
	Bytes       int
	ConfigLines int
	ConfigBytes int // every byte typed in configuration mode, also of a line never ended
}

// Server is one router on the loopback: a Device behind a real SSH server, or what a Speaker
// speaks.
type Server struct {
	name   string
	device Device
	door   Door

	mu       sync.Mutex
	listener net.Listener
	key      ssh.Signer
	shown    tls.Certificate // of a Speaker
	wire     Wire
	seen     Traffic // counted since the wire was last spoiled
	traffic  Traffic
	diary    diary
	conns    map[net.Conn]bool
	closed   bool
	quit     chan struct{}
	jobs     sync.WaitGroup
}

// Serve puts a device behind a door and returns at once. Close it.
func Serve(name string, d Device, door Door) (*Server, error) {
	if door.Address == "" {
		door.Address = "127.0.0.1:0"
	}
	s := &Server{name: name, device: d, door: door, conns: map[net.Conn]bool{}, quit: make(chan struct{})}
	if _, speaks := d.(Speaker); speaks && s.door.authority == nil {
		own, err := NewAuthority()
		if err != nil {
			return nil, err
		}
		s.door.authority = own
	}
	if err := s.ChangeHostKey(); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", door.Address)
	if err != nil {
		return nil, fmt.Errorf("lab: %s: %w", name, err)
	}
	s.listener = l
	s.jobs.Add(1)
	go s.listen()
	return s, nil
}

// Name is what the router is called in its fleet.
func (s *Server) Name() string { return s.name }

// Device is the router itself.
func (s *Server) Device() Device { return s.device }

// Address is where it listens.
func (s *Server) Address() netip.AddrPort {
	return netip.MustParseAddrPort(s.listener.Addr().String())
}

// HostKey is the public key that it shows over SSH now.
func (s *Server) HostKey() ssh.PublicKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key.PublicKey()
}

// ChangeHostKey makes it show another key from the next connection on, as a replaced router
// or somebody in the middle would. Of a Speaker it is that of a new certificate, of the same
// authority.
func (s *Server) ChangeHostKey() error {
	key, err := newHostKey()
	if err != nil {
		return err
	}
	if _, speaks := s.device.(Speaker); speaks {
		if err := s.showNew(s.door.authority); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = key
	return nil
}

// Traffic is what was received so far.
func (s *Server) Traffic() Traffic {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.traffic
}

// Transcript is what stood on the terminals, the newest 256 KB of it, sessions numbered.
// Passwords are not in it.
func (s *Server) Transcript() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.diary.String()
}

// Cut breaks all connections that are open, as a dead line would.
func (s *Server) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.Close()
	}
}

// Close stops the server, breaks its connections and waits until all that it started is over.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.quit)
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	err := s.listener.Close()
	s.jobs.Wait()
	return err
}

func newHostKey() (ssh.Signer, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("lab: host key: %w", err)
	}
	return ssh.NewSignerFromKey(private)
}

func (s *Server) listen() {
	defer s.jobs.Done()
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		if !s.admit(c) {
			c.Close()
			continue
		}
		go s.serve(c)
	}
}

// admit takes a connection into the books, unless the router is closed or refuses.
func (s *Server) admit(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.wire.Refuse {
		return false
	}
	s.conns[c] = true
	s.jobs.Add(1)
	return true
}

func (s *Server) serve(c net.Conn) {
	defer s.jobs.Done()
	defer func() {
		c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	wire := s.spoiled()
	if wire.Mute {
		<-s.quit
		return
	}
	line := c
	if wire.CutAfter > 0 {
		line = &short{c, wire.CutAfter}
	}
	if d, speaks := s.device.(Speaker); speaks {
		s.speak(d, line)
		return
	}
	c.SetDeadline(time.Now().Add(time.Minute))
	conn, channels, requests, err := ssh.NewServerConn(line, s.handshake())
	if err != nil {
		return
	}
	c.SetDeadline(time.Time{})
	s.jobs.Add(1)
	go func() { defer s.jobs.Done(); ssh.DiscardRequests(requests) }()
	var sessions sync.WaitGroup
	for offer := range channels {
		if offer.ChannelType() != "session" {
			offer.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		channel, wishes, err := offer.Accept()
		if err != nil {
			break
		}
		sessions.Go(func() { s.session(conn.User(), c, channel, wishes) })
	}
	sessions.Wait()
	conn.Close()
}

func (s *Server) handshake() *ssh.ServerConfig {
	config := &ssh.ServerConfig{MaxAuthTries: 4, ServerVersion: "SSH-2.0-op25b-lab"}
	if s.door.Password != "" {
		config.PasswordCallback = func(m ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if m.User() == s.door.User && subtle.ConstantTimeCompare(password, []byte(s.door.Password)) == 1 {
				return nil, nil
			}
			return nil, errors.New("wrong user or password")
		}
	}
	config.PublicKeyCallback = func(m ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		known := slices.ContainsFunc(s.door.Keys, func(k ssh.PublicKey) bool {
			return subtle.ConstantTimeCompare(k.Marshal(), key.Marshal()) == 1
		})
		if m.User() == s.door.User && known {
			return nil, nil
		}
		return nil, errors.New("unknown key")
	}
	s.mu.Lock()
	config.AddHostKey(s.key)
	s.mu.Unlock()
	return config
}

// session waits until the client has said what it wants (a shell or one command), and gives it.
func (s *Server) session(user string, c net.Conn, channel ssh.Channel, wishes <-chan *ssh.Request) {
	defer channel.Close()
	for wish := range wishes {
		switch wish.Type {
		case "pty-req", "env", "window-change":
			wish.Reply(true, nil)
			continue
		case "shell":
			wish.Reply(true, nil)
			s.alongside(wishes)
			s.newTerminal(user, c, channel).run()
		case "exec":
			var command struct{ Line string }
			wish.Reply(ssh.Unmarshal(wish.Payload, &command) == nil, nil)
			s.alongside(wishes)
			s.newTerminal(user, c, channel).once(command.Line)
		default:
			wish.Reply(false, nil)
			continue
		}
		channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{0}))
		return
	}
}

// alongside answers what else a client asks for during its session.
func (s *Server) alongside(wishes <-chan *ssh.Request) {
	s.jobs.Add(1)
	go func() {
		defer s.jobs.Done()
		for wish := range wishes {
			wish.Reply(wish.Type == "window-change", nil)
		}
	}()
}
