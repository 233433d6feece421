// Package policy is what is wanted and when: which customers may not send mail straight
// to whose servers, from which date on.
//
// A Policy comes from Load or Read only. For compiles it to lists for one device; Meaning
// is the same policy read naively, against which those lists are proved.
package policy

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"time"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/sheet"
)

// Policy is policy.yaml, with its pool files and its lock.
type Policy struct {
	ISP          string
	Zone         *time.Location // its midnights begin and end the phases
	Pools        []Pool         // in the order of the file, as everything below
	Relays       []Prefix
	RelaysPlace  sheet.Place
	Exemptions   []Exemption
	Destinations []Destination
	Lead         int     // days between announcement and start, 0 without notice
	Phases       []Phase // in the order of their start
	Warnings     sheet.Warnings
	Files        []File // policy.yaml first, then the pool files
	Lock         File   // no bytes where there is no lock
	unresolved   sheet.Errors
	space        [2]packet.Ranges // every pool's prefixes, per family
	dynamic      [2]packet.Ranges // every pool's dynamic space, per family
}

// File is a file that was read.
type File struct {
	Name  string // relative to the policy's folder
	Bytes []byte
}

// Prefix is a prefix and where it was written. A single address is a prefix of full length.
type Prefix struct {
	netip.Prefix
	Place sheet.Place
}

// Pool is addresses given to customers dynamically: its prefixes without `except`.
type Pool struct {
	Name     string
	Prefixes []Prefix
	Except   []Prefix
	Place    sheet.Place
	except   sheet.Place      // where the list of fixed addresses stands
	space    [2]packet.Ranges // its prefixes, per family
	dynamic  [2]packet.Ranges // its dynamic space, per family
}

// Exemption is customers inside a pool who may send for a while.
type Exemption struct {
	Name    string
	Sources []Prefix
	Reason  string
	Ticket  string
	Expires sheet.Date // the first day on which it does not hold
	Place   sheet.Place
}

// Destination is other people's mail servers.
type Destination struct {
	Name     string
	MX       []string // domains whose mail servers are meant; their addresses are in the lock
	Prefixes []Prefix // those of the file and those of the lock
	Place    sheet.Place
	space    [2]packet.Ranges // its prefixes, per family
}

// Action is what a phase does.
type Action string

// The actions, from weak to strong.
const (
	Monitor  Action = "monitor"
	Throttle Action = "throttle"
	Block    Action = "block"
)

// Phase is one step of the introduction.
type Phase struct {
	Name        string
	Start       sheet.Date
	Announced   sheet.Date // zero where it was not
	End         sheet.Date // the first day on which it is over; zero for never
	Pools       []string   // nil for all
	To          []string   // destinations; nil for any
	Action      Action
	Limit       Limit  // of a throttle
	Approximate string // of a throttle: refuse, per-source-rate or aggregate
	Place       sheet.Place
}

// Limit is how much a throttle lets through, per source address. One of the two is set.
type Limit struct {
	Concurrent int // connections open at the same time
	New        int // new connections per Every
	Every      time.Duration
}

// String is the limit as the policy writes it: concurrent 10, new 5/s.
func (l Limit) String() string {
	switch {
	case l.Concurrent > 0:
		return fmt.Sprintf("concurrent %d", l.Concurrent)
	case l.Every == time.Minute:
		return fmt.Sprintf("new %d/m", l.New)
	case l.Every == time.Hour:
		return fmt.Sprintf("new %d/h", l.New)
	}
	return fmt.Sprintf("new %d/s", l.New)
}

// Bytes is everything that the policy was read from, its pool files included, for a
// digest. Without pool files it is policy.yaml, byte by byte.
func (p Policy) Bytes() []byte {
	var out []byte
	for i, f := range p.Files {
		if i > 0 {
			out = fmt.Appendf(out, "\n# %s, %d bytes\n", f.Name, len(f.Bytes))
		}
		out = append(out, f.Bytes...)
	}
	return out
}

// why is a place of the policy as a remark carries it: policy.yaml:14.
func why(at sheet.Place, text string) acl.Why {
	return acl.Why{Place: fmt.Sprintf("%s:%d", filepath.Base(at.File), at.Line), Text: text}
}

// index of a family in the pairs that a Pool holds.
func index(f packet.Family) int {
	if f == packet.V6 {
		return 1
	}
	return 0
}

// ranges is the prefixes of one family as a set.
func ranges(prefixes []Prefix, f packet.Family) packet.Ranges {
	var out []netip.Prefix
	for _, p := range prefixes {
		if packet.FamilyOf(p.Addr()) == f {
			out = append(out, p.Prefix)
		}
	}
	return packet.Prefixes(out...)
}

// measured is the pool with its sets.
func (p Pool) measured() Pool {
	for _, f := range packet.Families() {
		p.space[index(f)] = ranges(p.Prefixes, f)
		p.dynamic[index(f)] = p.space[index(f)].Minus(ranges(p.Except, f))
	}
	return p
}

// measured is the policy with the sets that every device asks for.
func (p Policy) measured() Policy {
	for i := range p.space {
		var space, dynamic []packet.Range
		for _, pool := range p.Pools {
			space, dynamic = append(space, pool.space[i].Spans()...), append(dynamic, pool.dynamic[i].Spans()...)
		}
		p.space[i], p.dynamic[i] = packet.Collect(space), packet.Collect(dynamic)
	}
	for n, d := range p.Destinations {
		for _, f := range packet.Families() {
			d.space[index(f)] = ranges(d.Prefixes, f)
		}
		p.Destinations[n] = d
	}
	return p
}

func (p Policy) pool(name string) (Pool, bool) {
	for _, pool := range p.Pools {
		if pool.Name == name {
			return pool, true
		}
	}
	return Pool{}, false
}

func (p Policy) destination(name string) (Destination, bool) {
	for _, d := range p.Destinations {
		if d.Name == name {
			return d, true
		}
	}
	return Destination{}, false
}

func (p Policy) poolNames() []string {
	var out []string
	for _, pool := range p.Pools {
		out = append(out, pool.Name)
	}
	return out
}

// Dynamic is the pool's dynamic space in a family.
func (p Pool) Dynamic(f packet.Family) packet.Ranges { return p.dynamic[index(f)] }

// Space is the destination's addresses in a family.
func (d Destination) Space(f packet.Family) packet.Ranges { return d.space[index(f)] }

// RelaySpace is the relays' addresses in a family.
func (p Policy) RelaySpace(f packet.Family) packet.Ranges { return ranges(p.Relays, f) }
