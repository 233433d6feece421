package policy

import (
	"net/netip"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/inventory"
	"op25b/sheet"
)

// Verdict is what the policy wants for a packet.
type Verdict uint8

// The verdicts, from weak to strong. Monitored packets pass like untouched ones.
const (
	Untouched Verdict = iota
	Monitored
	Throttled
	Blocked
)

// String is untouched, monitored, throttled or blocked.
func (v Verdict) String() string {
	return [...]string{"untouched", "monitored", "throttled", "blocked"}[v]
}

// Meaning is the policy at one attachment on one date, read word by word. It shares
// nothing with what For compiles, and proofs hold the one against the other.
type Meaning struct {
	families    []string
	pools       []Pool
	exemptions  []Exemption // those that hold
	relays      []Prefix
	relaysPlace sheet.Place
	phases      []step // those in force, the strongest first, of equal ones the latest
}

// step is a phase with what it names.
type step struct {
	verdict Verdict
	pools   []Pool
	toAny   bool
	to      []Prefix
	why     acl.Why
}

// Rule is one set of packets and what happens to them, unless an earlier rule has them.
type Rule struct {
	Box     packet.Box
	Verdict Verdict
	Why     acl.Why
}

// Meaning is what the policy means at an attachment on a date.
func (p Policy) Meaning(date sheet.Date, a inventory.Attach) Meaning {
	m := Meaning{families: a.Families, relays: p.Relays, relaysPlace: p.RelaysPlace}
	for _, pool := range p.Pools {
		if a.Pools == nil || isAmong(a.Pools, pool.Name) {
			m.pools = append(m.pools, pool)
		}
	}
	for _, e := range p.Exemptions {
		if date.Compare(e.Expires) < 0 {
			m.exemptions = append(m.exemptions, e)
		}
	}
	for _, verdict := range []Verdict{Blocked, Throttled, Monitored} {
		for i := len(p.Phases) - 1; i >= 0; i-- {
			ph := p.Phases[i]
			begun, over := ph.Start.Compare(date) <= 0, ph.End != sheet.Date{} && ph.End.Compare(date) <= 0
			if verdictOf(ph.Action) == verdict && begun && !over {
				m.phases = append(m.phases, m.step(p, ph))
			}
		}
	}
	return m
}

func verdictOf(a Action) Verdict {
	switch a {
	case Block:
		return Blocked
	case Throttle:
		return Throttled
	case Monitor:
		return Monitored
	}
	return Untouched
}

func (m Meaning) step(p Policy, ph Phase) step {
	s := step{verdict: verdictOf(ph.Action), toAny: ph.To == nil, why: why(ph.Place, string(ph.Action)+" "+ph.Name)}
	for _, pool := range m.pools {
		if ph.Pools == nil || isAmong(ph.Pools, pool.Name) {
			s.pools = append(s.pools, pool)
		}
	}
	for _, d := range p.Destinations {
		if isAmong(ph.To, d.Name) {
			s.to = append(s.to, d.Prefixes...)
		}
	}
	return s
}

// Verdict is what is wanted for one packet, and the line of the policy that says so.
func (m Meaning) Verdict(p packet.Packet) (Verdict, acl.Why) {
	switch {
	case !isAmong(m.families, p.Family.String()):
		return Untouched, acl.Why{Text: "the attachment does not carry " + p.Family.String()}
	case p.Protocol != packet.TCP:
		return Untouched, acl.Why{Text: "not tcp"}
	case p.Fragment == packet.Later:
		return Untouched, acl.Why{Text: "a later fragment"}
	case p.DstPort != 25:
		return Untouched, acl.Why{Text: "not port 25"}
	case !isDynamic(m.pools, p):
		return Untouched, acl.Why{Text: "not from a dynamic address of this attachment"}
	}
	for _, e := range m.exemptions {
		if holds(e.Sources, p.Src) {
			return Untouched, why(e.Place, "exempt "+e.Name)
		}
	}
	if holds(m.relays, p.Dst) {
		return Untouched, why(m.relaysPlace, "relays")
	}
	for _, s := range m.phases {
		if isDynamic(s.pools, p) && (s.toAny || holds(s.to, p.Dst)) {
			return s.verdict, s.why
		}
	}
	return Untouched, acl.Why{Text: "no phase in force"}
}

// isDynamic reports whether a packet comes from a dynamic address of some pools.
func isDynamic(pools []Pool, p packet.Packet) bool {
	for _, pool := range pools {
		if holds(pool.Prefixes, p.Src) && !holds(pool.Except, p.Src) {
			return true
		}
	}
	return false
}

// holds reports whether one of the prefixes has the address.
func holds(prefixes []Prefix, a netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Rules are the same words as sets of packets of one family, in the order in which they
// are asked. Together they have every packet.
func (m Meaning) Rules(f packet.Family) []Rule {
	every := packet.Any(f)
	if !isAmong(m.families, f.String()) {
		return []Rule{{every, Untouched, acl.Why{Text: "the attachment does not carry " + f.String()}}}
	}
	notTCP, later, not25, elsewhere := every, every, every, every
	notTCP.Protocols = every.Protocols.Minus(packet.One(packet.TCP))
	later.Fragments = packet.One(uint64(packet.Later))
	not25.DstPorts = every.DstPorts.Minus(packet.One(25))
	elsewhere.Src = every.Src.Minus(dynamicSpace(m.pools, f))
	rules := []Rule{
		{notTCP, Untouched, acl.Why{Text: "not tcp"}},
		{later, Untouched, acl.Why{Text: "a later fragment"}},
		{not25, Untouched, acl.Why{Text: "not port 25"}},
		{elsewhere, Untouched, acl.Why{Text: "not from a dynamic address of this attachment"}},
	}
	for _, e := range m.exemptions {
		box := every
		box.Src = spaceOf(e.Sources, f)
		rules = append(rules, Rule{box, Untouched, why(e.Place, "exempt "+e.Name)})
	}
	relays := every
	relays.Dst = spaceOf(m.relays, f)
	rules = append(rules, Rule{relays, Untouched, why(m.relaysPlace, "relays")})
	for _, s := range m.phases {
		box := every
		box.Src = dynamicSpace(s.pools, f)
		if !s.toAny {
			box.Dst = spaceOf(s.to, f)
		}
		rules = append(rules, Rule{box, s.verdict, s.why})
	}
	return append(rules, Rule{every, Untouched, acl.Why{Text: "no phase in force"}})
}

// dynamicSpace is the dynamic addresses of some pools.
func dynamicSpace(pools []Pool, f packet.Family) packet.Ranges {
	var out packet.Ranges
	for _, pool := range pools {
		out = out.Union(spaceOf(pool.Prefixes, f).Minus(spaceOf(pool.Except, f)))
	}
	return out
}

func spaceOf(prefixes []Prefix, f packet.Family) packet.Ranges {
	var out []netip.Prefix
	for _, p := range prefixes {
		if p.Addr().Is4() == (f == packet.V4) {
			out = append(out, p.Prefix)
		}
	}
	return packet.Prefixes(out...)
}

func isAmong(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}
