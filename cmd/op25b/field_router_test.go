package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"op25b/lab"
	"op25b/plan"
)

// router is one router of the lab, with somebody who looks at it after every line.
type router struct {
	lab.Device
	site   *site
	kind   lab.Kind
	name   string
	server *lab.Server
	extra  string // more of its lines in the inventory

	mu    sync.Mutex                          // a line and the look after it are one
	lose  func(line string) bool              // whether a line is lost with its connection; nil for none
	hold  func(rpc string, carry func()) bool // whether an RPC is held back and its connection cut; carry is for later
	typed []typedLine
	watch *watch // nil while nobody looks
}

// typedLine is what a router took.
type typedLine struct {
	text   string
	config bool
}

// What a router does by itself.
const (
	byClock = "(its clock)"
	byCut   = "(a connection was cut)"
)

// watch is what is allowed to be seen.
type watch struct {
	probes   []lab.Packet
	old, new []bool // may it pass, by the policy before and after
	now      []bool
	may      func(line string) bool // at which lines verdicts may change
	text     string                 // the running configuration at the last look
	looks    int
	wrong    []string
}

// Login gives a terminal whose every line is followed by a look.
func (r *router) Login(user string) lab.Session {
	return &watchedSession{r.Device.Login(user), r}
}

type watchedSession struct {
	lab.Session
	router *router
}

func (s *watchedSession) Enter(line string) (string, bool) {
	r := s.router
	r.mu.Lock()
	defer r.mu.Unlock()
	lost, struck := r.site.count()
	if lost || r.lose != nil && r.lose(line) {
		s.Session.Cut()
		r.look(byCut)
		return "", false
	}
	if !s.Session.Secret() {
		r.typed = append(r.typed, typedLine{line, s.Session.Configuring()})
	}
	output, more := s.Session.Enter(line)
	r.look(line)
	struck()
	return output, more
}

func (s *watchedSession) Cut() {
	r := s.router
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Session.Cut()
	r.look(byCut)
}

// expect starts the watch: from now on each packet has its verdict by the old rules or by the new.
func (r *router) expect(probes []lab.Packet, old, new []bool, may func(string) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watch = &watch{probes: probes, old: old, new: new, may: may}
	r.look("")
	for i, pass := range r.watch.now {
		if pass != old[i] {
			r.wrongly("before anything was typed", i)
		}
	}
}

// allow sets at which lines verdicts may change from now on.
func (r *router) allow(may func(line string) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watch.may = may
}

// losing sets which lines are lost from now on, with their connections.
func (r *router) losing(lose func(line string) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lose = lose
}

// holding sets which RPCs are held back from now on.
func (r *router) holding(hold func(rpc string, carry func()) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hold = hold
}

// look asks the router about every packet, unless its configuration is as it was. The caller
// holds the lock.
func (r *router) look(line string) {
	w := r.watch
	if w == nil {
		return
	}
	text := r.Running()
	if text == w.text {
		return
	}
	w.text, w.looks = text, w.looks+1
	now := make([]bool, len(w.probes))
	changed := -1
	for i, p := range w.probes {
		now[i], _ = r.Verdict(r.kind.Interface, "in", p)
		if now[i] != w.old[i] && now[i] != w.new[i] {
			r.wrongly(fmt.Sprintf("after %q", line), i)
		}
		if w.now != nil && now[i] != w.now[i] {
			changed = i
		}
	}
	w.now = now
	if changed >= 0 && !w.may(strings.TrimSpace(line)) {
		w.wrong = append(w.wrong, fmt.Sprintf("%q changed the verdict of %s", line, describe(w.probes[changed])))
	}
}

func (r *router) wrongly(when string, i int) {
	if w := r.watch; len(w.wrong) < 5 {
		w.wrong = append(w.wrong, fmt.Sprintf("%s: %s passes: %v", when, describe(w.probes[i]), !w.old[i]))
	}
}

