// Package junos plays a Juniper router: its CLI, its candidate and its filters.
//
// Every behaviour carries how it is known: [DOC] the vendor's manuals, [MODEL] a published
// model of the CLI, [SAMPLE] text captured from a router, [K] general knowledge that no text
// at hand confirms.
package junos

import (
	"fmt"
	"hash/crc32"
	"sync"
	"time"

	"op25b/lab"
)

// Options are what differs between one router and the next. The zero value is an MX204.
type Options struct {
	Clock   lab.Clock // nil is the wall clock
	Model   string    // "" is mx204
	Version string    // "" is 21.4R3.15
	Serial  string    // "" is made from the hostname: LAB123456
	Banner  string    // before the first prompt; "" is the line that Junos prints
	Chassis string    // what stands before each prompt, as {master:0}; "" for nothing
	// OnConfigLine, if set, is called after every line that asked for a change of the candidate
	// or the running configuration. It may ask the router.
	OnConfigLine func(line string)
}

// Router is one router. It is safe for use from several sessions at once.
type Router struct {
	options Options
	name    string // when the configuration does not say
	grammar statement

	mu        sync.Mutex
	history   []revision // the running configuration is the first
	effective *node      // the running configuration with groups applied
	candidate *node      // shared by all who do not edit in private
	locked    *session   // who configures exclusively
	pending   *pending
	alarms    int
	sessions  []*session
	logins    int
	fault     lab.Fault
	lines     int // configuration lines since the last Spoil
	counters  map[counter]count
	logged    []string // the file messages: it outlives a restart
}

// revision is one commit. The router keeps fifty [DOC].
type revision struct {
	tree    *node
	when    time.Time
	user    string
	via     string
	comment string
}

const revisions = 50

// New is a router that has booted with nothing but its name.
func New(hostname string, o Options) *Router {
	if o.Clock == nil {
		o.Clock = lab.WallClock{}
	}
	o.Model = orElse(o.Model, "mx204")
	o.Version = orElse(o.Version, "21.4R3.15")
	o.Serial = orElse(o.Serial, fmt.Sprintf("LAB%06d", crc32.ChecksumIEEE([]byte(hostname))%1000000))
	o.Banner = orElse(o.Banner, "--- JUNOS "+o.Version+" Kernel 64-bit  JNPR-12.1_buildabc")
	r := &Router{options: o, name: hostname, grammar: schema(), counters: map[counter]count{}}
	tree := newTree(&r.grammar)
	tree.put([]step{{[]string{"system"}, &r.grammar.kids[3]}, {[]string{"host-name", hostname}, &r.grammar.kids[3].kids[0]}})
	r.boot(tree)
	return r
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// boot starts with a configuration and no history.
func (r *Router) boot(tree *node) {
	r.history = []revision{{tree: tree, when: r.options.Clock.Now(), user: "root", via: "other"}}
	r.effective = inherited(tree)
	r.candidate = tree.clone()
}

func (r *Router) running() *node { return r.history[0].tree }

// Hostname is "system host-name", or the name the router was made with.
func (r *Router) Hostname() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hostname()
}

func (r *Router) hostname() string {
	if s := r.running().active("system"); s != nil {
		for _, n := range s.all("host-name") {
			return n.last()
		}
	}
	return r.name
}

// Banner is what a login shows.
func (r *Router) Banner() string { return r.options.Banner }

// Running is "show configuration": braces, with the header of the last commit.
func (r *Router) Running() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lastCommit() + r.running().braces()
}

func (r *Router) lastCommit() string {
	return "## Last commit: " + stamp(r.history[0].when) + " by " + r.history[0].user + "\n"
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// Startup is what a restart loads: Junos has no separate save. While a confirmed commit waits,
// it is the configuration before it [K].
func (r *Router) Startup() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pending != nil {
		return r.pending.before.braces()
	}
	return r.running().braces()
}

