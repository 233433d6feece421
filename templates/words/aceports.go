package words

import (
	"strconv"

	"op25b/acl/packet"
)

// CiscoPorts are the names of TCP and UDP ports that IOS and IOS-XR print or take. No name
// stands for two numbers. [IOS command reference, access-list (extended); captured texts]
func CiscoPorts() Names {
	return Names{
		"bgp": 179, "biff": 512, "bootpc": 68, "bootps": 67, "chargen": 19, "cmd": 514, "daytime": 13,
		"discard": 9, "dnsix": 195, "domain": 53, "drip": 3949, "echo": 7, "exec": 512, "finger": 79,
		"ftp": 21, "ftp-data": 20, "gopher": 70, "hostname": 101, "ident": 113, "irc": 194, "isakmp": 500,
		"klogin": 543, "kshell": 544, "login": 513, "lpd": 515, "mobile-ip": 434, "msrpc": 135,
		"nameserver": 42, "netbios-dgm": 138, "netbios-ns": 137, "netbios-ss": 139, "nntp": 119,
		"non500-isakmp": 4500, "ntp": 123, "onep-plain": 15001, "onep-tls": 15002, "pim-auto-rp": 496,
		"pop2": 109, "pop3": 110, "rip": 520, "ripv6": 521, "smtp": 25, "snmp": 161, "snmptrap": 162,
		"sunrpc": 111, "syslog": 514, "tacacs": 49, "tacacs-ds": 49, "talk": 517, "telnet": 23, "tftp": 69,
		"time": 37, "uucp": 540, "who": 513, "whois": 43, "www": 80, "xdmcp": 177,
	}
}

// CiscoProtocols are the names of IPv4 protocols. [the same sources]
func CiscoProtocols() Names {
	return Names{
		"ahp": 51, "eigrp": 88, "esp": 50, "gre": 47, "icmp": 1, "igmp": 2, "igrp": 9, "ipinip": 4,
		"nos": 94, "ospf": 89, "pcp": 108, "pim": 103, "sctp": 132, "tcp": 6, "udp": 17,
	}
}

// Protocol numbers whose packets have ports.
const sctp = 132

func hasPorts(protocols packet.Ranges) bool {
	for _, p := range [...]uint64{packet.TCP, packet.UDP, sctp} {
		if protocols.Equal(packet.One(p)) {
			return true
		}
	}
	return false
}

// ports reads what may stand after an address: eq with a list, neq, gt, lt, range, a port
// group. Without any of them it is every port.
func (r *aceReader) ports() packet.Ranges {
	all := r.syntax.any.SrcPorts
	if r.broken != "" {
		return all
	}
	w := r.words.peek()
	switch w {
	case "eq", "neq", "gt", "lt", "range":
		r.words.next()
	case "":
		return all
	case r.syntax.PortGroup:
		r.words.next()
	default:
		return all
	}
	if !hasPorts(r.box.Protocols) {
		r.fail("the word " + w + " with a protocol that has no ports")
		return all
	}
	r.layer4 = true
	if w == r.syntax.PortGroup {
		return r.portGroup(r.words.next())
	}
	set, why := r.syntax.operator(w, &r.words)
	if why != "" {
		r.fail(why)
		return all
	}
	return set
}

func (r *aceReader) portGroup(name string) packet.Ranges {
	set, there := r.sets.Ports[name]
	switch {
	case !there:
		r.fail("the port group " + strconv.Quote(name) + " is not there")
	case set.Unmodelled != "":
		r.fail("the port group " + name + ": " + set.Unmodelled)
	case set.Ports.IsEmpty():
		r.fail("the port group " + name + " has no members")
	}
	return set.Ports
}

// operator reads the ports after their operator. A set without a port is refused: no router
// prints one, and nothing must ever be read into it.
func (s *Syntax) operator(op string, words *cursor) (packet.Ranges, string) {
	first, ok := s.port(words)
	if !ok {
		return packet.Ranges{}, "the port " + strconv.Quote(words.peek())
	}
	set := packet.One(first)
	switch op {
	case "eq", "neq":
		spans := set.Spans()
		for {
			more, ok := s.port(words)
			if !ok {
				break
			}
			spans = append(spans, packet.Range{Lo: packet.Of(more), Hi: packet.Of(more)})
		}
		set = packet.Collect(spans)
		if op == "neq" {
			set = packet.All(16).Minus(set)
		}
	case "gt":
		set = packet.Numbers(first+1, 65535)
	case "lt":
		set = packet.Numbers(0, first).Minus(packet.One(first))
	case "range":
		last, ok := s.port(words)
		if !ok {
			return set, "the port " + strconv.Quote(words.peek())
		}
		set = packet.Numbers(first, last)
	}
	if set.IsEmpty() {
		return set, "the word " + op + " leaves no port"
	}
	return set, ""
}

// port reads a port where the next word is one.
func (s *Syntax) port(words *cursor) (uint64, bool) {
	w := words.peek()
	n, ok := number(w)
	if !ok && w != "" {
		var named uint16
		named, ok = s.Ports[w]
		n = int(named)
	}
	if !ok || n > 65535 {
		return 0, false
	}
	words.next()
	return uint64(n), true
}

// ServiceMember reads a member of a service group: tcp eq www, udp source eq 53, icmp, 47.
func (s *Syntax) ServiceMember(text string) (out []Service, why string) {
	words := cursor{text}
	one := Service{Protocols: s.any.Protocols, SrcPorts: s.any.SrcPorts, DstPorts: s.any.DstPorts}
	var protocols []uint64
	switch w := words.next(); {
	case w == s.Any:
		return []Service{one}, rest(words)
	case w == "tcp-udp":
		protocols = []uint64{packet.TCP, packet.UDP}
	default:
		n, known := s.Protocols.Number(w)
		if !known || n > 255 {
			return nil, "the protocol " + strconv.Quote(w)
		}
		protocols = []uint64{uint64(n)}
	}
	for _, p := range protocols {
		ports := words
		one.Protocols = packet.One(p)
		member, why := s.servicePorts(one, &ports)
		if why != "" {
			return nil, why
		}
		out = append(out, member)
	}
	return out, ""
}

func (s *Syntax) servicePorts(one Service, words *cursor) (Service, string) {
	for words.peek() != "" {
		to := &one.DstPorts
		if words.peek() == "source" {
			words.next()
			to = &one.SrcPorts
		}
		op := words.peek()
		switch op {
		case "eq", "neq", "gt", "lt", "range":
			words.next()
		default:
			op = "eq" // tcp www
		}
		if !hasPorts(one.Protocols) {
			return one, "the word " + strconv.Quote(words.peek())
		}
		set, why := s.operator(op, words)
		if why != "" {
			return one, why
		}
		*to, one.Layer4 = set, true
	}
	return one, ""
}

// PortMember reads a member of a port group: eq smtp, range 1024 65535.
func (s *Syntax) PortMember(text string) (packet.Ranges, string) {
	words := cursor{text}
	op := words.next()
	switch op {
	case "eq", "neq", "gt", "lt", "range":
		set, why := s.operator(op, &words)
		if why == "" {
			why = rest(words)
		}
		return set, why
	}
	return packet.Ranges{}, "the word " + strconv.Quote(op)
}

// rest complains of what is left of a line.
func rest(words cursor) string {
	if w := words.peek(); w != "" {
		return "the word " + strconv.Quote(w)
	}
	return ""
}
