// Package iosxr plays a router with Cisco IOS-XR: a candidate configuration that is committed, for
// good or on trial, and which packets its access lists let through.
//
// Each behaviour says how sure it is: [DOC] Cisco's documentation, [MODEL] a vendor model or the
// source of a mature tool, [SAMPLE] captured output (an XRv9k 24.3.1 and a 7.1.1), [K] general
// knowledge that nobody here could confirm on a router.
package iosxr

import (
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"time"

	"op25b/lab"
	"op25b/lab/cisco"
)

// Router is one router. It is a lab.Device. Use New.
type Router struct {
	setup    lab.Setup
	dangling dangling

	mu       sync.Mutex
	running  config
	changed  time.Time
	by       string
	fault    lab.Fault
	lines    int
	commits  []commit
	trial    *trial
	lock     *session
	sessions map[*session]bool
	number   int            // of the last configuration session
	hits     map[string]int // by list and number
	logged   []string
}

// dangling is what a commit does about an interface that refers to a list that is not defined.
type dangling int

const (
	refused  dangling = iota // [K]: no document read here says what IOS-XR does
	accepted                 // then the interface lets everything pass [K]
)

// New makes a router with IOS-XR 7.5.2 that refuses a commit which leaves an interface with a list
// that is not defined.
func New(s lab.Setup) *Router { return newRouter(s, refused) }

// NewAccepting makes a router that accepts such a commit, and lets everything pass there.
func NewAccepting(s lab.Setup) *Router { return newRouter(s, accepted) }

func newRouter(s lab.Setup, d dangling) *Router {
	if s.Clock == nil {
		s.Clock = lab.WallClock{}
	}
	return &Router{setup: s, dangling: d, sessions: map[*session]bool{}, hits: map[string]int{}, changed: s.Clock.Now()}
}

// Hostname is what the router calls itself.
func (r *Router) Hostname() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hostname()
}

func (r *Router) hostname() string { return r.running.hostname(r.setup.Hostname) }

// Banner is the empty lines that stand before the first prompt [SAMPLE].
func (r *Router) Banner() string { return "\n\n" }

// Running is what show running-config prints under its time stamp.
func (r *Router) Running() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.showRunning()
}

// Startup is the same: what is committed is saved [DOC].
func (r *Router) Startup() string { return r.Running() }

func (r *Router) showRunning() string {
	at := r.changed.UTC().Format("Mon Jan _2 15:04:05 2006")
	by := r.by
	if by == "" {
		by = "system"
	}
	return "Building configuration...\n!! IOS XR Configuration 7.5.2\n!! Last configuration change at " + at + " by " + by +
		"\n!\n" + r.running.text() + "end\n\n"
}

// Load boots the router with a configuration. Lines outside access lists and object-groups are
// kept as they are; within them, what no router would have taken is an error with its line.
func (r *Router) Load(text string) error {
	c, err := read(text)
	if err != nil {
		return fmt.Errorf("iosxr: %s: %w", r.setup.Hostname, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running, r.commits, r.trial = c, nil, nil
	r.restart()
	return nil
}

func read(text string) (config, error) {
	var c config
	var at *block
	for i, raw := range strings.Split(text, "\n") {
		line := strings.TrimRight(raw, " \r\t")
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || trimmed == "end" || trimmed == "!" && (at == nil || !strings.HasPrefix(line, " ")) ||
			strings.HasPrefix(line, "!") || strings.HasPrefix(line, "Building configuration") {
			continue
		}
		if at = c.again(line, at); at != nil && line[0] != ' ' {
			continue
		}
		if line[0] != ' ' || at == nil {
			c.blocks = append(c.blocks, block{head: line})
			at = &c.blocks[len(c.blocks)-1]
			continue
		}
		if err := at.load(line); err != nil {
			return config{}, fmt.Errorf("line %d: %q: %w", i+1, trimmed, err)
		}
	}
	return c, nil
}

// again is the list that a head opens once more, for two blocks of one name are one list; with any
// other line it is the block that the line belongs to.
func (c *config) again(line string, at *block) *block {
	switch {
	case line[0] == ' ':
		return at
	case strings.HasPrefix(line, list6), strings.HasPrefix(line, list4):
		return c.block(line)
	}
	return nil
}

// load takes a line under a block.
func (b *block) load(line string) error {
	if !strings.HasPrefix(b.head, list6) && !strings.HasPrefix(b.head, list4) {
		b.lines = append(b.lines, line[1:])
		return nil
	}
	style := styleOf(familyOf(b.head))
	style.Loaded = true
	number, text, trouble := b.entry(line, style)
	if !trouble.None() {
		return fmt.Errorf("not an entry of an access list")
	}
	b.put(number, text)
	return nil
}

// entry reads a line of a list: its number (10 after the last without one [DOC]) and its text. A
// remark has a number of its own [SAMPLE] and at most 255 characters [MODEL].
func (b *block) entry(line string, style cisco.Style) (int, string, cisco.Complaint) {
	number, tokens := cisco.Number(cisco.Tokens(line), highest)
	if number == 0 {
		number = b.last() + 10
	}
	if len(tokens) == 0 {
		return 0, "", cisco.Complaint{Kind: cisco.Incomplete, Line: line}
	}
	if word := strings.ToLower(tokens[0].Text); len(word) > 2 && strings.HasPrefix("remark", word) {
		text := strings.TrimSpace(line[tokens[0].At+len(word):])
		if len(text) > 255 {
			return 0, "", cisco.Complaint{Kind: cisco.Invalid, At: tokens[0].At + len(word) + 256, Line: line}
		}
		return number, "remark " + text, cisco.Complaint{}
	}
	a, trouble := style.ParseAce(tokens, line)
	return number, style.Text(a), trouble
}

// Restart ends all sessions. A change on trial that nobody confirmed is gone [K].
func (r *Router) Restart() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.restart()
}

func (r *Router) restart() {
	if r.trial != nil {
		r.takeBack()
	}
	r.lock, r.logged = nil, nil
	clear(r.hits)
	for s := range r.sessions {
		close(s.done)
		delete(r.sessions, s)
	}
}

// Spoil makes the router misbehave from now on; configuration lines are counted from here.
func (r *Router) Spoil(f lab.Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault, r.lines = f, 0
}

// Login starts a session. XR has no enable password.
func (r *Router) Login(user string) lab.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &session{router: r, user: user, length: 24, stamps: true, done: make(chan struct{})}
	r.sessions[s] = true
	return s
}

