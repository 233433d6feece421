package lab_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"op25b/lab"
	"op25b/lab/iosxe"
	"op25b/lab/iosxr"
	"op25b/lab/junos"
	"op25b/lab/rtx"
)

const user, password = "op25b", "correct-horse"

// fleetOf starts one router of each player.
func fleetOf(t *testing.T, door lab.Door) *lab.Fleet {
	t.Helper()
	door.User, door.Password = user, password
	f := &lab.Fleet{Door: door}
	t.Cleanup(func() { f.Close() })
	for i, k := range kinds() {
		name := fmt.Sprintf("%s-%d", k.Dialect, i+1)
		d := k.New(lab.Setup{Hostname: name, Clock: &lab.HandClock{}})
		if err := d.Load(k.Config(name, i+1)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Add(name, d); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// dial logs in and opens a shell; it says what comes and takes what is typed.
func dial(t *testing.T, s *lab.Server) (*terminal, error) {
	t.Helper()
	client, err := ssh.Dial("tcp", s.Address().String(), &ssh.ClientConfig{
		User: user, Auth: []ssh.AuthMethod{ssh.Password(password)},
		HostKeyCallback: ssh.FixedHostKey(s.HostKey()), Timeout: time.Minute})
	if err != nil {
		return nil, err
	}
	patience := time.AfterFunc(2*time.Minute, func() { client.Close() }) // a test that waits in vain fails
	t.Cleanup(func() { patience.Stop(); client.Close() })
	return open(t, client)
}

func open(t *testing.T, client *ssh.Client) (*terminal, error) {
	session, err := client.NewSession()
	if err != nil {
		return nil, err
	}
	in, err := session.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := session.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := session.RequestPty("vt100", 24, 80, nil); err != nil {
		return nil, err
	}
	if err := session.Shell(); err != nil {
		return nil, err
	}
	return &terminal{t: t, in: in, out: out}, nil
}

type terminal struct {
	t   *testing.T
	in  io.Writer
	out io.Reader
}

// until reads up to and with a text and returns what came since the last call.
func (k *terminal) until(text string) string {
	k.t.Helper()
	var got []byte
	one := make([]byte, 1)
	for !strings.HasSuffix(string(got), text) {
		n, err := k.out.Read(one)
		if err != nil {
			k.t.Fatalf("waiting for %q: %v; had %q", text, err, got)
		}
		got = append(got, one[:n]...)
	}
	return string(got)
}

func (k *terminal) key(keys string) { io.WriteString(k.in, keys) }

// ended reports whether the router hangs up.
func (k *terminal) ended() bool {
	_, err := io.Copy(io.Discard, k.out)
	return err == nil
}

func TestTerminal(t *testing.T) {
	f := fleetOf(t, lab.Door{})
	k, err := dial(t, f.Server("iosxe-1"))
	if err != nil {
		t.Fatal(err)
	}
	k.until("iosxe-1#")
	tests := []struct{ name, keys, shows string }{
		{"CR ends a line", "show privilege\r", "show privilege\r\nCurrent privilege level is 15\r\niosxe-1#"},
		{"LF ends a line", "show privilege\n", "show privilege\r\nCurrent privilege level is 15\r\niosxe-1#"},
		{"CR LF is one end", "show privilege\r\n", "show privilege\r\nCurrent privilege level is 15\r\niosxe-1#"},
		{"backspace", "terminax\x08l length 24\r", "terminax\b \bl length 24\r\niosxe-1#"},
		{"delete", "terminax\x7fl length 24\r", "terminax\b \bl length 24\r\niosxe-1#"},
		{"backspace at the start", "\x08\r", "\r\niosxe-1#"},
		{"Ctrl-U", "abc\x15\r", "abc\b \b\b \b\b \b\r\niosxe-1#"},
		{"Ctrl-C", "abc\x03", "abc^C\r\niosxe-1#"},
		{"Ctrl-Z ends configuration", "conf t\r\x1a", "conf t\r\nEnter configuration commands, one per line.  End with CNTL/Z.\r\niosxe-1(config)#^Z\r\niosxe-1#"},
		{"Ctrl-D", "\x04", "\r\niosxe-1#"},
		{"tab is not echoed", "a\tb\x15", "ab\b \b\b \b"},
	}
	for _, test := range tests {
		k.key(test.keys)
		if got := k.until(test.shows[len(test.shows)-3:]); len(got) < len(test.shows) {
			got += k.until(test.shows[len(got):])
			if got != test.shows {
				t.Errorf("%s: %q, want %q", test.name, got, test.shows)
			}
		} else if got != test.shows {
			t.Errorf("%s: %q, want %q", test.name, got, test.shows)
		}
	}
}

func TestPager(t *testing.T) {
	f := fleetOf(t, lab.Door{})
	k, err := dial(t, f.Server("iosxe-1"))
	if err != nil {
		t.Fatal(err)
	}
	k.until("#")
	k.key("terminal length 5\rshow running-config\r")
	const pager, wipe = " --More-- ", "\b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b"
	first := k.until(pager)
	if n := strings.Count(first[strings.Index(first, "Building"):], "\n"); n != 4 {
		t.Errorf("the first page has %d lines, want 4:\n%s", n, first)
	}
	k.key("\r")
	if got := k.until(pager); strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, wipe) {
		t.Errorf("Enter shows %q, want one line", got)
	}
	k.key(" ")
	if got := k.until(pager); strings.Count(got, "\n") != 4 {
		t.Errorf("a blank shows %q, want four lines", got)
	}
	k.key("q")
	if got := k.until("iosxe-1#"); got != wipe+"iosxe-1#" {
		t.Errorf("q shows %q", got)
	}
}

func TestSecretIsNotShown(t *testing.T) {
	f := &lab.Fleet{Door: lab.Door{User: user, Password: password}}
	defer f.Close()
	d := iosxe.New(lab.Setup{Hostname: "r", Enable: "opensesame"})
	s, err := f.Add("r", d)
	if err != nil {
		t.Fatal(err)
	}
	k, err := dial(t, s)
	if err != nil {
		t.Fatal(err)
	}
	k.until("r>")
	k.key("enable\r")
	k.until("Password: ")
	k.key("opensesame\r")
	if got := k.until("r#"); got != "\r\nr#" {
		t.Errorf("after the password: %q", got)
	}
	k.key("exit\r")
	if !k.ended() {
		t.Error("exit does not end the session")
	}
	if text := s.Transcript(); strings.Contains(text, "opensesame") || !strings.Contains(text, "Password: ********") {
		t.Errorf("the transcript: %s", text)
	}
}

func TestTrafficAndWatch(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	f := fleetOf(t, lab.Door{Watch: func(d lab.Device, line string) {
		pass, _ := d.Verdict("GigabitEthernet0/0/1", "in", lab.Packet{Src: addr("203.0.113.5"), Dst: addr("198.51.100.3"), Protocol: 6, DstPort: 25})
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, fmt.Sprintf("%s: %v", line, pass))
	}})
	s := f.Server("iosxe-1")
	k, err := dial(t, s)
	if err != nil {
		t.Fatal(err)
	}
	k.until("#")
	k.key("show running-config | include hostname\r")
	k.until("iosxe-1#")
	if got := s.Traffic(); got.ConfigBytes != 0 || got.ConfigLines != 0 || got.Lines != 1 {
		t.Errorf("after a show command: %+v, want nothing in configuration mode", got)
	}
	k.key("conf t\rint g0/0/1\rip access-group A in\rip access-list extended A\rdeny tcp any any eq 25\rend\r")
	k.until("(config-ext-nacl)#end\r\niosxe-1#")
	want := []string{"int g0/0/1: true", "ip access-group A in: true", "ip access-list extended A: true", "deny tcp any any eq 25: false", "end: false"}
	mu.Lock()
	defer mu.Unlock()
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("watched %q, want %q", seen, want)
	}
	lines := "int g0/0/1\rip access-group A in\rip access-list extended A\rdeny tcp any any eq 25\rend\r"
	if got := s.Traffic(); got.ConfigLines != 5 || got.ConfigBytes != len(lines) {
		t.Errorf("traffic %+v, want 5 lines and %d bytes", got, len(lines))
	}
}

