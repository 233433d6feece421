package cli

import (
	"bufio"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// router is a small SSH server that plays what a test tells it.
type router struct {
	t        testing.TB
	address  string
	keys     []ssh.Signer
	terminal func(c *console)
	auth     func(*ssh.ServerConfig)
	keepTCP  bool // does not close the connection when the session ends
	forward  bool // is a jump host
	refuse   bool // gives no shell

	mu    sync.Mutex
	typed []string // every line that was typed, over all sessions
	open  int      // TCP connections
}

func newKey(t testing.TB) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// play starts a router.
func (r *router) play(t testing.TB) *router {
	t.Helper()
	r.t = t
	if len(r.keys) == 0 {
		r.keys = []ssh.Signer{newKey(t)}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.address = l.Addr().String()
	var conns sync.Map
	t.Cleanup(func() {
		l.Close()
		conns.Range(func(c, _ any) bool { c.(net.Conn).Close(); return true })
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Store(c, true)
			go r.serve(c)
		}
	}()
	return r
}

func (r *router) count(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open += n
}

func (r *router) config() *ssh.ServerConfig {
	c := &ssh.ServerConfig{PasswordCallback: func(m ssh.ConnMetadata, p []byte) (*ssh.Permissions, error) {
		if m.User() == "op" && string(p) == "secret-login" {
			return nil, nil
		}
		return nil, errors.New("no")
	}}
	if r.auth != nil {
		r.auth(c)
	}
	for _, k := range r.keys {
		c.AddHostKey(k)
	}
	return c
}

func (r *router) serve(c net.Conn) {
	r.count(1)
	defer r.count(-1)
	if !r.keepTCP {
		defer c.Close()
	}
	conn, channels, requests, err := ssh.NewServerConn(c, r.config())
	if err != nil {
		c.Close()
		return
	}
	go ssh.DiscardRequests(requests)
	for offer := range channels {
		if offer.ChannelType() == "direct-tcpip" && r.forward {
			go tunnel(offer)
			continue
		}
		ch, wishes, err := offer.Accept()
		if err != nil {
			return
		}
		go r.session(ch, wishes)
	}
	conn.Wait()
}

func tunnel(offer ssh.NewChannel) {
	var to struct {
		Host     string
		Port     uint32
		FromHost string
		FromPort uint32
	}
	ssh.Unmarshal(offer.ExtraData(), &to)
	out, err := net.Dial("tcp", net.JoinHostPort(to.Host, itoa(int(to.Port))))
	if err != nil {
		offer.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	ch, requests, err := offer.Accept()
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	go func() { io.Copy(ch, out); ch.Close() }()
	io.Copy(out, ch)
	out.Close()
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func (r *router) session(ch ssh.Channel, wishes <-chan *ssh.Request) {
	for w := range wishes {
		w.Reply(w.Type != "shell" || !r.refuse, nil)
		if w.Type == "shell" && !r.refuse {
			go ssh.DiscardRequests(wishes)
			r.terminal(&console{router: r, keys: bufio.NewReader(ch), screen: ch})
			ch.Close()
			return
		}
	}
}

// console is a terminal that echoes each line when it reads it, as a router's does.
type console struct {
	router *router
	keys   *bufio.Reader
	screen io.Writer
	over   bool
}

func (c *console) print(s string) {
	if _, err := io.WriteString(c.screen, strings.ReplaceAll(s, "\n", "\r\n")); err != nil {
		c.over = true
	}
}

// raw prints bytes as they are.
func (c *console) raw(s string) { io.WriteString(c.screen, s) }

func (c *console) line(echo string) string {
	s, err := c.keys.ReadString('\n')
	if err != nil {
		c.over = true
		return ""
	}
	s = strings.TrimSuffix(s, "\n")
	if echo != "" {
		c.print(s + "\n")
	} else {
		c.print("\n")
	}
	c.router.mu.Lock()
	c.router.typed = append(c.router.typed, s)
	c.router.mu.Unlock()
	return s
}

// shell is a prompt after which lines get the answers of a table; what the table lacks gets
// no words.
func (c *console) shell(prompt string, answers map[string]string) {
	for !c.over {
		c.print(prompt)
		line := c.line("echo")
		if c.over {
			return
		}
		if a, there := answers[line]; there && a != "" {
			c.print(a + "\n")
		}
	}
}

// plainShell is a router that knows nothing but its name.
func plainShell(prompt string) func(*console) {
	return func(c *console) { c.shell(prompt, nil) }
}

func (r *router) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.typed...)
}

// hosts are the keys of the routers, in a known_hosts file.
func hosts(t testing.TB, routers ...*router) Hosts {
	t.Helper()
	var b strings.Builder
	for _, r := range routers {
		b.WriteString(knownhosts.Line([]string{r.address}, r.keys[0].PublicKey()) + "\n")
	}
	file := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return Hosts{Files: []string{file}}
}

// dialer believes the routers' keys.
func dialer(t testing.TB, routers ...*router) Dialer {
	t.Helper()
	d, err := NewDialer(hosts(t, routers...), patience)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (r *router) road() Road {
	return Road{Address: r.address, Login: Login{User: "op", Password: "secret-login", Enable: "secret-enable"}}
}
