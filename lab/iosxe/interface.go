package iosxe

import "strings"

// openInterface goes to an interface. A physical one must be there; a Loopback, Tunnel,
// Virtual-Template or sub-interface comes into being [DOC].
func (s *session) openInterface(c call) string {
	name := interfaceName(c.Args[0])
	running := &s.router.running
	if running.block("interface "+name) == nil {
		logical := strings.HasPrefix(name, "Loopback") || strings.HasPrefix(name, "Tunnel") || strings.HasPrefix(name, "Virtual-Template")
		parent, _, sub := strings.Cut(name, ".")
		if !logical && !(sub && running.block("interface "+parent) != nil) {
			return s.noInterface(c)
		}
		running.addBlock(slotIface, "interface "+name)
	}
	s.mode, s.at = interfaceMode, name
	return ""
}

func (s *session) removeInterface(c call) string {
	name := interfaceName(c.Args[0])
	if strings.HasPrefix(name, "Loopback") || strings.HasPrefix(name, "Tunnel") || strings.Contains(name, ".") {
		s.router.running.removeBlock("interface " + name)
		return ""
	}
	return "% Removal of physical interfaces is not permitted\n"
}

// interfaceName writes a name out: gi0/0/1 is GigabitEthernet0/0/1.
func interfaceName(typed string) string {
	i := strings.IndexAny(typed, "0123456789")
	if i <= 0 {
		return typed
	}
	kind := strings.ToLower(strings.TrimSpace(typed[:i]))
	for _, full := range []string{"GigabitEthernet", "TenGigabitEthernet", "FastEthernet", "HundredGigE", "Ethernet",
		"Loopback", "Tunnel", "Port-channel", "Virtual-Template", "Vlan", "Serial", "Dialer", "BDI"} {
		if strings.HasPrefix(strings.ToLower(full), kind) {
			return full + typed[i:]
		}
	}
	return typed
}

func addInterface(t *table) {
	t.Add("description <LINE>", func(s *session, c call) string { s.here().set("description", "description "+c.Tail()); return "" })
	t.Add("no description [<LINE>]", func(s *session, c call) string { s.here().unset("description"); return "" })
	t.Add("ip address <A.B.C.D> <A.B.C.D>", func(s *session, c call) string {
		s.here().unset("no ip address")
		s.here().set("ip address", "ip address "+c.Args[0]+" "+c.Args[1])
		return ""
	})
	t.Add("no ip address [<LINE>]", func(s *session, c call) string {
		s.here().unset("ip address")
		s.here().set("no ip address", "no ip address")
		return ""
	})
	t.Add("ipv6 address <WORD>", func(s *session, c call) string {
		s.here().set("ipv6 address "+strings.ToUpper(c.Args[0]), "ipv6 address "+strings.ToUpper(c.Args[0]))
		return ""
	})
	t.Add("no ipv6 address <WORD>", func(s *session, c call) string {
		s.here().unset("ipv6 address " + strings.ToUpper(c.Args[0]))
		return ""
	})
	t.Add("ipv6 enable", func(s *session, c call) string { s.here().set("ipv6 enable", "ipv6 enable"); return "" })
	t.Add("shutdown", func(s *session, c call) string { s.here().set("shutdown", "shutdown"); return "" })
	t.Add("no shutdown", func(s *session, c call) string { s.here().unset("shutdown"); return "" })
	for _, d := range []string{"in", "out"} {
		t.Add("ip access-group <WORD> "+d, func(s *session, c call) string { return s.bind("ip access-group", c.Args[0], d) })
		t.Add("ipv6 traffic-filter <WORD> "+d, func(s *session, c call) string { return s.bind("ipv6 traffic-filter", c.Args[0], d) })
		t.Add("no ip access-group "+d, func(s *session, c call) string { return s.unbind("ip access-group", "", d) })
		t.Add("no ipv6 traffic-filter "+d, func(s *session, c call) string { return s.unbind("ipv6 traffic-filter", "", d) })
		t.Add("no ip access-group <WORD> "+d, func(s *session, c call) string { return s.unbind("ip access-group", c.Args[0], d) })
		t.Add("no ipv6 traffic-filter <WORD> "+d, func(s *session, c call) string { return s.unbind("ipv6 traffic-filter", c.Args[0], d) })
	}
}

// here is the block that is edited.
func (s *session) here() *block {
	head := s.at
	if s.mode == interfaceMode {
		head = "interface " + s.at
	}
	return s.router.running.block(head)
}

// bind puts a list at the interface in place of the one bound there, in one step: one list per
// direction and family. A list that is not defined is accepted [DOC].
func (s *session) bind(words, name, direction string) string {
	s.unbind(words, "", direction)
	s.here().set(words+" "+name+" "+direction, words+" "+name+" "+direction)
	return s.squeeze()
}

// squeeze is what happens when the entries bound are more than the hardware holds: the line is
// taken, and the log buffer says so [DOC]; the fault may have the terminal say it too.
func (s *session) squeeze() string {
	r := s.router
	entries, where := 0, ""
	for _, l := range r.running.lists {
		if at := r.boundAt(l); at != "" {
			entries, where = entries+len(l.entries), at
		}
	}
	full := r.fault.TCAMEntries > 0 && entries > r.fault.TCAMEntries
	if full || r.fault.TCAMLog {
		r.logf("%%FMCORE-4-RACL_REDUCED: Interface %s routed traffic will be software switched in ingress direction", where)
	}
	if full && r.fault.Message != "" {
		return r.fault.Message + "\n"
	}
	return ""
}

// unbind takes a binding away; with a name only if it is that list [K].
func (s *session) unbind(words, name, direction string) string {
	b := s.here()
	var kept []string
	for _, l := range b.lines {
		bound, ours := strings.CutPrefix(l, words+" ")
		if ours && strings.HasSuffix(l, " "+direction) && (name == "" || bound == name+" "+direction) {
			continue
		}
		kept = append(kept, l)
	}
	b.lines = kept
	return ""
}
