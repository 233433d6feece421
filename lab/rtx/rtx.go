// Package rtx plays a Yamaha router: its console, its one running configuration that each
// command changes at once, and its numbered filters.
//
// Every behaviour carries how it is known: [DOC] the command reference, [MODEL] a published
// program that talks to or plays the router, [SAMPLE] text captured from a router, [K] general
// knowledge that no text at hand confirms.
package rtx

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"op25b/lab"
)

// Prompt is what stands before > and #.
type Prompt int

const (
	NamedPrompt Prompt = iota // the hostname: "name# "
	PlainPrompt               // nothing: "# ", as from the factory [SAMPLE]
)

// Options are what differs between one router and the next. The zero value is an RTX1210.
type Options struct {
	Clock              lab.Clock // nil is the wall clock
	Model              string    // "" is RTX1210
	Revision           string    // "" is Rev.14.01.42 (Fri Jul  5 11:17:45 2024)
	Serial             string    // "" is made from the hostname
	Password           string    // of the administrator
	Prompt             Prompt    // unless "console prompt" is set
	FiltersPerList     int       // 0 is 129; 300 on vRX and RTX5000, 3510, 3500 [DOC]
	MaxColumns         int       // 0 is 4096; 200 with older firmware [DOC]
	NoRollbackTimer    bool      // firmware without "rollback timer"
	NoRelativeSchedule bool      // firmware without "schedule at N +SECONDS"
	// OnConfigLine, if set, is called after every line of administrator mode that asked for a
	// change of the running configuration, but console settings. It may ask the router.
	OnConfigLine func(line string)
}

// Router is one router. It is safe for use from several sessions at once.
type Router struct {
	options Options
	name    string

	mu        sync.Mutex
	running   config
	saved     map[int]config // config0 to config4; 0 is what a restart loads
	sessions  []*session
	schedules []schedule
	alarms    int
	boots     int
	fault     lab.Fault
	lines     int // configuration lines since the last Spoil
	logged    []string
}

// New is a router with an empty configuration.
func New(hostname string, o Options) *Router {
	if o.Clock == nil {
		o.Clock = lab.WallClock{}
	}
	o.Model = orElse(o.Model, "RTX1210")
	o.Revision = orElse(o.Revision, "Rev.14.01.42 (Fri Jul  5 11:17:45 2024)")
	o.Serial = orElse(o.Serial, fmt.Sprintf("S4H%06d", crc32.ChecksumIEEE([]byte(hostname))%1000000))
	if o.FiltersPerList == 0 {
		o.FiltersPerList = listDefault
	}
	if o.MaxColumns == 0 {
		o.MaxColumns = 4096
	}
	return &Router{options: o, name: hostname, saved: map[int]config{0: nil}}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// Hostname is "console prompt" where one is set, else the name the router was made with. The
// router has no other name of its own.
func (r *Router) Hostname() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return orElse(strings.TrimSpace(r.prompt()), r.name)
}

// prompt is what stands before > and #: as it is set, with a blank in quotes kept [SAMPLE].
func (r *Router) prompt() string {
	if p := r.running.value("", "console prompt"); p != "" {
		return strings.Trim(p, `"`)
	}
	if r.options.Prompt == PlainPrompt {
		return ""
	}
	return r.name
}

// Banner is what a login shows [K but for the first lines].
func (r *Router) Banner() string {
	return fmt.Sprintf("\n%[1]s BootROM Ver. 1.04\n%[1]s FlashROM Table Ver. 1.02\n%[1]s %[2]s\n  main:  %[1]s ver=00 serial=%[3]s %[4]s\nMemory 256Mbytes, 3LAN, 1BRI\n",
		r.options.Model, r.options.Revision, r.options.Serial, r.hardware())
}

// hardware is made up from the serial number.
func (r *Router) hardware() string {
	n := crc32.ChecksumIEEE([]byte(r.options.Serial)) & 0xffff
	var out []string
	for i := range uint32(3) {
		out = append(out, fmt.Sprintf("MAC-Address=00:a0:de:%02x:%02x:%02x", n>>8, n&0xff, i))
	}
	return strings.Join(out, " ")
}

// header is what "show config" begins with [SAMPLE RTX1210]. The date is the router's clock.
func (r *Router) header(now time.Time) string {
	macs := strings.ReplaceAll(strings.ReplaceAll(r.hardware(), "MAC-Address=", ""), " ", ", ")
	return fmt.Sprintf("# %[1]s %[2]s\n# MAC Address : %[3]s\n# Memory 256Mbytes, 3LAN, 1BRI\n# main:  %[1]s ver=00 serial=%[4]s %[5]s\n# Reporting Date: %[6]s\n",
		r.options.Model, r.options.Revision, macs, r.options.Serial, r.hardware(), now.Format("Jan _2 15:04:05 2006"))
}

