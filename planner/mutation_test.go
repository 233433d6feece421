package planner_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/inventory"
	"op25b/lab"
	"op25b/lab/iosxe"
	"op25b/lab/iosxr"
	"op25b/lab/junos"
	"op25b/lab/openconfig"
	"op25b/lab/rtx"
	"op25b/planner"
	"op25b/policy"
	"op25b/prover"
	"op25b/renderer"
	"op25b/sheet"
	"op25b/templates"
)

// players are the lab's routers: they read a text with their own parser and know nothing of
// ours, so that what they say of a packet is a second opinion.
func players() map[string]lab.Kind {
	return map[string]lab.Kind{"iosxe": iosxe.Kind(), "iosxr": iosxr.Kind(), "junos": junos.Kind(), "rtx": rtx.Kind(), "openconfig": openconfig.Kind()}
}

// played is a lab router that runs a text, put together as a router prints it: one block for an
// interface. An error where it does not take the text.
func played(dialect, text string) (lab.Device, error) {
	d := players()[dialect].New(lab.Setup{Hostname: "r-1"})
	return d, d.Load(routerOf(dialect, text).text())
}

// whole is what a router has that was bare and got a rendered text. A text that is no document is
// all of it.
func whole(d templates.Dialect, text string) string {
	if d.Name() != "openconfig" {
		return bare(d.Name()) + text
	}
	if newTreeRouter(text).tree == nil {
		return text
	}
	return newTreeRouter(bare(d.Name())).with(d.Lines(text))
}

// bench is a desk with one device, and the packets around every edge of its policy.
type bench struct {
	desk    planner.Desk
	device  inventory.Device
	dialect templates.Dialect
	meaning map[acl.Point]policy.Meaning
	packets []packet.Packet
	text    string // what is rendered
}

func newBench(t *testing.T, d templates.Dialect, policyText, inventoryText string, day int) bench {
	t.Helper()
	p, err := policy.Read(fstest.MapFS{"policy.yaml": {Data: []byte(policyText)}}, "policy.yaml")
	if err != nil {
		t.Fatalf("%v\n%s", err, policyText)
	}
	inv, err := inventory.Read("inventory.yaml", []byte(inventoryText))
	if err != nil {
		t.Fatal(err)
	}
	r, err := renderer.New(d, "")
	if err != nil {
		t.Fatal(err)
	}
	b := bench{dialect: d, device: inv.Devices[0], meaning: map[acl.Point]policy.Meaning{}}
	b.desk = planner.Desk{Policy: p, Date: sheet.Date{Year: 2020, Month: 1, Day: day}, Renderers: map[string]renderer.Renderer{d.Name(): r}}
	for _, a := range b.device.Attach {
		for _, f := range packet.Families() {
			if a.HasFamily(f.String()) {
				at := acl.Point{Interface: a.Interface, Direction: acl.Direction(a.Direction), Family: f}
				b.meaning[at] = p.Meaning(b.desk.Date, a)
			}
		}
	}
	rendered, err := b.desk.Text(b.device)
	if err != nil {
		t.Fatal(err)
	}
	b.text = rendered.Text
	b.packets = around(policyText)
	return b
}

var prefixInText = regexp.MustCompile(`[0-9a-f]*[.:][0-9a-f.:]*(/[0-9]+)?`)

// around are mail packets between all addresses at which some prefix of a text begins or ends,
// and their neighbours: every set of addresses that a policy tells apart has one.
func around(text string) []packet.Packet {
	edges := map[packet.Family][]netip.Addr{}
	for _, word := range prefixInText.FindAllString(text, -1) {
		if !strings.Contains(word, "/") {
			bits := "/32"
			if strings.Contains(word, ":") {
				bits = "/128"
			}
			word += bits
		}
		p, err := netip.ParsePrefix(word)
		if err != nil {
			continue
		}
		f := packet.FamilyOf(p.Addr())
		span := packet.Prefixes(p).Spans()[0]
		for _, n := range []packet.Number{span.Lo.Previous(), span.Lo, span.Hi, span.Hi.Next()} {
			if a := f.Addr(n); !slices.Contains(edges[f], a) {
				edges[f] = append(edges[f], a)
			}
		}
	}
	var out []packet.Packet
	for _, f := range packet.Families() {
		for _, src := range edges[f] {
			for _, dst := range edges[f] {
				out = append(out, packet.Packet{Family: f, Protocol: packet.TCP, Src: src, Dst: dst, SrcPort: 1025, DstPort: 25})
			}
		}
	}
	return out
}

// odd is a packet like another that may not be mail.
func odd(r *rand.Rand, p packet.Packet) packet.Packet {
	switch r.IntN(8) {
	case 0:
		p.DstPort = []uint16{24, 26, 465, 587, 80, 110}[r.IntN(6)]
	case 1:
		p.Protocol = packet.UDP
	case 2:
		p.Flags = packet.Established
	}
	return p
}

