package prover_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/inventory"
	"op25b/policy"
	"op25b/prover"
	"op25b/sheet"
	"op25b/templates"
)

// A row is an entry of a long list, as the test knows it: what it takes is looked up address by
// address, packet by packet.
type row struct {
	permit, whole bool // whole: every packet, not tcp to port 25 only
	src, dst      netip.Prefix
}

// long is a policy and its list of about 10,000 entries, of which each decides some packet:
// customers with fixed addresses, relays, each pool toward each destination.
func long() (string, []row) {
	any := netip.MustParsePrefix("0.0.0.0/0")
	var pools, fixed, relays, dests []string
	var permits, denies []row
	for p := range 480 {
		pool := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(p / 128), byte(2 * p), 0}), 24)
		pools = append(pools, fmt.Sprintf("  pool-%d: { prefixes: [%s] }", p, pool))
		for k := range 20 {
			src := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(p / 128), byte(2 * p), byte(12*k + 2)}), 31)
			fixed = append(fixed, src.String())
			permits = append(permits, row{permit: true, src: src, dst: any})
		}
		for d := range 1 {
			dst := netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, byte(2 * d), 0}), 24)
			denies = append(denies, row{src: pool, dst: dst})
			if p == 0 {
				dests = append(dests, dst.String())
			}
		}
	}
	for d := range 20 {
		relay := netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, 2, byte(4*d + 2)}), 31)
		relays = append(relays, relay.String())
		permits = append(permits, row{permit: true, src: any, dst: relay})
	}
	text := "version: 1\nisp: x\ntimezone: UTC\npools:\n" + strings.Join(pools, "\n") + "\nrelays: [" + strings.Join(relays, ", ") +
		"]\nexemptions:\n  - { name: fixed, sources: [" + strings.Join(fixed, ", ") + "], expires: 2030-01-01 }\ndestinations:\n  all: { prefixes: [" +
		strings.Join(dests, ", ") + "] }\nphases:\n  - { name: all, start: 2020-01-01, to: [all], action: block }\n"
	return text, slices.Concat(permits, denies, []row{{permit: true, whole: true, src: any, dst: any}})
}

// first is what the list does with a packet, entry by entry.
func first(list []row, p packet.Packet) acl.Action {
	for _, r := range list {
		mail := p.Protocol == packet.TCP && p.DstPort == 25 && p.Fragment != packet.Later
		if p.Protocol == packet.TCP && p.Fragment == packet.Later && r.permit { // IOS: a permit with ports takes it by its addresses
			mail = true
		}
		if (r.whole || mail) && r.src.Contains(p.Src) && r.dst.Contains(p.Dst) {
			if r.permit {
				return acl.Permit
			}
			return acl.Deny
		}
	}
	return acl.Deny
}

