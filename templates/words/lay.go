package words

import (
	"encoding/binary"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// NextGeneration is one more than the highest generation that any object of ours has, or that
// anything refers to.
func NextGeneration(have acl.Config) int {
	n := 0
	for _, l := range have.Lists {
		n = max(n, acl.Generation(l.Name))
	}
	for _, g := range have.Groups {
		n = max(n, acl.Generation(g.Name))
	}
	for _, b := range have.Bindings {
		for _, name := range b.Lists {
			n = max(n, acl.Generation(name))
		}
	}
	for _, r := range have.References {
		n = max(n, acl.Generation(r.Name))
	}
	return n + 1
}

// Lay shapes a wanted config, whose every address set stands in a group of generation 1,
// as a device with these limits can hold it: names get the generation; a group that the
// device cannot have, or that has one member only, is dissolved into its entries; no two
// entries are the same; sequence numbers go 10, 20, 30.
func Lay(want acl.Config, generation int, limits acl.Limits) acl.Config {
	laid := acl.Config{Undefined: want.Undefined}
	kept, names := map[string]bool{}, map[string]string{}
	renamed := func(name string) string {
		if _, known := names[name]; !known {
			names[name] = Renamed(name, generation)
		}
		return names[name]
	}
	marks := map[string]bool{}
	for _, g := range want.Groups {
		marks[g.Name] = g.Marks
	}
	for _, l := range want.Lists {
		list := acl.List{Name: renamed(l.Name), Family: l.Family, End: l.End}
		seen := map[string]bool{}
		var key []byte
		for _, e := range l.Entries {
			for _, one := range dissolve(e, limits, marks) {
				if key = meaning(key[:0], one); !seen[string(key)] {
					seen[string(key)] = true
					one.SrcGroup, one.DstGroup = renamed(one.SrcGroup), renamed(one.DstGroup)
					kept[one.SrcGroup], kept[one.DstGroup] = true, true
					one.Sequence = 10 * (len(list.Entries) + 1)
					list.Entries = append(list.Entries, one)
				}
			}
		}
		laid.Lists = append(laid.Lists, list)
	}
	for _, g := range want.Groups {
		if g.Name = renamed(g.Name); kept[g.Name] {
			laid.Groups = append(laid.Groups, g)
		}
	}
	for _, b := range want.Bindings {
		lists := make([]string, len(b.Lists))
		for i, name := range b.Lists {
			lists[i] = renamed(name)
		}
		b.Lists = lists
		laid.Bindings = append(laid.Bindings, b)
	}
	return laid
}

// meaning is what an entry does, as bytes: entries that do the same have the same. A group
// stands for its addresses.
func meaning(out []byte, e acl.Entry) []byte {
	out = append(out, byte(e.Action), 0)
	if e.Log {
		out[len(out)-1] = 1
	}
	if e.Unmodelled != "" {
		return append(append(out, '?'), e.Place.Text...)
	}
	for _, b := range e.Boxes() {
		src, dst := b.Src, b.Dst
		if e.SrcGroup != "" {
			src = packet.Ranges{}
		}
		if e.DstGroup != "" {
			dst = packet.Ranges{}
		}
		out = append(append(append(append(out, e.SrcGroup...), 0), e.DstGroup...), 0)
		for _, r := range [...]packet.Ranges{b.Protocols, src, b.SrcPorts, dst, b.DstPorts, b.Fragments, b.Flags} {
			out = binary.BigEndian.AppendUint64(out, uint64(len(r.Spans())))
			for _, s := range r.Spans() {
				for _, n := range [...]packet.Number{s.Lo, s.Hi} {
					out = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(out, n.Hi), n.Lo)
				}
			}
		}
	}
	return out
}

// Renamed is a name of ours with another generation; any other name as it is.
func Renamed(name string, generation int) string {
	if acl.Generation(name) == 0 {
		return name
	}
	return name[:strings.LastIndex(name, "-G")] + "-G" + itoa(generation)
}

// dissolve splits an entry until each address set is a group of the device or one prefix. A
// group that marks its entries as ours stays.
func dissolve(e acl.Entry, limits acl.Limits, marks map[string]bool) []acl.Entry {
	f := e.Match.Family
	var out []acl.Entry
	least := func(group string) int {
		if marks[group] {
			return 1
		}
		return 2
	}
	src, srcGroup := members(e.Match.Src, e.SrcGroup, f, limits, least(e.SrcGroup))
	dst, dstGroup := members(e.Match.Dst, e.DstGroup, f, limits, least(e.DstGroup))
	for _, s := range src {
		for _, d := range dst {
			one := e
			one.Match.Src, one.SrcGroup = s, srcGroup
			one.Match.Dst, one.DstGroup = d, dstGroup
			out = append(out, one)
		}
	}
	return out
}

func members(r packet.Ranges, group string, f packet.Family, limits acl.Limits, least int) ([]packet.Ranges, string) {
	prefixes := r.Prefixes(f)
	if group != "" && len(prefixes) >= least && limits.HasGroups(f) {
		return []packet.Ranges{r}, group
	}
	out := make([]packet.Ranges, len(prefixes))
	for i, p := range prefixes {
		out[i] = packet.Prefixes(p)
	}
	return out, ""
}