// unwatch ends the watch and tells what was wrong.
func (r *router) unwatch() {
	r.site.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watch != nil && len(r.watch.wrong) > 0 {
		r.site.t.Errorf("%s: %s\n%s", r.name, strings.Join(r.watch.wrong, "\n"), tail(r.server.Transcript()))
	}
	r.watch = nil
}

// verdicts asks the router about packets; differ is the first whose verdict is not the wanted, or "".
func (r *router) differ(probes []lab.Packet, want []bool) string {
	for i, p := range probes {
		if pass, line := r.Verdict(r.kind.Interface, "in", p); pass != want[i] {
			return fmt.Sprintf("%s passes: %v, by %q", describe(p), pass, line)
		}
	}
	return ""
}

// instants are the lines at which a router may change verdicts in a step: a commit, or the
// lines that bind; and what takes them back.
func (r *router) instants(s plan.Step) func(string) bool {
	var lines []string
	for _, l := range slices.Concat(s.Switch, s.Undo) {
		lines = append(lines, strings.TrimSpace(l))
	}
	atomic := r.kind.Dialect == "iosxr" || r.kind.Dialect == "junos"
	if r.speaks() {
		return setsAt
	}
	return func(line string) bool {
		if line == byClock || line == byCut {
			return true // the revert timer
		}
		if atomic {
			return strings.HasPrefix(line, "commit")
		}
		return slices.Contains(lines, line) || line == "configure revert now"
	}
}

// configured are the lines that were typed in configuration mode and do more than show.
func (r *router) configured() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, l := range r.typed {
		text := strings.TrimSpace(l.text)
		reads := r.kind.Dialect == "rtx" && (text == "" || strings.HasPrefix(text, "show ")) || r.speaks() && (text == "Set" || text == "Set cancel") // asks what is pending
		if l.config && !reads {
			out = append(out, l.text)
		}
	}
	return out
}

// into and out are how an operator at the console gets to configuration mode, and back with
// everything saved.
func (r *router) into() []string {
	return map[string][]string{"iosxe": {"enable", "configure terminal"}, "iosxr": {"configure"},
		"junos": {"configure"}, "rtx": {"administrator"}}[r.kind.Dialect]
}

func (r *router) out() []string {
	return map[string][]string{"iosxe": {"end", "write memory"}, "iosxr": {"commit", "end"},
		"junos": {"commit", "exit"}, "rtx": {"save"}}[r.kind.Dialect]
}

// hand types lines at the console, one by one.
func (r *router) hand(lines ...string) {
	r.site.t.Helper()
	console := r.Login("yamada")
	defer console.Cut()
	for _, l := range lines {
		if console.Secret() {
			console.Enter(enableSecret)
		}
		if said, _ := console.Enter(l); strings.Contains(said, "% Invalid") || strings.Contains(said, "rror") {
			r.site.t.Fatalf("%s: by hand, %q: %s", r.name, l, said)
		}
	}
}

// edit types configuration lines at the console and saves.
func (r *router) edit(lines ...string) {
	r.site.t.Helper()
	if r.speaks() {
		r.set(nil, lines...)
		return
	}
	r.hand(slices.Concat(r.into(), lines, r.out())...)
}

// stable is the running configuration without the lines that say when it was changed.
func (r *router) stable() string {
	var out []string
	for _, l := range strings.Split(r.Running(), "\n") {
		header := strings.HasPrefix(l, "!!") || strings.HasPrefix(l, "! Last") || strings.HasPrefix(l, "! NVRAM") || strings.HasPrefix(l, "! No conf") ||
			strings.HasPrefix(l, "Current configuration") || strings.HasPrefix(l, "Building") || strings.HasPrefix(l, "## Last") || strings.HasPrefix(l, "#")
		if !header {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

func describe(p lab.Packet) string {
	return fmt.Sprintf("%s -> %s protocol %d port %d fragment %v", p.Src, p.Dst, p.Protocol, p.DstPort, p.LaterFragment)
}