// flat is the list on IOS-XE, without groups.
func flat(list []row) string {
	side := func(p netip.Prefix) string {
		switch p.Bits() {
		case 0:
			return "any"
		case 32:
			return "host " + p.Addr().String()
		}
		n := uint32(1)<<(32-p.Bits()) - 1
		return fmt.Sprintf("%s %d.%d.%d.%d", p.Addr(), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	var s strings.Builder
	s.WriteString("hostname r\ninterface GigabitEthernet0/0/1\n ip access-group LONG out\n!\nip access-list extended LONG\n")
	for i, r := range list {
		word, tail := "deny", " eq smtp"
		if r.permit {
			word = "permit"
		}
		proto := "tcp"
		if r.whole {
			proto, tail = "ip", ""
		}
		fmt.Fprintf(&s, " %d %s %s %s %s%s\n", 10*i+10, word, proto, side(r.src), side(r.dst), tail)
	}
	return s.String() + "end\n"
}

// terms is the list on Junos, a term for each entry.
func terms(list []row) string {
	var s strings.Builder
	s.WriteString("set system host-name r\nset interfaces ge-0/0/1 unit 0 family inet filter output LONG\n")
	for i, r := range list {
		head := fmt.Sprintf("set firewall family inet filter LONG term t%d ", i)
		if r.src.Bits() > 0 {
			s.WriteString(head + "from source-address " + r.src.String() + "\n")
		}
		if r.dst.Bits() > 0 {
			s.WriteString(head + "from destination-address " + r.dst.String() + "\n")
		}
		if !r.whole {
			s.WriteString(head + "from protocol tcp\n" + head + "from destination-port 25\n")
		}
		s.WriteString(head + map[bool]string{true: "then accept\n", false: "then discard\n"}[r.permit])
	}
	return s.String()
}

// mutated is the list with one entry flipped, moved past one that it meets, dropped, widened or
// narrowed; and what was done. Each of these changes the fate of some packet.
func mutated(r *rand.Rand, list []row, kind int) ([]row, string) {
	out := slices.Clone(list)
	last := len(list) - 1
	i := r.IntN(last)
	denies := slices.IndexFunc(list, func(r row) bool { return !r.permit })
	name := []string{"flipped", "moved", "dropped", "widened", "narrowed"}[kind]
	switch name {
	case "flipped":
		out[i].permit = !out[i].permit
	case "moved": // a permit behind the denies, a deny before the permits
		to := last - 1
		if i >= denies {
			to = 0
		}
		out = slices.Insert(slices.Delete(out, i, i+1), to, list[i])
	case "dropped":
		out = slices.Delete(out, i, i+1)
	case "widened":
		out[i] = sized(out[i], -1)
	case "narrowed":
		out[i] = sized(out[i], 1)
	}
	return out, fmt.Sprintf("entry %d, %v, is %s", i, list[i], name)
}

// sized changes the length of the side that is a prefix.
func sized(r row, by int) row {
	resize := func(p netip.Prefix) netip.Prefix { return netip.PrefixFrom(p.Addr(), p.Bits()+by).Masked() }
	if r.src.Bits() > 0 {
		r.src = resize(r.src)
	} else {
		r.dst = resize(r.dst)
	}
	return r
}

// One entry changed anywhere in a text of 10,000 is found, with a packet; the list asked entry
// by entry and the policy read word by word do disagree on it.
func TestOneEntryOfTenThousand(t *testing.T) {
	text, list := long()
	p, err := policy.Read(fstest.MapFS{"policy.yaml": {Data: []byte(text)}}, "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 10000 {
		t.Fatalf("the list has only %d entries", len(list))
	}
	for _, form := range []struct {
		dialect, port string
		write         func([]row) string
	}{{"iosxe", "GigabitEthernet0/0/1", flat}, {"junos", "ge-0/0/1.0", terms}} {
		t.Run(form.dialect, func(t *testing.T) {
			t.Parallel()
			d, err := templates.Find(form.dialect)
			if err != nil {
				t.Fatal(err)
			}
			meaning := p.Meaning(sheet.Date{Year: 2020, Month: 6, Day: 1}, inventory.Attach{Interface: form.port, Direction: "out", Families: []string{"ipv4"}})
			prove := func(list []row) error {
				at := acl.Point{Interface: form.port, Direction: acl.Out, Family: packet.V4}
				c, err := d.Parse(form.write(list))
				if err != nil {
					t.Fatal(err)
				}
				b := c.Binding(at)
				if l, _ := c.List(packet.V4, "LONG"); len(b.Lists) != 1 || len(l.Entries) != len(list) {
					t.Fatalf("%d of %d entries are read, %v are bound", len(l.Entries), len(list), b.Lists)
				}
				return prover.Question{Point: at, Meaning: meaning, Base: acl.Open(packet.V4), Filter: c.Filter(b)}.Prove()
			}
			if err := prove(list); err != nil {
				t.Fatalf("untouched: %v", err)
			}
			for seed := range 20 {
				r := rand.New(rand.NewPCG(uint64(seed), 10000))
				changed, what := mutated(r, list, seed%5)
				err := prove(changed)
				var found prover.Difference
				if !errors.As(err, &found) {
					t.Errorf("seed %d: %s: %v", seed, what, err)
					continue
				}
				want := acl.Permit
				if v, _ := meaning.Verdict(found.Packet); v == policy.Blocked {
					want = acl.Deny
				}
				if got := first(changed, found.Packet); got == want || got != found.Got || want != found.Want {
					t.Errorf("seed %d: %s: %v, but entry by entry it is %s and the policy says %s", seed, what, found, got, want)
				}
			}
		})
	}
}