// asked is what a lab router does with a packet.
func asked(d lab.Device, p acl.Point, one packet.Packet) (acl.Action, string) {
	pass, line := d.Verdict(p.Interface, string(p.Direction), lab.Packet{
		Src: one.Src, Dst: one.Dst, Protocol: int(one.Protocol), SrcPort: int(one.SrcPort), DstPort: int(one.DstPort),
		Established: one.Flags == packet.Established})
	if pass {
		return acl.Permit, line
	}
	return acl.Deny, line
}

// wanted is what the policy wants with a packet on a router where nothing else is bound.
func (b bench) wanted(p acl.Point, one packet.Packet) acl.Action {
	if v, _ := b.meaning[p].Verdict(one); v == policy.Blocked {
		return acl.Deny
	}
	return acl.Permit
}

// agrees asks the lab router about so many packets at every point; an error is a packet with
// which it does not do what the policy wants.
func (b bench) agrees(r *rand.Rand, d lab.Device, packets int) error {
	for p := range b.meaning {
		for range packets {
			one := odd(r, b.packets[r.IntN(len(b.packets))])
			if one.Family != p.Family {
				continue
			}
			want := b.wanted(p, one)
			if got, line := asked(d, p, one); got != want {
				return fmt.Errorf("%s: %s: the policy says %s, the lab's router %s (%s)", p, one, want, got, line)
			}
		}
	}
	return nil
}

// A text that is rendered, loaded into a router and printed by it means the policy, as the
// router itself understands it, and is no difference.
func TestTheLabAgrees(t *testing.T) {
	for _, d := range templates.All() {
		t.Run(d.Name(), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(25) {
				a := newAuthor(seed)
				b := newBench(t, d, a.policy(), a.inventory(d.Name(), "refuse"), a.day())
				router, err := played(d.Name(), whole(d, b.text))
				if err != nil {
					t.Fatalf("seed %d: the lab's router does not take the text: %v\n%s", seed, err, b.text)
				}
				if err := b.agrees(a.Rand, router, 400); err != nil {
					t.Fatalf("seed %d: %v\n%s\n%s", seed, err, a.policy(), b.text)
				}
				draft, err := b.desk.Draft(b.device, router.Running())
				if err != nil || draft.Step.Method != "none" || len(draft.Step.Cleanup) > 0 {
					t.Fatalf("seed %d: what the router prints is %s: %v %v\n%s", seed, draft.Step.Method, err, draft.Step.Changes, router.Running())
				}
			}
		})
	}
}

// A text of about 200 lines with one line changed is either refused by the proof, with a packet
// or as not understood, or the router really does the same with it: entry by entry always, and
// every few texts by the lab's router, which is slow.
func TestOneChangedLine(t *testing.T) {
	for _, d := range templates.All() {
		t.Run(d.Name(), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, d, longPolicy(), "version: 1\ndevices:\n  r-1: { address: 192.0.2.1, dialect: "+d.Name()+limits(d.Name())+", attach: [{ interface: "+ports(d.Name())[0]+", direction: out }] }\n", 10)
			if n := strings.Count(b.text, "\n"); n < 180 && d.Name() != "openconfig" || n < 115 {
				t.Errorf("the text has only %d lines", n)
			}
			seen := map[string]int{}
			for seed := range uint64(500) {
				r := rand.New(rand.NewPCG(587, seed))
				text, what := changedLine(r, b.text)
				kind, err := b.judged(r, whole(d, text), what, seed%8 == 0)
				if err != nil {
					t.Errorf("seed %d: %s: %v", seed, what, err)
				}
				seen[kind]++
			}
			t.Log(seen)
			if seen["differs"] < 150 || seen["unproven"] == 0 {
				t.Errorf("the changes are too dull: %v", seen)
			}
		})
	}
}

// judged proves a text, and asks others whether the proof is right, above all about packets
// with the addresses of what was changed.
func (b bench) judged(r *rand.Rand, text, what string, inTheLab bool) (string, error) {
	err := b.desk.Prove(b.device, text)
	var router lab.Device
	var refused error
	if router, refused = b.readSlowly(text); inTheLab && refused == nil {
		router, refused = played(b.dialect.Name(), text)
	}
	var all planner.Failures
	switch {
	case err == nil && refused != nil:
		return "refused", nil // the router would never run it
	case err == nil:
		near := b
		near.packets = around(what)
		if len(near.packets) > 0 {
			if err := near.agrees(r, router, 100); err != nil {
				return "", err
			}
		}
		return "same", b.agrees(r, router, 100)
	case !errors.As(err, &all):
		return "unproven", nil // not a text of this kind at all
	}
	for _, one := range all {
		var d prover.Difference
		if !errors.As(one, &d) {
			return "unproven", nil
		}
		if refused == nil && d.Packet.Fragment == packet.Whole {
			if got, line := asked(router, d.Point, d.Packet); got != d.Got || got == b.wanted(d.Point, d.Packet) {
				return "", fmt.Errorf("%v\nbut the lab's router says %s (%s)", d, got, line)
			}
		}
	}
	return "differs", nil
}

// slowly is a text read by our parser and asked entry by entry, without any arithmetic on sets.
type slowly struct {
	lab.Device
	config acl.Config
}

func (b bench) readSlowly(text string) (lab.Device, error) {
	c, err := b.dialect.Parse(text)
	return slowly{config: c}, err
}

