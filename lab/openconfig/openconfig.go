// Package openconfig plays a router that is configured over gNMI alone: the OpenConfig models of
// access lists, defined sets and interfaces, transactions, and commits that wait to be confirmed.
//
// What it does is written from the gNMI specification, its documents on commit-confirmed and
// union_replace, and the YANG models. What they leave open stands in assumptions.go.
package openconfig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net"
	"sync"

	"op25b/lab"
)

// Options are what differs between one router and the next. The zero value implements the models
// as they are published.
type Options struct {
	Clock lab.Clock // nil is the wall clock
	// Serial is what /components says of the chassis; "" is made from the hostname: LAB123456.
	Serial string
	// Capability is which counters there are: INTERFACE_ONLY, AGGREGATE_ONLY or
	// INTERFACE_AGGREGATE; "" is the last.
	Capability string
	Plain      bool // gRPC without TLS
	// NoDescription refuses the leaf description of sets and entries, as some vendors do.
	NoDescription bool
	// Model2017 is openconfig-acl 1.0.0 of 2017-05-26: no defined-sets, no counters per interface,
	// tcp-flags in place of detail-mode.
	Model2017 bool
	// NoInterfaces is a device whose /interfaces is empty: what an interface-ref names is not checked.
	NoInterfaces bool
	// Leaves answers a Get in an update for each leaf instead of one JSON value.
	Leaves bool
	// EndPermits lets pass what no entry of a list takes; else it is dropped.
	EndPermits bool
	// Check, if set, is asked about every configuration before it takes effect, as JSON_IETF. Its
	// error refuses the Set.
	Check func(document []byte) error
	// Tap, if set, is called around every RPC, see there.
	Tap Tap
}

// Tap is somebody who watches a router: it is called once for each RPC, with what it is about
// ("Set commit 300s: 1 replace, 3 update", "Set confirm", "Get /acl"), and whether it is a Set. It
// calls carry once to let the router carry it out, or not at all; or later, if it says that the answer
// is lost. Then the connection is cut in its place. RPCs may come at the same time; none holds a lock of
// the router while it calls.
type Tap func(what string, write bool, carry func()) (lost bool)

func (o Options) capability() string {
	switch {
	case o.Model2017:
		return "AGGREGATE_ONLY"
	case o.Capability == "":
		return "INTERFACE_AGGREGATE"
	}
	return o.Capability
}

// Router is one router. It is safe for use from several sessions at once.
type Router struct {
	options Options
	name    string // when the configuration does not say
	schema  *statement

	mu       sync.Mutex
	running  *node // never changed in place
	pending  *pending
	fault    lab.Fault
	sets     int // SetRequests since the last Spoil
	counters map[string]count
	conns    map[net.Conn]bool
	watchers map[chan struct{}]bool // rung when anything has changed
}

// New is a router that has booted with nothing but its name.
func New(hostname string, o Options) *Router {
	if o.Clock == nil {
		o.Clock = lab.WallClock{}
	}
	if o.Serial == "" {
		o.Serial = fmt.Sprintf("LAB%06d", crc32.ChecksumIEEE([]byte(hostname))%1000000)
	}
	r := &Router{options: o, name: hostname, schema: schemaOf(o), counters: map[string]count{},
		conns: map[net.Conn]bool{}, watchers: map[chan struct{}]bool{}}
	r.running = newNode(r.schema)
	return r
}

// Hostname is /system/config/hostname, or the name the router was made with.
func (r *Router) Hostname() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hostname()
}

func (r *Router) hostname() string {
	if h := r.running.text("system", "config", "hostname"); h != "" {
		return h
	}
	return r.name
}

// Banner is empty: nobody logs in on a terminal.
func (r *Router) Banner() string { return "" }

// Running is the configuration as one JSON_IETF document, indented.
func (r *Router) Running() string {
	r.mu.Lock()
	n := r.running
	r.mu.Unlock()
	return laidOut(n)
}

// Startup is what a restart loads: what was there before a commit that waits for its confirmation,
// else what is running.
func (r *Router) Startup() string {
	r.mu.Lock()
	n := r.saved()
	r.mu.Unlock()
	return laidOut(n)
}

func (r *Router) saved() *node {
	if r.pending != nil {
		return r.pending.before
	}
	return r.running
}

func laidOut(n *node) string {
	var b bytes.Buffer
	json.Indent(&b, encoding{true}.write(n), "", "  ")
	return b.String() + "\n"
}

// Load boots the router with a document such as Running gives.
func (r *Router) Load(config string) error {
	v, err := decode([]byte(config))
	if err != nil {
		return fmt.Errorf("openconfig: %s: %w", r.name, err)
	}
	n, err := reader{true}.node(r.schema, false, nil, v)
	if err == nil {
		n.prune()
		err = r.accept(n)
	}
	if err != nil {
		return fmt.Errorf("openconfig: %s: %s", r.name, words(err))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forget()
	r.running, r.counters = n, map[string]count{}
	r.ring()
	return nil
}

// Restart ends every session and loses what was not confirmed.
func (r *Router) Restart() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.restart()
}

func (r *Router) restart() {
	for c := range r.conns {
		c.Close()
	}
	r.running = r.saved()
	r.forget()
	r.counters = map[string]count{}
	r.ring()
}

// forget drops what waits to be confirmed, without taking it back.
func (r *Router) forget() {
	if r.pending != nil {
		r.pending.stop()
	}
	r.pending = nil
}

// ring wakes whoever streams.
func (r *Router) ring() {
	for w := range r.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// Spoil makes the router misbehave from now on. SetRequests are counted from here: RefuseLine and
// RebootAt are about the k-th of them. RenumberAt, CutTimer and TCAMLog mean nothing here.
func (r *Router) Spoil(f lab.Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault, r.sets = f, 0
}

// Tap sets who watches from now on; nil for nobody.
func (r *Router) Tap(t Tap) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.options.Tap = t
}

func (r *Router) tap() Tap {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.options.Tap
}

// Login is a terminal that says that there is none.
func (r *Router) Login(string) lab.Session { return noTerminal{} }

// noTerminal is a session that ends with the first line.
type noTerminal struct{}

func (noTerminal) Prompt() string { return "This device has no command line: use gNMI.\n" }
func (noTerminal) Secret() bool   { return false }
func (noTerminal) Enter(string) (string, bool) {
	return "This device has no command line: use gNMI.\n", false
}
func (noTerminal) Page() int             { return 0 }
func (noTerminal) Pager() string         { return "" }
func (noTerminal) Cut()                  {}
func (noTerminal) Configuring() bool     { return false }
func (noTerminal) Done() <-chan struct{} { return nil }
