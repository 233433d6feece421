// Package iosxe plays a router with Cisco IOS-XE: its command line, its configuration, and which
// packets its access lists let through.
//
// Each behaviour says how sure it is: [DOC] Cisco's documentation, [MODEL] a vendor model or the
// source of a mature tool, [SAMPLE] captured output, [K] general knowledge that nobody here
// could confirm on a router.
package iosxe

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"op25b/lab"
)

// Router is one router. It is a lab.Device. Use New.
type Router struct {
	setup   lab.Setup
	release release

	mu       sync.Mutex
	running  config
	startup  config
	changed  time.Time // of the running configuration
	by       string    // who changed it
	fault    lab.Fault
	lines    int // configuration lines since the fault was set
	pending  *pending
	reload   func() bool
	reloadAt time.Time
	sessions map[*session]bool
	logged   []string
}

// release is what differs between software trains.
type release struct {
	version string
	numbers bool // sequence numbers stand in the running configuration: from 16.12 on [SAMPLE]
}

// New makes a router with IOS-XE 17.9. It has no interface until Load gives it a configuration.
func New(s lab.Setup) *Router { return newRouter(s, release{"17.9", true}) }

// NewClassic makes a router with IOS 15.2, which prints no sequence numbers in its configuration
// and numbers the entries anew at every restart [DOC].
func NewClassic(s lab.Setup) *Router { return newRouter(s, release{"15.2", false}) }

func newRouter(s lab.Setup, l release) *Router {
	if s.Clock == nil {
		s.Clock = lab.WallClock{}
	}
	r := &Router{setup: s, release: l, sessions: map[*session]bool{}, changed: s.Clock.Now()}
	r.running.hostname = s.Hostname
	r.startup = r.running.clone()
	return r
}

// Hostname is what the router calls itself.
func (r *Router) Hostname() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running.hostname
}

// Banner is empty: none is configured.
func (r *Router) Banner() string { return "" }

// Running is what show running-config prints.
func (r *Router) Running() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.showRunning()
}

// Startup is what show startup-config prints.
func (r *Router) Startup() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.showStartup()
}

// showRunning prints the header lines of a captured 16.12 [SAMPLE]; the count is of the bytes
// that follow it.
func (r *Router) showRunning() string {
	at := r.changed.UTC().Format("15:04:05 MST Mon Jan 2 2006")
	body := "!\n! Last configuration change at " + at
	if r.by != "" {
		body += " by " + r.by
	}
	body += "\n!\n" + r.text(r.running)
	return fmt.Sprintf("Building configuration...\n\nCurrent configuration : %d bytes\n%s", len(body), body)
}

func (r *Router) showStartup() string {
	body := "!\n" + r.text(r.startup)
	return fmt.Sprintf("Using %d out of 33554432 bytes\n%s", len(body), body)
}

// Restart loads the saved configuration; all else is forgotten, and all sessions end. A pending
// revert is gone with it [K].
func (r *Router) Restart() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.restart()
}

func (r *Router) restart() {
	r.disarm()
	if r.reload != nil {
		r.reload()
		r.reload = nil
	}
	r.running = r.startup.clone()
	r.running.recount(config{}) // all counters begin at zero
	if !r.release.numbers {
		for i := range r.running.lists {
			r.running.lists[i].resequence(10, 10)
		}
	}
	r.changed, r.by, r.logged = r.setup.Clock.Now(), "", nil
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

// Login starts a session: in privileged mode if the router has no enable password.
func (r *Router) Login(user string) lab.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &session{router: r, user: user, mode: userMode, length: 24, done: make(chan struct{})}
	if r.setup.Enable == "" {
		s.mode = privileged
	}
	r.sessions[s] = true
	return s
}

// logf puts a line into the log buffer, as show logging prints it.
func (r *Router) logf(format string, args ...any) {
	stamp := "*" + r.setup.Clock.Now().UTC().Format("Jan _2 15:04:05.000") + ": "
	r.logged = append(r.logged, stamp+fmt.Sprintf(format, args...))
	if len(r.logged) > 200 {
		r.logged = r.logged[1:]
	}
}

// touched notes that somebody changed the running configuration.
func (r *Router) touched(by string) { r.changed, r.by = r.setup.Clock.Now(), by }

// unsaved reports whether running and startup differ.
func (r *Router) unsaved() bool { return r.text(r.running) != r.text(r.startup) }

// Kind is this player, for a fleet.
func Kind() lab.Kind {
	return lab.Kind{Dialect: "iosxe", Revert: "native", Interface: "GigabitEthernet0/0/1",
		New:    func(s lab.Setup) lab.Device { return New(s) },
		Config: Config}
}

// Config is a small edge router: an uplink, an interface to the customers, a foreign list on the
// vty, an archive that the revert timer needs.
func Config(hostname string, n int) string {
	lines := []string{
		"service timestamps debug datetime msec", "service timestamps log datetime msec",
		"hostname " + hostname,
		"username admin privilege 15 secret 9 $9$lab", "ip domain name example.net",
		"archive", " path bootflash:op25b-rollback", " maximum 5",
		"interface Loopback0", fmt.Sprintf(" ip address 192.0.2.%d 255.255.255.255", 100+n%100),
		"interface GigabitEthernet0/0/0", " description uplink",
		fmt.Sprintf(" ip address 198.18.%d.2 255.255.255.252", n%250), " negotiation auto",
		fmt.Sprintf(" ipv6 address 2001:DB8:FF:%X::2/64", n),
		"interface GigabitEthernet0/0/1", " description customers",
		fmt.Sprintf(" ip address 10.%d.0.1 255.255.255.0", n%250), " negotiation auto",
		fmt.Sprintf(" ipv6 address 2001:DB8:C:%X::1/64", n),
		"interface GigabitEthernet0/0/2", " no ip address", " shutdown", " negotiation auto",
		"ip forward-protocol nd",
		fmt.Sprintf("ip route 0.0.0.0 0.0.0.0 198.18.%d.1", n%250),
		"ip access-list standard MGMT", " 10 permit 127.0.0.0 0.255.255.255", " 20 permit 192.0.2.0 0.0.0.255",
		"control-plane",
		"line con 0", " stopbits 1",
		"line vty 0 4", " access-class MGMT in", " login local", " transport input ssh",
		"ntp server 192.0.2.1",
		"end"}
	return strings.Join(lines, "\n") + "\n"
}