func TestWire(t *testing.T) {
	two := "conf t\rhostname one\rhostname two\r"
	tests := []struct {
		name, keys, hostname string
		wire                 lab.Wire
	}{
		{"drops at a line that is carried out", two, "one", lab.Wire{DropConfigAt: 1}},
		{"drops at a line that is lost", two, "iosxe-1", lab.Wire{DropConfigAt: 1, Lost: true}},
		{"counts all lines", two, "one", lab.Wire{DropAt: 2}},
		{"counts configuration lines alone", "show clock\rshow clock\r" + two, "one", lab.Wire{DropConfigAt: 2, Lost: true}},
	}
	for _, test := range tests {
		f := fleetOf(t, lab.Door{})
		s := f.Server("iosxe-1")
		k, err := dial(t, s)
		if err != nil {
			t.Fatal(err)
		}
		k.until("#")
		s.Spoil(test.wire)
		k.key(test.keys)
		k.ended()
		if got := s.Device().Hostname(); got != test.hostname {
			t.Errorf("%s: the router is called %s, want %s", test.name, got, test.hostname)
		}
		f.Close()
	}
}

func TestHangAndCut(t *testing.T) {
	done := make(chan string, 1) // the echo of a line comes before the line is carried out
	f := fleetOf(t, lab.Door{Watch: func(_ lab.Device, line string) { done <- line }})
	s := f.Server("iosxe-1")
	k, err := dial(t, s)
	if err != nil {
		t.Fatal(err)
	}
	k.until("#")
	s.Spoil(lab.Wire{HangConfigAt: 1})
	k.key("conf t\rhostname one\r")
	k.until("hostname one\r\n")
	<-done
	again, err := dial(t, s)
	if err != nil {
		t.Fatal(err)
	}
	again.until("one#")
	s.Cut()
	k.ended()
	again.ended()
	s.Spoil(lab.Wire{Refuse: true})
	if _, err := dial(t, s); err == nil {
		t.Error("a router that refuses connections took one")
	}
	s.Spoil(lab.Wire{Mute: true})
	c, err := net.Dial("tcp", s.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Error("a mute router said something")
	}
	c.Close()
}

