// Package story plays a conversation with a router of the lab, written in a file that an
// engineer can read, and writes down what the router really said.
package story

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"op25b/lab"
)

// A story has one act a line; what the router answers stands below it behind "  | ":
//
//	login A op25b                    a session named A
//	A: show version                  a line typed in it
//	cut A                            its connection breaks
//	wait 5m                          the clock goes on
//	restart
//	fault {"RefuseLine": 2}
//	packet lan2 in tcp 192.0.2.1 198.51.100.3:25 [established] [fragment]   IPv6: ADDR#25
//	startup                          what a restart would load
//	# a comment
//
// teller is a story while it is told.
type teller struct {
	device   lab.Device
	clock    *lab.HandClock
	sessions map[string]lab.Session
	out      strings.Builder
}

// Play plays the acts of a script and returns the script with the answers of the device.
// Answers that the script has already are not read.
func Play(d lab.Device, clock *lab.HandClock, script string) (string, error) {
	t := teller{device: d, clock: clock, sessions: map[string]lab.Session{}}
	for i, line := range strings.Split(strings.TrimSuffix(script, "\n"), "\n") {
		if strings.HasPrefix(line, "  |") {
			continue
		}
		t.out.WriteString(line + "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		answer, err := t.act(line)
		if err != nil {
			return "", fmt.Errorf("line %d: %q: %w", i+1, line, err)
		}
		t.answer(answer)
	}
	return t.out.String(), nil
}

func (t *teller) answer(text string) {
	if text == "" {
		return
	}
	for _, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		t.out.WriteString(strings.TrimRight("  | "+l, " ") + "\n")
	}
}

func (t *teller) act(line string) (string, error) {
	if who, typed, found := strings.Cut(line, ":"); found && t.sessions[who] != nil {
		return t.typed(t.sessions[who], strings.TrimPrefix(typed, " "))
	}
	words := strings.Fields(line)
	_, tail, _ := strings.Cut(line, " ")
	switch words[0] {
	case "login":
		s := t.device.Login(words[2])
		t.sessions[words[1]] = s
		return s.Prompt(), nil
	case "cut":
		t.sessions[words[1]].Cut()
	case "wait":
		d, err := time.ParseDuration(words[1])
		t.clock.Advance(d)
		return "", err
	case "restart":
		t.device.Restart()
	case "startup":
		return t.device.Startup(), nil
	case "fault":
		var f lab.Fault
		err := json.Unmarshal([]byte(tail), &f)
		t.device.Spoil(f)
		return "", err
	case "packet":
		return t.packet(words[1:])
	default:
		return "", fmt.Errorf("no such act")
	}
	return "", nil
}

func (t *teller) typed(s lab.Session, line string) (string, error) {
	out, more := s.Enter(strings.ReplaceAll(line, "^D", "\x04"))
	select {
	case <-s.Done():
		return out + "(the router ends the session)", nil
	default:
	}
	if !more {
		return out + "(logged out)", nil
	}
	return out + s.Prompt(), nil
}

// packet is "IFACE… in|out PROTOCOL SRC DST:PORT [established] [fragment]".
func (t *teller) packet(words []string) (string, error) {
	at := 1
	for at < len(words) && words[at] != "in" && words[at] != "out" {
		at++
	}
	if len(words) < at+4 {
		return "", fmt.Errorf("a packet is: INTERFACE in|out PROTOCOL SRC DST:PORT")
	}
	p := lab.Packet{SrcPort: 40000}
	p.Protocol = map[string]int{"tcp": 6, "udp": 17, "icmp": 1, "icmp6": 58, "gre": 47}[words[at+1]]
	var err error
	if p.Src, err = netip.ParseAddr(words[at+2]); err != nil {
		return "", err
	}
	dst, port, _ := strings.Cut(words[at+3], "#")
	if dst == words[at+3] && strings.Count(dst, ":") == 1 {
		dst, port, _ = strings.Cut(dst, ":")
	}
	if p.Dst, err = netip.ParseAddr(dst); err != nil {
		return "", err
	}
	if port != "" {
		if p.DstPort, err = strconv.Atoi(port); err != nil {
			return "", err
		}
	}
	for _, w := range words[at+4:] {
		p.Established = p.Established || w == "established"
		p.LaterFragment = p.LaterFragment || w == "fragment"
	}
	pass, by := t.device.Verdict(strings.Join(words[:at], " "), words[at], p)
	if pass {
		return "pass: " + by, nil
	}
	return "drop: " + by, nil
}
