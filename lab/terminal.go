package lab

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// terminal is the line discipline between an SSH channel and a Session: echo, line editing,
// pager, line ends. It behaves as a router's own terminal does, not as a Unix one:
// CR or LF ends a line (CR LF is one end), Ctrl-C forgets the line, Ctrl-U empties it,
// Ctrl-Z is handed to the session as a line of its own ("\x1a"), Ctrl-D ends a line, which
// ends in "\x04" then. There is no help on "?".
type terminal struct {
	server  *Server
	number  int
	user    string
	conn    net.Conn
	keys    *bufio.Reader
	screen  io.Writer
	session Session
	sawCR   bool
	secret  bool // what is typed now is not shown
}

// errGone says that the connection or the router is away.
var errGone = errors.New("the connection is gone")

// lineBuffer is the longest line that is taken; what is beyond is not echoed, as on a full buffer.
const lineBuffer = 8192

const (
	keyCtrlC     = 0x03
	keyCtrlD     = 0x04
	keyBackspace = 0x08
	keyTab       = 0x09
	keyCtrlU     = 0x15
	keyCtrlZ     = 0x1a
	keyDelete    = 0x7f
)

func (s *Server) newTerminal(user string, c net.Conn, channel ssh.Channel) *terminal {
	return &terminal{server: s, number: s.number(), user: user, conn: c,
		keys: bufio.NewReader(channel), screen: channel, session: s.device.Login(user)}
}

// run is a session from login to logout.
func (t *terminal) run() {
	defer t.watchdog()()
	t.note("login " + t.user + "\n")
	greeting := t.server.device.Banner()
	err := t.print(greeting + "\n")
	for more := true; err == nil && more; {
		more, err = t.turn()
	}
	t.part(err)
}

// once carries out a single command, as `ssh router "show version"` asks for. No pager.
func (t *terminal) once(line string) {
	defer t.watchdog()()
	t.note("login " + t.user + " for one command\n")
	_, output, err := t.carryOut(line)
	if err == nil {
		err = t.print(output)
	}
	t.part(err)
}

// watchdog breaks the connection when the router ends the session by itself.
func (t *terminal) watchdog() (stop func()) {
	over, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		select {
		case <-t.session.Done():
			t.conn.Close()
		case <-over:
		}
	}()
	return func() { close(over); <-finished }
}

func (t *terminal) part(err error) {
	if err != nil {
		t.session.Cut()
		t.note("connection lost\n")
		t.conn.Close()
		return
	}
	t.note("logout\n")
}

// turn prints the prompt, takes a line and carries it out.
func (t *terminal) turn() (more bool, err error) {
	prompt := t.session.Prompt()
	if err := t.print(prompt); err != nil {
		return false, err
	}
	t.secret = t.session.Secret()
	line, whole, err := t.readLine()
	if err != nil {
		return false, err
	}
	shown := line
	if t.secret {
		shown = "********"
	}
	t.note(prompt + shown + "\n")
	if !whole {
		return true, nil
	}
	more, output, err := t.carryOut(line)
	if err != nil {
		return false, err
	}
	return more, t.show(output)
}

// carryOut hands a line to the router, unless the wire is spoiled at it.
func (t *terminal) carryOut(line string) (more bool, output string, err error) {
	at := groundOf(t.session)
	fate := t.server.countLine(at)
	switch fate {
	case dropBefore:
		return false, "", errGone
	case hangBefore:
		return false, "", t.hang()
	}
	output, more = t.session.Enter(line)
	if at == inConfig && t.server.door.Watch != nil {
		t.server.door.Watch(t.server.device, line)
	}
	t.note(output)
	switch fate {
	case dropAfter:
		return false, "", errGone
	case hangAfter:
		return false, "", t.hang()
	}
	return more, output, nil
}

// hang says nothing until the peer or the server goes away.
func (t *terminal) hang() error {
	io.Copy(io.Discard, t.keys)
	return errGone
}

// readLine takes keys until the line ends. It is not whole when Ctrl-C ended it.
func (t *terminal) readLine() (line string, whole bool, err error) {
	var typed []byte
	for {
		key, err := t.key()
		if err != nil {
			return "", false, err
		}
		echo := ""
		switch key {
		case '\r', '\n':
			return string(typed), true, t.print("\n")
		case keyCtrlC:
			return string(typed), false, t.print("^C\n")
		case keyCtrlZ:
			return string(rune(keyCtrlZ)), true, t.print("^Z\n")
		case keyCtrlD:
			return string(append(typed, keyCtrlD)), true, t.print("\n")
		case keyCtrlU:
			echo, typed = strings.Repeat("\b \b", len(typed)), nil
		case keyBackspace, keyDelete:
			if len(typed) > 0 {
				echo, typed = "\b \b", typed[:len(typed)-1]
			}
		default:
			if key >= ' ' && len(typed) < lineBuffer {
				echo, typed = string([]byte{key}), append(typed, key)
			}
		}
		if err := t.echo(echo); err != nil {
			return "", false, err
		}
	}
}

// key is the next key; the LF of a CR LF is none.
func (t *terminal) key() (byte, error) {
	for {
		key, err := t.keys.ReadByte()
		if err != nil {
			return 0, errGone
		}
		t.server.countByte(groundOf(t.session))
		afterCR := t.sawCR
		t.sawCR = key == '\r'
		if key == '\n' && afterCR {
			continue
		}
		return key, nil
	}
}

func (t *terminal) echo(text string) error {
	if wait := t.server.spoiled().Echo; wait > 0 {
		select {
		case <-time.After(wait):
		case <-t.server.quit:
		}
	}
	if t.secret || text == "" {
		return nil
	}
	return t.print(text)
}

func (t *terminal) print(text string) error {
	if _, err := io.WriteString(t.screen, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		return errGone
	}
	return nil
}

// show prints an answer, a page at a time where the session wants that. A blank brings the
// next page, Enter the next line, any other key ends it (IOS; [K] for the others).
func (t *terminal) show(output string) error {
	lines := strings.SplitAfter(output, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	page := t.session.Page()
	room := page - 1
	for len(lines) > 0 {
		if page > 0 && room <= 0 {
			key, err := t.askPager()
			switch {
			case err != nil:
				return err
			case key == ' ':
				room = page - 1
			case key == '\r' || key == '\n':
				room = 1
			default:
				return nil
			}
		}
		n := len(lines)
		if page > 0 {
			n = min(n, max(room, 1))
		}
		if err := t.print(strings.Join(lines[:n], "")); err != nil {
			return err
		}
		lines, room = lines[n:], 0
	}
	return nil
}

// askPager shows the pager, waits for a key and wipes the pager out again.
func (t *terminal) askPager() (byte, error) {
	pager := t.session.Pager()
	if err := t.print(pager); err != nil {
		return 0, err
	}
	key, err := t.key()
	if err != nil {
		return 0, err
	}
	back := strings.Repeat("\b", len(pager))
	return key, t.print(back + strings.Repeat(" ", len(pager)) + back)
}

func (t *terminal) note(text string) {
	if text != "" {
		t.server.write(fmt.Sprintf("[%d] %s", t.number, strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", fmt.Sprintf("\n[%d] ", t.number))+"\n"))
	}
}