// Running is "show config", not wrapped and in UTF-8.
func (r *Router) Running() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.header(r.options.Clock.Now()) + r.running.String()
}

// Startup is config0 in the same form.
func (r *Router) Startup() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.header(r.options.Clock.Now()) + r.saved[0].String()
}

// Load boots the router with a configuration text, not wrapped: "show config", a TFTP copy, or
// a file with comments and blank lines, which are not kept. Commands that the lab does not
// know are kept as they are. Filters and their lists must be right.
func (r *Router) Load(text string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.parse(text)
	if err != nil {
		return fmt.Errorf("rtx: %s: %w", r.name, err)
	}
	r.saved = map[int]config{0: c}
	r.restart()
	return nil
}

// Restart ends every session and loads config0. Timers stop [DOC].
func (r *Router) Restart() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.restart()
}

func (r *Router) restart() {
	for _, s := range slices.Clone(r.sessions) { // end takes them out
		s.disarm()
		s.end()
	}
	for _, s := range r.schedules {
		s.stop()
	}
	r.sessions, r.schedules = nil, nil
	r.boots++
	r.logged = nil // it is in memory [K]
	r.adopt(r.saved[0])
}

// adopt makes a configuration the running one.
func (r *Router) adopt(c config) {
	r.running = c
	r.reschedule()
}

// unsaved reports that a restart would lose something.
func (r *Router) unsaved() bool { return r.running.String() != r.saved[0].String() }

// screen is how the router writes now.
func (r *Router) screen() screen {
	s := screen{orElse(r.running.value("", "console character"), factoryCharacter), factoryColumns, factoryLines}
	if n, err := strconv.Atoi(r.running.value("", "console columns")); err == nil {
		s.columns = n
	}
	switch v := r.running.value("", "console lines"); {
	case v == "infinity":
		s.lines = 0
	case v != "":
		if n, err := strconv.Atoi(v); err == nil {
			s.lines = n
		}
	}
	return s
}

// Verdict is the fate of a packet at "lan2", "pp 1" or "tunnel 1".
func (r *Router) Verdict(iface, direction string, p lab.Packet) (bool, string) {
	r.mu.Lock()
	c := r.running
	r.mu.Unlock()
	return judge{c}.verdict(iface, direction, p)
}

// Spoil makes the router misbehave from now on. Configuration lines are counted from here.
// TCAMEntries are the static filters that it can define, of both families. RenumberAt means
// nothing here: filters keep the numbers that they are given; nor does TCAMLog, for filtering is
// done in software.
func (r *Router) Spoil(f lab.Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault, r.lines = f, 0
}

// Kind is what a fleet needs to know about this player.
func Kind() lab.Kind {
	return lab.Kind{
		Dialect: "rtx", Revert: "native", Interface: "lan2",
		New: func(s lab.Setup) lab.Device {
			return New(s.Hostname, Options{Clock: s.Clock, Password: s.Enable})
		},
		Config: fleetConfig,
	}
}

// fleetConfig is a small edge router: customers on lan2, a foreign list on its way in.
func fleetConfig(hostname string, n int) string {
	return fmt.Sprintf(`login password *
administrator password *
login user op25b *
console prompt %[1]s
ip route default gateway 192.0.2.%[2]d
ip lan1 address 192.0.2.%[3]d/31
description lan2 customers
ip lan2 address 203.0.113.1/24
ip lan2 secure filter in 200020 200021 200024 200025 200099
ipv6 lan2 address 2001:db8:100::1/64
pp select 1
 pp name uplink
 pppoe use lan3
 ip pp secure filter in 200003 200030 200099
 pp enable 1
ip filter 200003 reject 203.0.113.0/24 * * * *
ip filter 200020 reject * * udp,tcp 135 *
ip filter 200021 reject * * udp,tcp * 135
ip filter 200024 reject * * udp,tcp 445 *
ip filter 200025 reject * * udp,tcp * 445
ip filter 200030 pass * 203.0.113.0/24 icmp * *
ip filter 200099 pass * * * * *
ip filter 500000 restrict * * * * *
syslog notice on
sshd service on
`, hostname, 2*(n%120), 2*(n%120)+1)
}
