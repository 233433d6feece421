package openconfig

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// Funcs are the words of the template. Each gives JSON, but for those that give things to range over.
func (d Dialect) Funcs() template.FuncMap {
	return template.FuncMap{
		"sets":       setsOf,       // the names of the families that have groups, with these groups
		"prefixes":   prefixList,   // the members of a group
		"json":       quoted,       // a word in quotes
		"type":       identityOf,   // the type of a list
		"number":     numberOf,     // of an entry: its sequence-id
		"config":     d.config,     // of an entry: number and description
		"conditions": d.conditions, // of an entry: the members that say what it matches
		"actions":    actionsOf,    // of an entry
		"entrances":  d.entrances,  // the interfaces of some bindings, with what is bound there
	}
}

// groupsOf is the groups of one family.
type groupsOf struct {
	Family packet.Family
	Groups []acl.Group
}

func setsOf(groups []acl.Group) []groupsOf {
	var out []groupsOf
	for _, f := range packet.Families() {
		of := groupsOf{Family: f}
		for _, g := range groups {
			if g.Family == f {
				of.Groups = append(of.Groups, g)
			}
		}
		if len(of.Groups) > 0 {
			out = append(out, of)
		}
	}
	return out
}

func prefixList(g acl.Group) (string, error) {
	all := g.Addresses.Prefixes(g.Family)
	if len(all) == 0 || g.Unmodelled != "" {
		return "", fmt.Errorf("openconfig: prefix-set %s has no known prefix, and an empty one is not written", g.Name)
	}
	out := make([]string, len(all))
	for i, p := range all {
		out[i] = quoted(p.String())
	}
	return "[" + strings.Join(out, ", ") + "]", nil
}

func identityOf(l acl.List) string { return quoted("openconfig-acl:" + typeOf(l.Family)) }

func numberOf(e acl.Entry) (string, error) {
	if e.Sequence < 1 || e.Sequence > highest {
		return "", fmt.Errorf("openconfig: %q has no sequence-id", e)
	}
	return strconv.Itoa(e.Sequence), nil
}

func (d Dialect) config(e acl.Entry) (string, error) {
	m, err := d.model()
	if err != nil {
		return "", err
	}
	n, err := numberOf(e)
	if why := words.Remark(e.Why.String(), 120); why != "" && m.Entries {
		return `{"sequence-id": ` + n + `, "description": ` + quoted(why) + "}", err
	}
	return `{"sequence-id": ` + n + "}", err
}

// leaves are the members of an object.
type leaves []string

func (l *leaves) add(name, value string) { *l = append(*l, quoted(name)+": "+value) }

func (l leaves) text() string { return "{" + strings.Join(l, ", ") + "}" }

// conditions are "ipv4": {…} and "transport": {…}, those of them that say something.
func (d Dialect) conditions(e acl.Entry) ([]string, error) {
	m, err := d.model()
	if err == nil {
		err = m.writable(e)
	}
	if err != nil {
		return nil, err
	}
	f := e.Match.Family
	var ip, transport leaves
	address(&ip, "source-address", e.SrcGroup, e.Match.Src, f)
	address(&ip, "destination-address", e.DstGroup, e.Match.Dst, f)
	if !e.Match.Protocols.IsAll(8) {
		ip.add("protocol", m.protocol(e.Match.Protocols.Spans()[0].Lo.Lo))
	}
	ports(&transport, "source-port", e.Match.SrcPorts)
	ports(&transport, "destination-port", e.Match.DstPorts)
	var out []string
	if len(ip) > 0 {
		out = append(out, quoted(f.String())+`: {"config": `+ip.text()+"}")
	}
	if len(transport) > 0 {
		out = append(out, `"transport": {"config": `+transport.text()+"}")
	}
	return out, nil
}

func address(to *leaves, name, group string, r packet.Ranges, f packet.Family) {
	switch {
	case group != "":
		to.add(name+"-prefix-set", quoted(group))
	case !r.IsAll(f.Bits()):
		to.add(name, quoted(r.Prefixes(f)[0].String()))
	}
}