// Load boots the router with a text of set lines or braces. It refuses what the router could
// not commit; statements that the lab does not know are kept as they are.
func (r *Router) Load(config string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	tree, err := read(&r.grammar, config)
	if err != nil {
		return fmt.Errorf("junos: %s: %w", r.name, err)
	}
	if err := applicable(tree); err != nil {
		return fmt.Errorf("junos: %s: %w", r.name, err)
	}
	for _, p := range problems(inherited(tree)) {
		return fmt.Errorf("junos: %s: the router would not commit it: %s: '%s': %s", r.name, p.place, p.item, p.reason)
	}
	r.forget()
	r.boot(tree)
	r.counters = map[counter]count{}
	return nil
}

// Restart ends every session and loses what was not committed or not confirmed.
func (r *Router) Restart() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.restart()
}

func (r *Router) restart() {
	for _, s := range r.sessions {
		s.end()
	}
	r.sessions = nil
	if r.pending != nil {
		r.adopt(r.pending.before, "root", order{})
	}
	r.forget()
	r.candidate = r.running().clone()
	r.counters = map[counter]count{}
}

// forget drops locks and timers.
func (r *Router) forget() {
	if r.pending != nil {
		r.pending.stop()
	}
	r.pending, r.locked = nil, nil
}

// Verdict is the fate of a packet at "ge-0/0/1.0", in or out.
func (r *Router) Verdict(iface, direction string, p lab.Packet) (bool, string) {
	r.mu.Lock()
	tree := r.effective
	r.mu.Unlock()
	f := judge{tree, p}.verdict(iface, direction)
	return f.pass, f.line
}

// Carry is Verdict for a packet of so many bytes that really comes: counters count it.
func (r *Router) Carry(iface, direction string, p lab.Packet, bytes int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := judge{r.effective, p}.verdict(iface, direction)
	r.countAll(iface, direction, p, f.counted, bytes)
	return f.pass
}

// Send is Carry for a packet of 60 bytes.
func (r *Router) Send(iface, direction string, p lab.Packet) (bool, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := judge{r.effective, p}.verdict(iface, direction)
	r.countAll(iface, direction, p, f.counted, 60)
	return f.pass, f.line
}

// Spoil makes the router misbehave from now on. Configuration lines are counted from here.
// RenumberAt means nothing to Junos, whose terms have no numbers.
func (r *Router) Spoil(f lab.Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault, r.lines = f, 0
}

// Kind is what a fleet needs to know about this player.
func Kind() lab.Kind {
	return lab.Kind{
		Dialect: "junos", Revert: "native", Interface: "ge-0/0/1.0",
		New:    func(s lab.Setup) lab.Device { return New(s.Hostname, Options{Clock: s.Clock}) },
		Config: fleetConfig,
	}
}

// fleetConfig is a small edge router: customers on ge-0/0/1, a filter of somebody else's on
// the uplink.
func fleetConfig(hostname string, n int) string {
	return fmt.Sprintf(`version 21.4R3.15;
system {
    host-name %[1]s;
    services {
        ssh;
    }
}
interfaces {
    ge-0/0/0 {
        description "uplink";
        unit 0 {
            family inet {
                filter {
                    input PROTECT-CORE;
                }
                address 192.0.2.%[2]d/31;
            }
        }
    }
    ge-0/0/1 {
        description "customers";
        unit 0 {
            family inet {
                address 203.0.113.1/24;
            }
            family inet6 {
                address 2001:db8:100::1/64;
            }
        }
    }
}
routing-options {
    static {
        route 0.0.0.0/0 {
            next-hop 192.0.2.%[3]d;
        }
    }
}
policy-options {
    prefix-list MARTIANS {
        0.0.0.0/8;
        127.0.0.0/8;
        169.254.0.0/16;
    }
}
firewall {
    family inet {
        filter PROTECT-CORE {
            term martians {
                from {
                    source-prefix-list {
                        MARTIANS;
                    }
                }
                then {
                    count martians;
                    discard;
                }
            }
            term rest {
                then accept;
            }
        }
    }
}
`, hostname, 2*(n%120), 2*(n%120)+1)
}
