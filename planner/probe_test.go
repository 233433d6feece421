package planner_test

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/lab"
	"op25b/policy"
)

// probe is one packet at one point, and what the router did and is to do with it.
type probe struct {
	point      acl.Point
	packet     lab.Packet
	said       packet.Packet
	old, fresh acl.Action
}

// probes are packets around every edge of the policy before and after, at every point of the
// router: mail and what is nearly mail.
func (s *sweep) probes(before *estate) []probe {
	r := rand.New(rand.NewPCG(s.seed, uint64(s.edits)))
	all := around(before.policy() + s.estate.policy() + "203.0.113.8/29")
	var out []probe
	for _, port := range ports(s.dialect.Name()) {
		for _, way := range []acl.Direction{acl.In, acl.Out} {
			for range 110 {
				one := strange(r, all[r.IntN(len(all))])
				at := acl.Point{Interface: port, Direction: way, Family: one.Family}
				p := probe{point: at, said: one, packet: lab.Packet{Src: one.Src, Dst: one.Dst, Protocol: int(one.Protocol), SrcPort: int(one.SrcPort),
					DstPort: int(one.DstPort), LaterFragment: one.Fragment == packet.Later, Established: one.Flags == packet.Established}}
				p.old, p.fresh = p.asked(s.router), s.meant(p)
				out = append(out, p)
			}
		}
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// strange is a packet like another, of which two in three are mail.
func strange(r *rand.Rand, p packet.Packet) packet.Packet {
	switch r.IntN(12) {
	case 0:
		p.DstPort = []uint16{24, 26, 465, 587}[r.IntN(4)]
	case 1:
		p.Protocol = packet.UDP
		p.DstPort = []uint16{25, 135, 161}[r.IntN(3)]
	case 2:
		p.Flags = packet.Established
	case 3:
		p.Fragment, p.SrcPort, p.DstPort = packet.Later, 0, 0
	}
	return p
}

// asked is what a router does with the probe.
func (p probe) asked(d lab.Device) acl.Action {
	if pass, _ := d.Verdict(p.point.Interface, string(p.point.Direction), p.packet); pass {
		return acl.Permit
	}
	return acl.Deny
}

// meant is what the policy wants with a probe, read word by word; what it leaves alone is what
// others want.
func (s *sweep) meant(p probe) acl.Action {
	for _, a := range s.device.Attach {
		if a.Interface != p.point.Interface || a.Direction != string(p.point.Direction) || !slices.Contains(a.Families, p.point.Family.String()) {
			continue
		}
		if v, _ := s.desk.Policy.Meaning(s.desk.Date, a).Verdict(p.said); v == policy.Blocked {
			return acl.Deny
		}
	}
	return p.asked(s.others)
}

// share is how many probes are asked after a line that binds nothing.
const share = 40

// moment asks the router after one line. Until lines take effect nothing may have changed. A line
// that binds or unbinds is followed by all probes, every other by the next few in turn.
func (s *sweep) moment(d lab.Device, probes []probe, line string, committed bool) {
	s.moments++
	from, n := 0, len(probes)
	if !touches(line) && !(s.estate.existing == "embed" && numbered.MatchString(line)) || !committed {
		from, n = (s.moments*share)%len(probes), share
	}
	for i := range n {
		p := probes[(from+i)%len(probes)]
		s.verdicts++
		got := p.asked(d)
		if got != p.old && (got != p.fresh || !committed) {
			s.wrongMoments++
			s.fail("after %q %s at %s is %s: neither as before (%s) nor as after (%s)", line, p.said, p.point, got, p.old, p.fresh)
			return
		}
	}
}

// numbered is a line of a list, or its removal: in a list that is bound it counts at once.
var numbered = regexp.MustCompile(`^ (no )?\d+`)

// touches: does a line bind or unbind?
func touches(line string) bool {
	for _, word := range []string{"access-group", "traffic-filter", "secure filter", "interface", " select "} {
		if strings.Contains(line, word) {
			return true
		}
	}
	return false
}

// ends asks the router about every probe: all are as the policy wants.
func (s *sweep) ends(probes []probe, what string) {
	for _, p := range probes {
		s.verdicts++
		if got := p.asked(s.router); got != p.fresh {
			s.wrongEnds++
			s.fail("after %s %s at %s is %s, and the policy over the lists of others says %s", what, p.said, p.point, got, p.fresh)
			return
		}
	}
}
