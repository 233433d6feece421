package iosxe

import (
	"fmt"

	"op25b/lab"
	"op25b/lab/cisco"
)

// Verdict says whether a packet passes at an interface ("in" or "out"), and which line says so.
// Nothing bound, or a list that is undefined or empty, lets everything pass [DOC]; else what no
// entry takes is dropped, save IPv6 neighbour discovery (types 135 and 136) [DOC].
func (r *Router) Verdict(iface, direction string, p lab.Packet) (bool, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pass, line, _ := r.judge(iface, direction, p)
	return pass, line
}

// Send is Verdict for a packet that really comes: the entry that takes it counts it.
func (r *Router) Send(iface, direction string, p lab.Packet) (bool, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pass, line, taker := r.judge(iface, direction, p)
	if taker != nil {
		taker.hits++
	}
	return pass, line
}

func (r *Router) judge(iface, direction string, p lab.Packet) (pass bool, line string, taker *entry) {
	b := r.running.block("interface " + iface)
	if b == nil {
		return true, "no such interface", nil
	}
	family := cisco.FamilyOf(p.Src)
	name := b.bound(direction, family)
	if name == "" {
		return true, "no access list", nil
	}
	l := r.running.list(name, family)
	if l == nil {
		return true, name + " is not defined", nil
	}
	if len(l.entries) == 0 {
		return true, name + " is empty", nil
	}
	style := styleOf(l.kind)
	for i := range l.entries {
		if l.entries[i].Match(p, r.running.members) {
			e := &l.entries[i]
			return e.Permit, fmt.Sprintf("%s: %d %s", name, e.Number, style.Text(e.Ace)), e
		}
	}
	if family == cisco.V6 && p.Protocol == 58 && (p.DstPort == 135 || p.DstPort == 136) {
		return true, name + ": implicit permit of neighbour discovery", nil
	}
	return false, name + ": implicit deny", nil
}