// Verdict says whether a packet passes at an interface ("in" or "ingress", "out" or "egress"), and
// which line says so. A list without an entry lets everything pass [K]; else what no entry takes
// is dropped [DOC], save IPv6 neighbour discovery [K].
func (r *Router) Verdict(name, direction string, p lab.Packet) (bool, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pass, line, _ := r.judge(name, direction, p)
	return pass, line
}

// Send is Verdict for a packet that really comes: the entry that takes it counts it.
func (r *Router) Send(name, direction string, p lab.Packet) (bool, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pass, line, key := r.judge(name, direction, p)
	r.hits[key]++
	return pass, line
}

// judge also gives the key under which the entry is counted.
func (r *Router) judge(name, direction string, p lab.Packet) (pass bool, line, key string) {
	b := r.running.block(iface + name)
	if b == nil {
		return true, "no such interface", ""
	}
	if full := map[string]string{"in": "ingress", "out": "egress"}[direction]; full != "" {
		direction = full
	}
	family := cisco.FamilyOf(p.Src)
	list := b.bound(direction, family)
	if list == "" {
		return true, "no access list", ""
	}
	head := string(family) + " access-list " + list
	l := r.running.block(head)
	if l == nil {
		return true, list + " is not defined", ""
	}
	entries := l.entries()
	if len(entries) == 0 {
		return true, list + " is empty", ""
	}
	for _, e := range entries {
		if e.Match(p, r.running.members(family)) {
			return e.Permit, fmt.Sprintf("%s: %d %s", list, e.Number, styleOf(family).Text(e)), fmt.Sprintf("%s %d", head, e.Number)
		}
	}
	if family == cisco.V6 && p.Protocol == 58 && (p.DstPort == 135 || p.DstPort == 136) {
		return true, list + ": implicit permit of neighbour discovery", ""
	}
	return false, list + ": implicit deny", ""
}

// serial is made of the host name at delivery.
func (r *Router) serial() string {
	h := fnv.New32a()
	h.Write([]byte(r.setup.Hostname))
	return fmt.Sprintf("FXL%08X", h.Sum32())
}

// Kind is this player, for a fleet.
func Kind() lab.Kind {
	return lab.Kind{Dialect: "iosxr", Revert: "native", Interface: "Bundle-Ether1.100",
		New:    func(s lab.Setup) lab.Device { return New(s) },
		Config: Config}
}

// Config is a small edge router: an uplink, a bundle to the customers, a foreign list.
func Config(hostname string, n int) string {
	return fmt.Sprintf(`hostname %[1]s
logging trap informational
domain name example.net
username admin
 group root-lr
 secret 10 $6$lab
!
ipv4 access-list MGMT
 10 remark who may log in
 20 permit tcp 127.0.0.0/8 any eq ssh
 30 permit tcp 192.0.2.0 0.0.0.255 any eq ssh
!
interface Loopback0
 ipv4 address 192.0.2.%[3]d 255.255.255.255
!
interface Bundle-Ether1
 description to the access network
!
interface Bundle-Ether1.100
 description customers
 ipv4 address 10.%[2]d.0.1 255.255.255.0
 ipv6 address 2001:db8:c:%[2]x::1/64
 encapsulation dot1q 100
!
interface HundredGigE0/0/0/0
 description uplink
 ipv4 address 198.18.%[2]d.2 255.255.255.252
 ipv6 address 2001:db8:ff:%[2]x::2/64
!
interface HundredGigE0/0/0/1
 shutdown
!
router static
 address-family ipv4 unicast
  0.0.0.0/0 198.18.%[2]d.1
 !
!
ssh server v2
end
`, hostname, n%250, 100+n%100)
}
