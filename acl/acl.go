// Package acl is packet filters in no vendor's words: what a configuration says about
// lists, groups and bindings, ours and everybody else's.
package acl

import (
	"fmt"
	"regexp"
	"strconv"

	"op25b/acl/packet"
)

// Config is what one device's text says about packet filters.
type Config struct {
	Hostname   string
	Interfaces []string    // every interface in the text, in the inventory's words
	Groups     []Group     // address groups: object-groups, net-groups, prefix-lists
	Lists      []List      // every filter list; on RTX each numbered filter is a list of one entry
	Bindings   []Binding   // where lists are bound to interfaces
	References []Reference // who else names a list or a group
	Unread     []Place     // what could change the meaning of filters and is not understood
	Undefined  Action      // what a binding to a list that is not there does: Permit, Deny or Unknown
	// Carriers are the interfaces that carry a family, on dialects where binding a list makes an
	// interface carry it, which a plan's undo then takes back; nil elsewhere.
	Carriers []Carrier
	// Tails are further words of the bindings at an interface that stay where nothing is bound, by
	// interface, on dialects that have such; nil elsewhere.
	Tails map[string]string
}

// Carrier is an interface and a family that the text makes it carry. Alone says that nothing
// but its filters stands there.
type Carrier struct {
	Interface string
	Family    packet.Family
	Alone     bool
}

// Place is one line of a text.
type Place struct {
	Line int    // 1 is the first
	Text string // as it stands there
	Why  string // what is wrong with it, where something is
}

// Action is what an entry or the end of a list does with a packet.
type Action uint8

// The actions. The zero value is Unknown: what nobody set decides nothing.
const (
	Unknown Action = iota
	Permit
	Deny
	Next // goes on to the next entry: the entry only counts
)

// String is permit, deny, next or unknown.
func (a Action) String() string {
	return [...]string{"unknown", "permit", "deny", "next"}[a]
}

// Group is a named set of addresses.
type Group struct {
	Name       string
	Family     packet.Family
	Addresses  packet.Ranges
	Unmodelled string // why the addresses are not known, else ""
	Marks      bool   // it marks entries as ours in a list of others, so it stays a group with one member too
	Place      Place
}

// List is entries that are tried in order; the first that matches decides.
type List struct {
	Name    string
	Family  packet.Family
	Entries []Entry
	End     Action // for a packet that no entry matches
	Sources bool   // entries look at sources only (a standard list)
	Remarks []int  // the numbers that remarks have: their own, or that of the entry behind them
	Place   Place
}

// Entry is one line of a list.
type Entry struct {
	Sequence int    // its number as printed, 0 where it has none
	Label    string // its name on the device (a Junos term), else ""
	Action   Action
	Match    packet.Box
	Also     []packet.Box // what the device lets it match besides: later fragments of a permit with ports
	SrcGroup string       // the group that Match.Src was read from, else ""
	DstGroup string
	Log      bool
	Count    bool
	Implied  bool // not written: the device adds it
	Why      Why
	// Unmodelled says which word of the line is not understood; such an entry may do anything
	// with any packet of Match and Also, which are then what it matches at most. An empty Match
	// says that even this is not known.
	Unmodelled string
	Place      Place
}

// Why is the reason for an entry: the line of the policy and what it says there.
type Why struct {
	Place string // policy.yaml:14, "" where the text does not tell
	Text  string // block vodafone
}

// String is the reason as a remark carries it: policy.yaml:14 block vodafone.
func (w Why) String() string {
	if w.Place == "" || w.Text == "" {
		return w.Place + w.Text
	}
	return w.Place + " " + w.Text
}

// Direction is in or out, as the interface sees it.
type Direction string

// The two directions.
const (
	In  Direction = "in"
	Out Direction = "out"
)

// Binding says which lists filter an interface in one direction and family. A packet
// meets the lists in order; only the last one's End counts.
type Binding struct {
	Interface  string // in the inventory's words: GigabitEthernet0/0/1, ge-0/0/1.0, lan2, pp 1
	Direction  Direction
	Family     packet.Family
	Lists      []string // empty where nothing is bound
	Tail       string   // further words of the line that must be kept: "dynamic 100 101"
	Unmodelled string   // why its meaning is not known, else ""
	Carries    bool     // the interface carries the family for the sake of this binding only
	Place      Place
}

// Point is the place on a device that at most one binding fills.
type Point struct {
	Interface string
	Direction Direction
	Family    packet.Family
}

// Point is where the binding stands.
func (b Binding) Point() Point { return Point{b.Interface, b.Direction, b.Family} }

// String is the point for people: GigabitEthernet0/0/1 out ipv4.
func (p Point) String() string { return fmt.Sprintf("%s %s %s", p.Interface, p.Direction, p.Family) }

// Reference is a use of a list or group by something else than an interface's filter.
type Reference struct {
	Name   string
	Family packet.Family // 0 where the text does not say
	Place  Place         // ip route default gateway pp 1 filter 500000
}

// Limits is what a device can hold, as data. Zero means: no limit is known.
type Limits struct {
	Entries    int             // in all lists of ours together, as the hardware counts them
	PerBinding int             // entries of one binding, foreign ones included
	LineLength int             // characters of one command
	NameLength int             // characters of a list's name
	Groups     []packet.Family // the families for which it has address groups
	Expands    bool            // a group costs as many entries as it has members
	Atomic     bool            // a commit takes all lines at once
	Counters   bool            // entries count their packets
	Chains     bool            // several lists may be bound at one point, tried in order
	Adds       bool            // binding a list leaves what is bound there: that is taken away by itself
	Source     string          // where these facts come from
}

// HasGroups reports whether the device has address groups of a family.
func (l Limits) HasGroups(f packet.Family) bool {
	for _, g := range l.Groups {
		if g == f {
			return true
		}
	}
	return false
}

// Owner tells our objects from everybody else's.
type Owner struct {
	First, Last int // on dialects that number their filters: the range that is ours
}

var ownName = regexp.MustCompile(`^OP25B-[A-Z0-9-]+-(V4|V6)-G([0-9]+)$`)

// MaxName is the longest name that we give to anything.
const MaxName = 32

// Owns reports whether a list or group of this name is ours by name. That a number in
// our range also has a shape that we write is for Config.Spoiled to say.
func (o Owner) Owns(name string) bool {
	if len(name) <= MaxName && ownName.MatchString(name) {
		return true
	}
	n, err := strconv.Atoi(name)
	return err == nil && o.First > 0 && o.First <= n && n <= o.Last
}

// Generation is the n of a name that ends in -G<n>, 0 for every other name.
func Generation(name string) int {
	m := ownName.FindStringSubmatch(name)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[2])
	return n
}

// Name is the name of an object of ours: OP25B-OUT-V4-G1.
func Name(role string, f packet.Family, generation int) string {
	return fmt.Sprintf("OP25B-%s-V%d-G%d", role, f, generation)
}
