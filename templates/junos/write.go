package junos

import (
	"fmt"
	"strconv"
	"strings"
	"text/template"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// Funcs are the words of the template. Those that return a list give one line each.
func (Dialect) Funcs() template.FuncMap {
	return template.FuncMap{
		"inet":         inet,         // a family: inet, inet6
		"members":      members,      // "X 192.0.2.0/24" for each prefix of group X
		"term":         term,         // "set firewall family inet filter X term Y", of a list and an entry
		"reason":       remark,       // why an entry is there, for a comment; "" where nobody says
		"sources":      sources,      // "source-prefix-list X" or "source-address P", nothing for any
		"destinations": destinations, // the same of the destination
		"protocols":    protocols,    // names or numbers, nothing for any
		"conditions":   conditions,   // ports, TCP flags and fragments
		"action":       action,       // accept, discard, next term
		"unit":         unit,         // ge-0/0/1 unit 0, of a binding
		"filter":       filter,       // "output X" or "output-list [ X Y ]", "" where nothing is bound
	}
}

// name is a word that needs no quotes and cannot be taken for anything but a name.
func name(word string) (string, error) {
	for i := 0; i < len(word); i++ {
		c := word[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || i > 0 && strings.IndexByte("-.:/", c) >= 0) {
			return "", fmt.Errorf("junos: the name %q has a character that is not written", word)
		}
	}
	if word == "" || len(word) > 64 {
		return "", fmt.Errorf("junos: the name %q has not 1 to 64 characters", word)
	}
	return word, nil
}

func members(g acl.Group) ([]string, error) {
	if _, err := name(g.Name); err != nil {
		return nil, err
	}
	prefixes := g.Addresses.Prefixes(g.Family)
	if len(prefixes) == 0 || g.Unmodelled != "" {
		return nil, fmt.Errorf("junos: prefix-list %s has no known prefix, and an empty one is not written", g.Name)
	}
	out := make([]string, len(prefixes))
	for i, p := range prefixes {
		out[i] = g.Name + " " + p.String()
	}
	return out, nil
}

func term(l acl.List, e acl.Entry) (string, error) {
	if err := writable(e); err != nil {
		return "", err
	}
	for _, word := range []string{l.Name, e.Label} {
		if _, err := name(word); err != nil {
			return "", err
		}
	}
	return "set firewall family " + inet(l.Family) + " filter " + l.Name + " term " + e.Label, nil
}

func remark(e acl.Entry) string { return words.Remark(e.Why.String(), 120) }

func sources(e acl.Entry) ([]string, error) {
	return addresses("source", e.SrcGroup, e.Match.Src, e.Match.Family)
}

func destinations(e acl.Entry) ([]string, error) {
	return addresses("destination", e.DstGroup, e.Match.Dst, e.Match.Family)
}

func addresses(side, group string, r packet.Ranges, f packet.Family) ([]string, error) {
	if group != "" {
		_, err := name(group)
		return []string{side + "-prefix-list " + group}, err
	}
	if r.IsAll(f.Bits()) {
		return nil, nil
	}
	var out []string
	for _, p := range r.Prefixes(f) {
		out = append(out, side+"-address "+p.String())
	}
	return out, nil
}

func protocols(e acl.Entry) []string {
	if e.Match.Protocols.IsAll(8) {
		return nil
	}
	var out []string
	for _, s := range e.Match.Protocols.Spans() {
		for n := s.Lo.Lo; n <= s.Hi.Lo; n++ {
			switch {
			case n == packet.TCP || n == packet.UDP || n == packet.ICMP:
				out = append(out, packet.ProtocolName(uint8(n)))
			case n == packet.ICMPv6:
				out = append(out, "icmp6")
			default:
				out = append(out, strconv.FormatUint(n, 10))
			}
		}
	}
	return out
}

func conditions(e acl.Entry) []string {
	out := append(ports("source-port ", e.Match.SrcPorts), ports("destination-port ", e.Match.DstPorts)...)
	switch {
	case e.Match.Flags.Equal(class(packet.Established)):
		out = append(out, "tcp-established")
	case e.Match.Flags.Equal(class(packet.SYN)):
		out = append(out, "tcp-initial")
	}
	switch {
	case e.Match.Fragments.Equal(fragment(packet.Later)):
		out = append(out, "is-fragment")
	case e.Match.Fragments.Equal(fragment(packet.First)):
		out = append(out, "first-fragment")
	}
	return out
}

func class(f packet.Flags) packet.Ranges       { return packet.One(uint64(f)) }
func fragment(f packet.Fragment) packet.Ranges { return packet.One(uint64(f)) }

// ports are written as numbers but for 25, which has the name that Junos people read.
func ports(words string, r packet.Ranges) []string {
	if r.IsAll(16) {
		return nil
	}
	var out []string
	for _, s := range r.Spans() {
		switch {
		case s.Lo != s.Hi:
			out = append(out, fmt.Sprintf("%s%d-%d", words, s.Lo.Lo, s.Hi.Lo))
		case s.Lo.Lo == 25:
			out = append(out, words+"smtp")
		default:
			out = append(out, words+strconv.FormatUint(s.Lo.Lo, 10))
		}
	}
	return out
}

// writable reports what of an entry cannot be written so that it is read back as the same.
func writable(e acl.Entry) error {
	refuse := func(why string) error { return fmt.Errorf("junos: term %q: %s", e.Label, why) }
	b := e.Match
	header := !b.SrcPorts.IsAll(16) || !b.DstPorts.IsAll(16) || !b.Flags.IsAllOf(3)
	wholeHeader := b.Fragments.Equal(packet.WithPorts())
	flags := b.Flags.Equal(class(packet.Established)) || b.Flags.Equal(class(packet.SYN))
	switch {
	case e.Unmodelled != "":
		return refuse("a line that is not understood is not written: " + e.Unmodelled)
	case len(e.Also) > 0:
		return refuse("it matches more than one set of packets")
	case b.IsEmpty():
		return refuse("it matches nothing, and an empty condition could be read as any")
	case !b.Flags.IsAllOf(3) && !(flags && b.Protocols.Equal(packet.One(packet.TCP))):
		return refuse("these TCP flags are not written")
	case header && !wholeHeader && !b.Fragments.Equal(fragment(packet.First)),
		!header && !b.Fragments.IsAllOf(3) && !b.Fragments.Equal(fragment(packet.Later)) && !b.Fragments.Equal(fragment(packet.First)):
		return refuse("these classes of fragments are not written")
	case b.Family == packet.V6 && !b.Protocols.IsAll(8) && b.Protocols.Overlaps(extensionHeaders()):
		return refuse("an IPv6 extension header is no payload protocol")
	case e.Action == acl.Unknown:
		return refuse("it has no action")
	}
	return nil
}

func action(e acl.Entry) (string, error) {
	switch e.Action {
	case acl.Permit:
		return "accept", nil
	case acl.Deny:
		return "discard", nil
	case acl.Next:
		return "next term", nil
	}
	return "", fmt.Errorf("junos: term %q has no action", e.Label)
}

// unit is ge-0/0/1 unit 0 for ge-0/0/1.0.
func unit(b acl.Binding) (string, error) {
	dot := strings.LastIndexByte(b.Interface, '.')
	if dot < 1 {
		return "", fmt.Errorf("interface %q has no unit; write it as %s.0", b.Interface, b.Interface)
	}
	port, number := b.Interface[:dot], b.Interface[dot+1:]
	if _, err := strconv.ParseUint(number, 10, 32); err != nil {
		return "", fmt.Errorf("interface %q: the unit %q is not a number", b.Interface, number)
	}
	_, err := name(port)
	return port + " unit " + number, err
}

func filter(b acl.Binding) (string, error) {
	for _, n := range b.Lists {
		if _, err := name(n); err != nil {
			return "", err
		}
	}
	way := direction(b.Direction)
	switch {
	case len(b.Lists) == 0:
		return "", nil
	case len(b.Lists) == 1 && b.Tail != way+"-list":
		return way + " " + b.Lists[0], nil
	}
	return way + "-list [ " + strings.Join(b.Lists, " ") + " ]", nil
}