// Verdict asks one entry after the other.
func (s slowly) Verdict(port, direction string, p lab.Packet) (bool, string) {
	one := packet.Packet{Family: packet.FamilyOf(p.Src), Protocol: uint8(p.Protocol), Src: p.Src, Dst: p.Dst, SrcPort: uint16(p.SrcPort), DstPort: uint16(p.DstPort)}
	if p.Established {
		one.Flags = packet.Established
	}
	b := s.config.Binding(acl.Point{Interface: port, Direction: acl.Direction(direction), Family: one.Family})
	end := s.config.Undefined
	if len(b.Lists) == 0 {
		end = acl.Permit
	}
	for _, name := range b.Lists {
		l, there := s.config.List(one.Family, name)
		for _, e := range l.Entries {
			if e.Match.Contains(one) && e.Action != acl.Next {
				return e.Action == acl.Permit, e.Place.Text
			}
		}
		if there {
			end = l.End
		}
	}
	return end == acl.Permit, "the end"
}

func limits(dialect string) string {
	if dialect == "rtx" {
		return ", limits: { entries: 300 }"
	}
	return ""
}

// longPolicy has many customers who are left alone, one line or more each on every router.
func longPolicy() string {
	var s strings.Builder
	s.WriteString("version: 1\nisp: x\ntimezone: UTC\npools:\n  a: { prefixes: [203.0.113.0/24, \"2001:db8:100::/40\"], except: [203.0.113.128/29, \"2001:db8:100::/60\"] }\n" +
		"  b: { prefixes: [198.51.100.0/25, 198.51.100.192/26], except: [198.51.100.4/30] }\nrelays: [192.0.2.25, 192.0.2.32/29, \"2001:db8:25::25\"]\nexemptions:\n")
	for i := range 45 {
		fmt.Fprintf(&s, "  - { name: e%d, sources: [203.0.113.%d], expires: 2021-01-01 }\n", i, 2*i+1)
	}
	for i := range 45 {
		fmt.Fprintf(&s, "  - { name: v%d, sources: [\"2001:db8:101:%x::/64\"], expires: 2021-01-01 }\n", i, 3*i)
	}
	return s.String() + "destinations:\n  docomo: { prefixes: [192.0.2.24/29, 198.18.0.0/28, \"2001:db8:25::/64\"] }\n  au: { prefixes: [198.18.1.0/28] }\n" +
		"phases:\n  - { name: docomo, start: 2020-01-01, to: [docomo], pools: [b], action: block }\n  - { name: all, start: 2020-01-02, to: [docomo, au], pools: [a], action: block }\n"
}

var (
	withLength   = regexp.MustCompile(`([0-9a-fA-F]*[.:][0-9a-fA-F.:]*)/([0-9]+)`)
	withWildcard = regexp.MustCompile(`0\.0\.0\.([0-9]+)`)
)

// changedLine is a text with one line flipped, moved, dropped, doubled, widened, narrowed, or
// with one word or digit changed; and what was done.
func changedLine(r *rand.Rand, text string) (string, string) {
	all := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	a := &author{Rand: r}
	for {
		i := r.IntN(len(all))
		if all[i] == "" || all[i] == "!" || all[i][0] == '#' || strings.Contains(all[i], " remark ") || strings.Contains(all[i], " then count ") {
			continue
		}
		was := all[i]
		what := ""
		switch r.IntN(8) {
		case 0:
			what, all[i] = "flipped", flipped(was)
		case 1:
			j := r.IntN(len(all))
			what, all = "moved", slices.Insert(slices.Delete(all, i, i+1), min(j, len(all)-1), was)
			return strings.Join(all, "\n") + "\n", what + " " + strconv.Quote(was)
		case 2:
			return strings.Join(slices.Delete(all, i, i+1), "\n") + "\n", "dropped " + strconv.Quote(was)
		case 3:
			what, all[i] = "lengthened or shortened", lengthened(r, was)
		case 4:
			what, all[i] = "widened", withWildcard.ReplaceAllString(was, "0.0.0."+[]string{"0", "3", "7", "15", "255"}[r.IntN(5)])
		case 5:
			words := [][2]string{{"smtp", "www"}, {"tcp", "udp"}, {"host ", ""}, {" 25", " 26"}, {"any", "host 192.0.2.25"}, {"out", "in"}, {"POOL", "RELAY"}, {"egress", "ingress"}}
			w := words[r.IntN(len(words))]
			what, all[i] = "said otherwise", strings.Replace(was, w[0], w[1], 1)
		default:
			what, all[i] = "changed", a.digit(was)
		}
		if all[i] != was {
			return strings.Join(all, "\n") + "\n", fmt.Sprintf("%s: %q is %q", what, was, all[i])
		}
	}
}

// lengthened gives a prefix another length, without host bits, as a person would write it.
func lengthened(r *rand.Rand, line string) string {
	return withLength.ReplaceAllStringFunc(line, func(s string) string {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return s
		}
		n := p.Bits() + r.IntN(7) - 3
		return netip.PrefixFrom(p.Addr(), max(0, min(n, p.Addr().BitLen()))).Masked().String()
	})
}
