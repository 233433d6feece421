package openconfig

import (
	"strconv"
	"strings"

	"github.com/openconfig/gnmi/proto/gnmi"

	"op25b/lab"
)

// count is what one entry has taken. octets assumes packets of packetSize.
type count struct{ packets, octets uint64 }

func parseUint(s string) uint64 {
	n, _ := strconv.ParseUint(s, 10, 64)
	return n
}

// tree is what a Get of a type sees. The caller holds the lock.
func (r *Router) tree(t gnmi.GetRequest_DataType) *node {
	if t == gnmi.GetRequest_CONFIG {
		return r.running
	}
	out := r.running.clone()
	mirror(out)
	r.addCounters(out)
	r.addIdentity(out)
	if t != gnmi.GetRequest_ALL {
		onlyState(out)
	}
	out.prune()
	return out
}

// mirror fills each state container with what config says beside it.
func mirror(n *node) {
	for _, e := range n.entries {
		mirror(e)
	}
	for _, k := range n.kids {
		mirror(k)
	}
	config, s := n.kids["config"], n.is.kid("state")
	if config == nil || s == nil || n.entries != nil {
		return
	}
	state := newNode(s)
	for name, k := range config.kids {
		if to := s.kid(name); to != nil {
			state.kids[name] = &node{is: to, value: k.value, values: k.values}
		}
	}
	n.kids["state"] = state
}

// put writes a leaf of state; the containers above it are made.
func (n *node) put(text string, names ...string) {
	for i, name := range names {
		s := n.is.kid(name)
		if s == nil {
			return // this device has no such leaf
		}
		if i == len(names)-1 {
			v, _ := s.is.parse(text, loosely)
			n.kids[name] = &node{is: s, value: v}
			return
		}
		n = n.child(s, elem{name: name})
	}
}

// entryKey names the counter of an entry of a set, at an interface and side or "" for all.
func entryKey(at, side, set, kind, number string) string {
	return strings.Join([]string{at, side, set, kind, number}, "\x00")
}

func (r *Router) addCounters(root *node) {
	capability := r.options.capability()
	root.child(r.schema.kid("acl"), elem{name: "acl"}).put(capability, "state", "counter-capability")
	write := func(e *node, c count) {
		e.put(strconv.FormatUint(c.packets, 10), "state", "matched-packets")
		e.put(strconv.FormatUint(c.octets, 10), "state", "matched-octets")
	}
	for _, set := range root.rows("acl", "acl-sets", "acl-set") {
		for _, e := range set.rows("acl-entries", "acl-entry") {
			if capability != "INTERFACE_ONLY" {
				write(e, r.counters[entryKey("", "", set.text("name"), set.text("type"), e.text("sequence-id"))])
			}
		}
	}
	if capability == "AGGREGATE_ONLY" {
		return
	}
	eachBinding(root, func(id, side string, b *node) {
		name, kind := b.text("set-name"), b.text("type")
		for _, e := range root.row([]string{name, kind}, "acl", "acl-sets", "acl-set").rows("acl-entries", "acl-entry") {
			s := b.is.kid("acl-entries")
			number := e.text("sequence-id")
			row := b.child(s, elem{name: s.name}).child(s.kid("acl-entry"), elem{name: "acl-entry", keys: []key{{"sequence-id", number}}})
			row.put(number, "state", "sequence-id")
			write(row, r.counters[entryKey(id, side, name, kind, number)])
		}
	})
}

// eachBinding visits the sets that stand on interfaces.
func eachBinding(root *node, see func(id, side string, b *node)) {
	for _, i := range root.rows("acl", "interfaces", "interface") {
		for _, side := range []string{"ingress", "egress"} {
			for _, b := range i.rows(side+"-acl-sets", side+"-acl-set") {
				see(i.text("id"), side, b)
			}
		}
	}
}

func (r *Router) addIdentity(root *node) {
	root.put(r.hostname(), "system", "state", "hostname")
	s := r.schema.kid("components")
	c := root.child(s, elem{name: "components"}).child(s.kid("component"), elem{name: "component", keys: []key{{"name", "Chassis"}}})
	for name, text := range map[string]string{"name": "Chassis", "type": "CHASSIS", "serial-no": r.options.Serial, "description": "op25b lab router"} {
		c.put(text, "state", name)
	}
}

// onlyState drops what is configuration; the keys of lists stay.
func onlyState(n *node) {
	for _, e := range n.entries {
		onlyState(e)
	}
	for name, k := range n.kids {
		if (k.is.sort == leaf || k.is.sort == leafList) && !k.is.state && !isKey2(n, k.is) {
			delete(n.kids, name)
		}
		onlyState(k)
	}
}

// recount drops the counters of entries and bindings that are not what they were before.
func (r *Router) recount(before *node) {
	same := map[string]bool{}
	for _, set := range r.running.rows("acl", "acl-sets", "acl-set") {
		name, kind := set.text("name"), set.text("type")
		old := before.row([]string{name, kind}, "acl", "acl-sets", "acl-set")
		for _, e := range set.rows("acl-entries", "acl-entry") {
			number := e.text("sequence-id")
			was := old.row([]string{number}, "acl-entries", "acl-entry")
			if was == nil || string(encoding{true}.write(was)) != string(encoding{true}.write(e)) {
				continue
			}
			same[entryKey("", "", name, kind, number)] = true
			eachBinding(r.running, func(id, side string, b *node) {
				if b.text("set-name") == name && b.text("type") == kind && wasBound(before, id, side, name, kind) {
					same[entryKey(id, side, name, kind, number)] = true
				}
			})
		}
	}
	for k := range r.counters {
		if !same[k] {
			delete(r.counters, k)
		}
	}
}

func wasBound(root *node, id, side, name, kind string) bool {
	i := root.row([]string{id}, "acl", "interfaces", "interface")
	return i.row([]string{name, kind}, side+"-acl-sets", side+"-acl-set") != nil
}

// Verdict is the fate of a packet at "Ethernet2" or "Ethernet1.100", in or out.
func (r *Router) Verdict(iface, direction string, p lab.Packet) (bool, string) {
	r.mu.Lock()
	tree := r.running
	r.mu.Unlock()
	pass, line, _ := r.judge(tree).verdict(iface, direction, p)
	return pass, line
}

// Send is Verdict for a packet that really comes: its entry counts it.
func (r *Router) Send(iface, direction string, p lab.Packet) (bool, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pass, line, by := r.judge(r.running).verdict(iface, direction, p)
	if by.number == "" {
		return pass, line
	}
	for _, k := range []string{entryKey("", "", by.set, by.kind, by.number), entryKey(by.id, by.side, by.set, by.kind, by.number)} {
		c := r.counters[k]
		r.counters[k] = count{c.packets + 1, c.octets + packetSize}
	}
	r.ring()
	return pass, line
}
