// Package screen plays a terminal screen that was written down, so that an engineer can read a
// test as what stood on the terminal.
//
// The text is what the terminal shows: prompts, what is typed after them, and the answers. A
// line that begins with the prompt is typed; other lines are answers. Between them may stand:
//
//	# a remark for the reader
//	== session NAME                 go on in another session; a new name logs in
//	== cut                          the connection of this session is lost
//	== advance 5m                   the router's clock goes on
//	== restart                      the router restarts
//	== fault RefuseLine=2 CutTimer=fire Message=words_with_blanks
//	== packet GigabitEthernet0/0/1 in tcp 203.0.113.5 198.51.100.3 25 [established] [fragment]
//	== send …                       the same, for a packet that counts
//
// The answer to a packet is one line: pass or drop, and the line of the filter that said so.
package screen

import (
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"op25b/lab"
)

// Play types what a screen says and returns the screen with the answers that really came. The
// two are equal when the router behaves as written.
func Play(text string, d lab.Device, clock *lab.HandClock) string {
	p := &player{device: d, clock: clock, lines: strings.SplitAfter(text, "\n"), sessions: map[string]lab.Session{}}
	p.enter("1")
	for p.next < len(p.lines) && p.step() {
	}
	return p.out.String()
}

type player struct {
	device   lab.Device
	clock    *lab.HandClock
	lines    []string
	next     int
	out      strings.Builder
	sessions map[string]lab.Session
	name     string
}

func (p *player) enter(name string) {
	p.name = name
	if p.sessions[name] == nil {
		p.sessions[name] = p.device.Login("admin")
	}
}

// step plays one line; false ends the screen.
func (p *player) step() bool {
	line := p.lines[p.next]
	p.next++
	trimmed := strings.TrimRight(line, "\n")
	switch {
	case trimmed == "" || strings.HasPrefix(line, "# "):
		p.out.WriteString(line)
		return true
	case strings.HasPrefix(line, "== "):
		p.out.WriteString(line)
		if err := p.direct(strings.Fields(trimmed[3:])); err != nil {
			fmt.Fprintf(&p.out, "screen: %v\n", err)
			return false
		}
		return true
	}
	return p.typed(line)
}

// typed plays a line after the prompt, or passes over an answer that did not come.
func (p *player) typed(line string) bool {
	s := p.sessions[p.name]
	if s == nil {
		p.out.WriteString("screen: this session is over\n")
		return false
	}
	prompt := s.Prompt()
	last := prompt[strings.LastIndexByte(prompt, '\n')+1:]
	if !strings.HasPrefix(line, last) {
		if p.comes(last) {
			return true
		}
		p.out.WriteString(prompt + "\n")
		return false
	}
	line = strings.TrimRight(line, "\n")[len(last):]
	p.out.WriteString(prompt + line + "\n")
	answer, more := s.Enter(line)
	p.out.WriteString(answer)
	if !more {
		delete(p.sessions, p.name)
		p.skip(answer)
		return true
	}
	next := s.Prompt()
	p.skip(answer + next[:strings.LastIndexByte(next, '\n')+1])
	return true
}

// skip passes over the screen's own lines as far as they are the answer that came.
func (p *player) skip(answer string) {
	for _, a := range strings.SplitAfter(answer, "\n") {
		if a == "" || p.next >= len(p.lines) || p.lines[p.next] != a {
			return
		}
		p.next++
	}
}

// comes reports whether a line that begins with the prompt, or a direction, still comes.
func (p *player) comes(prompt string) bool {
	for _, l := range p.lines[p.next:] {
		if strings.HasPrefix(l, prompt) || strings.HasPrefix(l, "== ") {
			return true
		}
	}
	return false
}

func (p *player) direct(words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("nothing after ==")
	}
	args := words[1:]
	switch {
	case words[0] == "session" && len(args) == 1:
		p.enter(args[0])
	case words[0] == "cut" && p.sessions[p.name] != nil:
		p.sessions[p.name].Cut()
		delete(p.sessions, p.name)
	case words[0] == "restart":
		p.device.Restart()
		p.sessions = map[string]lab.Session{}
		p.enter(p.name)
	case words[0] == "advance" && len(args) == 1:
		d, err := time.ParseDuration(args[0])
		if err != nil {
			return err
		}
		p.clock.Advance(d)
	case words[0] == "fault":
		return p.fault(args)
	case words[0] == "packet" && len(args) >= 6:
		return p.packet(args, p.device.Verdict)
	case words[0] == "send" && len(args) >= 6:
		c, ok := p.device.(counter)
		if !ok {
			return fmt.Errorf("this router does not count")
		}
		return p.packet(args, c.Send)
	default:
		return fmt.Errorf("cannot %s", strings.Join(words, " "))
	}
	return nil
}

// fault sets fields of a lab.Fault by their names; no word at all ends it.
func (p *player) fault(args []string) error {
	var f lab.Fault
	for _, a := range args {
		name, value, _ := strings.Cut(a, "=")
		field := reflect.ValueOf(&f).Elem().FieldByName(name)
		switch field.Kind() {
		case reflect.Int:
			n, err := strconv.Atoi(value)
			if err != nil {
				return err
			}
			field.SetInt(int64(n))
		case reflect.String:
			field.SetString(strings.ReplaceAll(value, "_", " "))
		case reflect.Bool:
			field.SetBool(value == "true")
		default:
			return fmt.Errorf("no fault is called %q", name)
		}
	}
	p.device.Spoil(f)
	return nil
}

type verdict = func(iface, direction string, p lab.Packet) (bool, string)

// counter is a router whose entries count what they take.
type counter interface {
	Send(iface, direction string, p lab.Packet) (bool, string)
}

// packet asks for a verdict and passes over the screen's own answer.
func (p *player) packet(args []string, ask verdict) error {
	protocol, known := map[string]int{"tcp": 6, "udp": 17, "icmp": 1, "icmp6": 58}[args[2]]
	if !known {
		return fmt.Errorf("no protocol is called %q", args[2])
	}
	src, err := netip.ParseAddr(args[3])
	if err != nil {
		return err
	}
	dst, err := netip.ParseAddr(args[4])
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(args[5])
	if err != nil {
		return err
	}
	k := lab.Packet{Src: src, Dst: dst, Protocol: protocol, SrcPort: 40000, DstPort: port}
	for _, w := range args[6:] {
		k.Established = k.Established || w == "established"
		k.LaterFragment = k.LaterFragment || w == "fragment"
	}
	pass, line := ask(args[0], args[1], k)
	word := "drop"
	if pass {
		word = "pass"
	}
	fmt.Fprintf(&p.out, "%s: %s\n", word, line)
	if p.next < len(p.lines) && (strings.HasPrefix(p.lines[p.next], "pass: ") || strings.HasPrefix(p.lines[p.next], "drop: ")) {
		p.next++
	}
	return nil
}
