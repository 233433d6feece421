package junos

import (
	"net/netip"

	"op25b/acl"
	"op25b/acl/packet"
)

// reader turns a tree into a config.
type reader struct {
	tree   *tree
	config acl.Config
	lists  map[string]prefixList // prefix-lists by name; Junos has one space for both families
	at     map[listKey]int       // where in config.Lists a filter stands
}

type listKey struct {
	family packet.Family
	name   string
}

// read is what the tree says about packet filters.
func read(t *tree) acl.Config {
	r := reader{tree: t, lists: map[string]prefixList{}, at: map[listKey]int{}}
	r.config.Undefined = acl.Unknown // such a text does not come from a router: it refuses the commit
	r.config.Carriers = []acl.Carrier{}
	if name := t.root.find("system", "host-name").value(); name != nil {
		r.config.Hostname = name.word
	}
	for _, s := range t.root.find("policy-options", "prefix-list").active() {
		if !isMeta(s.word) {
			r.prefixList(s)
		}
	}
	firewall := t.root.find("firewall")
	r.filters(firewall.find("family", "inet", "filter"), packet.V4)
	r.filters(firewall.find("filter"), packet.V4) // the older place of family inet
	r.filters(firewall.find("family", "inet6", "filter"), packet.V6)
	r.interfaces(t.root.find("interfaces"))
	r.config.Unread = append(r.config.Unread, t.lost...)
	r.config.Unread = append(r.config.Unread, unexpanded(t)...)
	r.config.References = references(t, r.config)
	return r.config
}

// isMeta reports whether a word is about the text rather than a name or a condition.
func isMeta(word string) bool {
	switch word {
	case "apply-groups", "apply-groups-except", "apply-macro", "apply-flags":
		return true
	}
	return false
}

// prefixList is a prefix-list as it stands in the text.
type prefixList struct {
	prefixes map[packet.Family][]netip.Prefix
	ranges   map[packet.Family]packet.Ranges // the same
	unknown  string                          // why its prefixes are not known, else ""
}

// prefixList reads one list. An item with host bits is taken as its prefix: routers accept
// that (vJunos 25.4). An empty list is one of each family: it has no prefix of either.
func (r *reader) prefixList(s *statement) {
	l := prefixList{prefixes: map[packet.Family][]netip.Prefix{}, ranges: map[packet.Family]packet.Ranges{}}
	place := r.tree.place(s.line, "")
	for _, item := range s.kids {
		switch p, err := prefix(item.word); {
		case isMeta(item.word):
		case item.inactive:
			place.Why = joined(place.Why, item.word+" is deactivated")
		case item.word == "apply-path":
			l.unknown = "apply-path: the router collects the prefixes itself"
		case err != nil || len(item.kids) > 0:
			l.unknown = "its item " + quoted(item.word) + " is not understood"
		default:
			f := packet.FamilyOf(p.Addr())
			l.prefixes[f] = append(l.prefixes[f], p.Masked())
		}
	}
	r.lists[s.word] = l
	for _, f := range packet.Families() {
		if len(l.prefixes[f]) > 0 || len(l.prefixes) == 0 {
			l.ranges[f] = packet.Prefixes(l.prefixes[f]...)
			r.config.Groups = append(r.config.Groups, acl.Group{
				Name: s.word, Family: f, Addresses: l.ranges[f], Unmodelled: l.unknown, Place: place,
			})
		}
	}
}

// prefix reads 192.0.2.0/24 or 192.0.2.1; host bits are kept.
func prefix(word string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(word); err == nil {
		return p, nil
	}
	a, err := netip.ParseAddr(word)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, errNoPrefix
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}

// filters reads the filters of one family.
func (r *reader) filters(from *statement, f packet.Family) {
	for _, s := range from.active() {
		if isMeta(s.word) {
			continue
		}
		l := r.filter(s, f)
		k := listKey{f, l.Name}
		if i, there := r.at[k]; there {
			l.Entries = append(l.Entries, r.doubtful(l, s, "a filter of this name stands under firewall and under firewall family inet"))
			r.config.Lists[i] = l
			continue
		}
		r.at[k] = len(r.config.Lists)
		r.config.Lists = append(r.config.Lists, l)
	}
}

// filter reads one filter. What no term takes is discarded (manual), also where there is no
// term at all.
func (r *reader) filter(s *statement, f packet.Family) acl.List {
	l := acl.List{Name: s.word, Family: f, End: acl.Deny, Place: r.tree.place(s.line, "")}
	for _, k := range s.active() {
		switch k.word {
		case "term":
			for _, term := range k.kids {
				if term.inactive {
					l.Place.Why = joined(l.Place.Why, "term "+term.word+" is deactivated")
				} else if !isMeta(term.word) {
					l.Entries = append(l.Entries, r.term(l, term))
				}
			}
		case "interface-specific", "fast-lookup-filter", "enhanced-mode", "instance-shared", "accounting-profile",
			"apply-groups", "apply-groups-except", "apply-macro", "apply-flags":
			// these change how the filter is compiled and counted, not what it decides
		default:
			// it may concern every packet: said before the first term
			l.Entries = append([]acl.Entry{r.doubtful(l, k, quoted(k.word)+" of a filter is not understood")}, l.Entries...)
		}
	}
	if mixes(s) {
		for i := range l.Entries {
			doubt(&l.Entries[i], "a filter with address beside source-address or destination-address may be evaluated out of order")
		}
	}
	return l
}

// doubtful is an entry that stands for a statement that is not understood.
func (r *reader) doubtful(l acl.List, s *statement, why string) acl.Entry {
	place := r.tree.place(s.line, why)
	place.Text = quoted(s.word) + " " + s.text()
	return acl.Entry{Match: packet.Any(l.Family), Unmodelled: why, Place: place}
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}
