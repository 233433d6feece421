// Package prover shows that a config means what the policy means, or names a packet that
// differs; it explains one packet.
package prover

import (
	"fmt"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/policy"
)

// Question is one point of a device: what the policy wants there, what the point did without
// us, and what it does.
type Question struct {
	Point   acl.Point
	Meaning policy.Meaning
	Base    acl.Filter // the running text with our part taken out
	Filter  acl.Filter // the text that is proved
}

// Difference is a packet with which a point does not do what the policy says.
type Difference struct {
	Point     acl.Point
	Packet    packet.Packet
	Want, Got acl.Action
	Policy    string // the line of the policy, or why it does not touch the packet
	Line      string // the line of the device that decides
	Invariant string // I1 to I4 of the design
}

// Error is the difference in two lines.
func (d Difference) Error() string {
	return fmt.Sprintf("%s: %s: the policy says %s (%s), the text says %s (%s); breaks %s",
		d.Point, d.Packet, d.Want, d.Policy, d.Got, d.Line, d.Invariant)
}

// Unproven says that nothing is known, and because of which line.
type Unproven struct {
	Point acl.Point
	Why   string
}

// Error says unproven.
func (u Unproven) Error() string { return fmt.Sprintf("%s: unproven: %s", u.Point, u.Why) }

// Prove shows that the filter does with every packet what the policy wants: exactly the
// policy's packets are denied, and every other meets the verdict of the base. Its error is
// a Difference or an Unproven.
func (q Question) Prove() error {
	p, apart, err := q.apart()
	if err != nil {
		return err
	}
	if apart {
		return q.judge(p)
	}
	return q.understood()
}

// apart finds a packet that the filter treats otherwise than is wanted; its error is an Unproven.
func (q Question) apart() (packet.Packet, bool, error) {
	want, err := q.wanted()
	if err != nil {
		return packet.Packet{}, false, Unproven{q.Point, err.Error()}
	}
	p, apart, err := want.Apart(q.Filter.Packets, packet.Budget{})
	if err != nil {
		return packet.Packet{}, false, Unproven{q.Point, err.Error()}
	}
	return p, apart, nil
}

// wanted is the policy over the base, as a list. Where the base has no lines, what is not
// blocked meets its end; else first comes what the policy blocks, then the base.
func (q Question) wanted() (packet.List, error) {
	if base := q.Base.Packets; len(base.Rules) == 0 {
		return q.policy(base.End), nil
	}
	blocked, err := q.policy(acl.Next.Verdict()).Decided(acl.Deny.Verdict(), packet.Budget{})
	if err != nil {
		return packet.List{}, err
	}
	l := packet.List{Family: q.Point.Family, End: q.Base.Packets.End}
	for _, box := range blocked.Boxes() {
		l.Rules = append(l.Rules, packet.Rule{Box: box, Verdict: acl.Deny.Verdict()})
	}
	l.Rules = append(l.Rules, q.Base.Packets.Rules...)
	return l, nil
}

// policy is the policy's rules as a list that says Deny, or untouched.
func (q Question) policy(untouched packet.Verdict) packet.List {
	l := packet.List{Family: q.Point.Family, End: untouched}
	for _, r := range q.Meaning.Rules(q.Point.Family) {
		v := untouched
		if r.Verdict == policy.Blocked {
			v = acl.Deny.Verdict()
		}
		l.Rules = append(l.Rules, packet.Rule{Box: r.Box, Verdict: v})
	}
	return l
}

// judge asks everybody about one packet again: the policy by its naive reading, the texts
// entry by entry.
func (q Question) judge(p packet.Packet) error {
	verdict, why := q.Meaning.Verdict(p)
	want, _ := q.Base.Decide(p)
	if verdict == policy.Blocked {
		want = acl.Deny
	}
	got, line := q.Filter.Decide(p)
	switch {
	case got == acl.Unknown || want == acl.Unknown:
		return Unproven{q.Point, fmt.Sprintf("%s: %s", p, line)}
	case got == want:
		return Unproven{q.Point, fmt.Sprintf("internal: the proof and the reading of %s do not agree; please report it", p)}
	}
	return Difference{q.Point, p, want, got, why.String(), line, invariant(verdict, why)}
}

// invariant says what a wrong verdict breaks, by what the policy says of the packet.
func invariant(v policy.Verdict, why acl.Why) string {
	switch {
	case v == policy.Blocked:
		return "I4: what the policy blocks is blocked"
	case why.Text == "relays":
		return "I2: a relay is never denied"
	case strings.HasPrefix(why.Text, "exempt "), strings.HasPrefix(why.Text, "not from a dynamic"):
		return "I3: fixed and exempt customers are outside"
	case why.Place != "", why.Text == "no phase in force":
		return "I4: nothing else is blocked"
	}
	return "I1: only tcp port 25 of dynamic customers may change"
}
