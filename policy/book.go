package policy

import (
	"fmt"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/inventory"
)

// book is a config that is being written: each list and each group once.
type book struct {
	config     acl.Config
	lists      map[string]string // direction, family and content of a list to its name
	roles      map[string]int    // direction and family to the number of lists
	groups     map[string]string // direction, family, kind and content of a group to its name
	groupCount map[string]int    // role, family and kind to the number of groups
}

func newBook(hostname string) *book {
	return &book{acl.Config{Hostname: hostname}, map[string]string{}, map[string]int{}, map[string]string{}, map[string]int{}}
}

// bind binds a list at an attachment, writing it down where it is new.
func (b *book) bind(a inventory.Attach, f packet.Family, d draft) {
	point := fmt.Sprintf("%s %s ", a.Direction, f)
	key := point + d.key()
	name, known := b.lists[key]
	if !known {
		b.roles[point]++
		role := strings.ToUpper(a.Direction)
		if n := b.roles[point]; n > 1 {
			role += fmt.Sprint(n)
		}
		name = acl.Name(role, f, 1)
		b.lists[key] = name
		b.config.Lists = append(b.config.Lists, b.list(name, role, f, point, d))
	}
	b.config.Bindings = append(b.config.Bindings, acl.Binding{Interface: a.Interface, Direction: acl.Direction(a.Direction), Family: f, Lists: []string{name}})
}

func (b *book) list(name, role string, f packet.Family, point string, d draft) acl.List {
	l := acl.List{Name: name, Family: f, End: d.end}
	for i, e := range d.entries {
		e.Sequence = 10 * (i + 1)
		e.SrcGroup = b.group(role, f, point, d.src[i], e.Match.Src)
		e.DstGroup = b.group(role, f, point, d.dst[i], e.Match.Dst)
		l.Entries = append(l.Entries, e)
		if d.inside {
			b.mark(e.SrcGroup)
		}
	}
	return l
}

// mark keeps a group of one member a group.
func (b *book) mark(group string) {
	for i := range b.config.Groups {
		if b.config.Groups[i].Name == group {
			b.config.Groups[i].Marks = true
		}
	}
}

// group is the name of the group that holds some addresses; "" for all addresses. Lists
// of one direction share their groups.
func (b *book) group(role string, f packet.Family, point, kind string, addresses packet.Ranges) string {
	if addresses.IsAll(f.Bits()) {
		return ""
	}
	key := point + kind + fmt.Sprint(addresses.Spans())
	name, known := b.groups[key]
	if !known {
		counter := role + kind + f.String()
		b.groupCount[counter]++
		n := fmt.Sprint(b.groupCount[counter])
		if n == "1" && (kind == poolKind || kind == relayKind) {
			n = ""
		}
		name = acl.Name(role+"-"+kind+n, f, 1)
		b.groups[key] = name
		b.config.Groups = append(b.config.Groups, acl.Group{Name: name, Family: f, Addresses: addresses})
	}
	return name
}