func (m model) protocol(n uint64) string {
	if !m.Number {
		for _, name := range []string{"IP_TCP", "IP_UDP", "IP_ICMP"} {
			if v, _ := protocolOf(name); v == n {
				return quoted("openconfig-packet-match-types:" + name)
			}
		}
	}
	return strconv.FormatUint(n, 10)
}

func ports(to *leaves, name string, r packet.Ranges) {
	if r.IsAll(16) {
		return
	}
	switch s := r.Spans()[0]; {
	case s.Lo == s.Hi:
		to.add(name, strconv.FormatUint(s.Lo.Lo, 10))
	default:
		to.add(name, quoted(fmt.Sprintf("%d..%d", s.Lo.Lo, s.Hi.Lo)))
	}
}

func actionsOf(e acl.Entry) (string, error) {
	word, known := map[acl.Action]string{acl.Permit: "ACCEPT", acl.Deny: "DROP"}[e.Action]
	if !known {
		return "", fmt.Errorf("openconfig: %q: the model has no action %s", e, e.Action)
	}
	var config leaves
	config.add("forwarding-action", quoted("openconfig-acl:"+word))
	if e.Log {
		config.add("log-action", quoted("openconfig-acl:LOG_SYSLOG"))
	}
	return `{"config": ` + config.text() + "}", nil
}

// inList is writable for a list of a family.
func (m model) inList(f packet.Family, e acl.Entry) error {
	if e.Match.Family != f {
		return fmt.Errorf("%q is not %s", e, f)
	}
	return m.writable(e)
}

// writable reports what of an entry cannot be written so that it is read back as the same.
func (m model) writable(e acl.Entry) error {
	refuse := func(why string) error { return fmt.Errorf("%q cannot be written in one entry: %s", e, why) }
	b := e.Match
	f := b.Family
	header := !b.SrcPorts.IsAll(16) || !b.DstPorts.IsAll(16)
	wide := func(r packet.Ranges, bits int) bool { return !r.IsAll(bits) && len(r.Spans()) > 1 }
	several := func(r packet.Ranges, group string) bool { return group == "" && r.Count(f) > 1 }
	switch {
	case e.Unmodelled != "":
		return fmt.Errorf("an entry that is not understood cannot be written: %q: %s", e.Place.Text, e.Unmodelled)
	case b.IsEmpty():
		return refuse("it matches nothing, and an empty condition could be read as any")
	case len(e.Also) > 0 && !slices.EqualFunc(e.Also, words.Fragmented(e).Also, packet.Box.Equal):
		return refuse("it matches more than one set of packets")
	case (e.SrcGroup != "" || e.DstGroup != "") && !m.Sets:
		return refuse("this variant of the model has no prefix-sets")
	case several(b.Src, e.SrcGroup) || several(b.Dst, e.DstGroup):
		return refuse("an entry has one prefix a side")
	case wide(b.SrcPorts, 16) || wide(b.DstPorts, 16):
		return refuse("an entry has one range of ports a side")
	case !b.Flags.IsAllOf(3):
		return refuse("TCP flags are not written")
	case !m.oneProtocol(b):
		return refuse("it has several protocols, or one that is not written")
	case header && !(b.Protocols.Equal(packet.One(packet.TCP)) || b.Protocols.Equal(packet.One(packet.UDP))):
		return refuse("only TCP and UDP have ports")
	case header && !b.Fragments.Equal(packet.WithPorts()), !header && !b.Fragments.IsAllOf(3):
		return refuse("these classes of fragments are not written")
	}
	return nil
}

func (m model) oneProtocol(b packet.Box) bool {
	if b.Protocols.IsAll(8) {
		return true
	}
	s := b.Protocols.Spans()[0]
	odd := s.Lo.Lo == 0 || s.Lo.Lo == 255 || b.Family == packet.V6 && (s.Lo.Lo == packet.ICMP || slices.Contains(extensions(), s.Lo.Lo))
	return len(b.Protocols.Spans()) == 1 && s.Lo == s.Hi && !odd
}