func TestHostKeyAndLogin(t *testing.T) {
	f := fleetOf(t, lab.Door{})
	s := f.Server("iosxe-1")
	old := s.HostKey()
	if err := s.ChangeHostKey(); err != nil {
		t.Fatal(err)
	}
	config := &ssh.ClientConfig{User: user, Auth: []ssh.AuthMethod{ssh.Password(password)}, HostKeyCallback: ssh.FixedHostKey(old)}
	if _, err := ssh.Dial("tcp", s.Address().String(), config); err == nil {
		t.Error("the host key did not change")
	}
	config.HostKeyCallback, config.Auth = ssh.FixedHostKey(s.HostKey()), []ssh.AuthMethod{ssh.Password("wrong")}
	if _, err := ssh.Dial("tcp", s.Address().String(), config); err == nil {
		t.Error("a wrong password was taken")
	}
}

func TestKeyLogin(t *testing.T) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	f := fleetOf(t, lab.Door{Keys: []ssh.PublicKey{signer.PublicKey()}})
	s := f.Server("iosxr-2")
	client, err := ssh.Dial("tcp", s.Address().String(), &ssh.ClientConfig{User: user,
		Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: ssh.FixedHostKey(s.HostKey())})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	out, err := session.Output("show running-config hostname")
	if err != nil || !strings.HasSuffix(string(out), " UTC\r\nhostname iosxr-2\r\n\r\n") {
		t.Errorf("%q, %v", out, err)
	}
}

func TestRestartEndsSessions(t *testing.T) {
	f := fleetOf(t, lab.Door{})
	s := f.Server("iosxe-1")
	k, err := dial(t, s)
	if err != nil {
		t.Fatal(err)
	}
	k.until("#")
	s.Device().Spoil(lab.Fault{RebootAt: 2})
	k.key("conf t\rhostname one\rhostname two\rhostname three\r")
	k.ended()
	if got := s.Device().Hostname(); got != "iosxe-1" {
		t.Errorf("after the restart the router is called %s", got)
	}
}

// Sessions that are idle, in the pager, hanging and mute are all over when the fleet is closed.
func TestCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	f := fleetOf(t, lab.Door{})
	for i, s := range f.Servers() {
		k, err := dial(t, s)
		if err != nil {
			t.Fatal(err)
		}
		prompt := s.Device().Login(user).Prompt()
		k.until(prompt)
		if i == 0 {
			s.Spoil(lab.Wire{HangAt: 1})
		}
		k.key("show environment\r")
		k.until("\r\n")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	stacks := make([]byte, 1<<20)
	for i := 0; ; i++ { // who has said that it is over may still be on its last step
		text := string(stacks[:runtime.Stack(stacks, true)])
		ours := strings.Contains(text, "lab.(*Server)") || strings.Contains(text, "lab.(*terminal)")
		if !ours && runtime.NumGoroutine() <= before+2*len(kinds()) {
			return
		}
		if i == 2000 {
			t.Fatalf("%d goroutines, before %d:\n%s", runtime.NumGoroutine(), before, text)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func kinds() []lab.Kind { return []lab.Kind{iosxe.Kind(), iosxr.Kind(), junos.Kind(), rtx.Kind()} }
