package junos

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// TestTermTwin holds random terms against a reader that looks at one packet and one condition
// at a time, straight from the words of the term.
func TestTermTwin(t *testing.T) {
	checked := 0
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 6))
		term := randomTerm(r)
		var b strings.Builder
		b.WriteString("set policy-options prefix-list A 10.0.0.0/30\nset policy-options prefix-list A 10.0.0.9/32\nset policy-options prefix-list NONE\n")
		for _, c := range term {
			fmt.Fprintf(&b, "set firewall family inet filter F term T from %s\n", c)
		}
		b.WriteString("set firewall family inet filter F term T then discard\n")
		e := parsed(t, b.String()).Lists[0].Entries[0]
		for range 60 {
			p := randomPacket(r)
			want, got := twin(term, p), covers(e, p)
			if e.Unmodelled != "" {
				if want && !got {
					t.Fatalf("seed %d: %q takes %v, which is not in %q", seed, term, p, entryText(e))
				}
				continue
			}
			checked++
			if want != got {
				t.Fatalf("seed %d: %q: %v: the twin says %v, %q says %v", seed, term, p, want, e, got)
			}
		}
	}
	if checked < 20000 {
		t.Errorf("only %d packets were compared", checked)
	}
}

func covers(e acl.Entry, p packet.Packet) bool {
	for _, b := range e.Boxes() {
		if b.Contains(p) {
			return true
		}
	}
	return false
}

func randomTerm(r *rand.Rand) []string {
	var out []string
	add := func(chance int, values ...string) {
		if r.IntN(chance) == 0 {
			out = append(out, values[r.IntN(len(values))])
		}
	}
	for range r.IntN(4) {
		add(1, "source-address 10.0.0.0/28", "source-address 10.0.0.0/29", "source-address 10.0.0.4/30 except", "source-address 10.0.0.5/32",
			"source-address 10.0.0.0/28 except", "source-address 0.0.0.0/0", "source-prefix-list A", "source-prefix-list A except", "source-prefix-list NONE")
	}
	for range r.IntN(3) {
		add(1, "destination-address 10.0.0.8/29", "destination-address 10.0.0.8/31 except", "destination-prefix-list A", "destination-address 10.0.0.1/255.0.255.3")
	}
	add(8, "address 10.0.0.3/32", "prefix-list A")
	add(2, "protocol tcp", "protocol [ tcp udp ]", "protocol 6-7", "protocol-except tcp")
	add(3, "destination-port smtp", "destination-port [ 25 26 ]", "destination-port-except 25")
	add(4, "source-port 25-26", "source-port-except 26")
	add(6, "port 25", "port [ 25 26 ]")
	add(6, "tcp-established", "tcp-initial", `tcp-flags "ack | rst"`)
	add(8, "is-fragment", "first-fragment")
	return out
}

func randomPacket(r *rand.Rand) packet.Packet {
	address := func() netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, byte(r.IntN(17))}) }
	p := packet.Packet{
		Family: packet.V4, Protocol: []uint8{6, 6, 7, 17}[r.IntN(4)], Src: address(), Dst: address(),
		SrcPort: uint16(24 + r.IntN(4)), DstPort: uint16(24 + r.IntN(4)), Fragment: packet.Fragment(r.IntN(3)),
	}
	if p.Protocol == packet.TCP {
		p.Flags = packet.Flags(r.IntN(3))
	}
	return p
}

// twin reads the manual word by word: conditions of different kinds must all hold, of one kind
// one; of overlapping addresses the longest decides.
func twin(term []string, p packet.Packet) bool {
	kinds := map[string][]string{}
	for _, c := range term {
		kind, value, _ := strings.Cut(c, " ")
		kind = strings.Replace(kind, "prefix-list", "address", 1)
		kinds[kind] = append(kinds[kind], c[len(c)-len(value):])
	}
	for kind, values := range kinds {
		if !twinCondition(kind, values, p) {
			return false
		}
	}
	return true
}

func twinCondition(kind string, values []string, p packet.Packet) bool {
	header := p.Fragment != packet.Later
	switch kind {
	case "source-address":
		return twinAddress(values, p.Src)
	case "destination-address":
		return twinAddress(values, p.Dst)
	case "address":
		return twinAddress(values, p.Src) || twinAddress(values, p.Dst)
	case "protocol":
		return twinNumber(values, int(p.Protocol))
	case "protocol-except":
		return !twinNumber(values, int(p.Protocol))
	case "destination-port":
		return header && twinNumber(values, int(p.DstPort))
	case "destination-port-except":
		return header && !twinNumber(values, int(p.DstPort))
	case "source-port":
		return header && twinNumber(values, int(p.SrcPort))
	case "source-port-except":
		return header && !twinNumber(values, int(p.SrcPort))
	case "port":
		return header && (twinNumber(values, int(p.SrcPort)) || twinNumber(values, int(p.DstPort)))
	case "tcp-established", "tcp-flags":
		return header && p.Flags == packet.Established && p.Protocol == packet.TCP
	case "tcp-initial":
		return header && p.Flags == packet.SYN && p.Protocol == packet.TCP
	case "is-fragment":
		return p.Fragment == packet.Later
	case "first-fragment":
		return p.Fragment == packet.First
	}
	panic("the twin does not know " + kind)
}

func twinNumber(values []string, n int) bool {
	for _, v := range strings.Fields(strings.Trim(values[0], "[]")) {
		lo, hi := 0, 0
		v = strings.NewReplacer("tcp", "6", "udp", "17", "smtp", "25").Replace(v)
		if k, _ := fmt.Sscanf(v, "%d-%d", &lo, &hi); k < 2 {
			hi = lo
		}
		if lo <= n && n <= hi {
			return true
		}
	}
	return false
}

func twinAddress(values []string, a netip.Addr) bool {
	longest, takes := -1, false
	for _, v := range values {
		word, _, except := strings.Cut(v, " except")
		if !except && slices.Contains(values, word+" except") {
			continue // one statement: to say it again without except does not take that away
		}
		prefixes := []string{word}
		switch word {
		case "A":
			prefixes = []string{"10.0.0.0/30", "10.0.0.9/32"}
		case "NONE":
			prefixes = nil
		case "10.0.0.1/255.0.255.3":
			if b := a.As4(); b[0] == 10 && b[2] == 0 && b[3]&3 == 1 {
				return true // no such list with except is modelled
			}
			continue
		}
		for _, s := range prefixes {
			if q := netip.MustParsePrefix(s); q.Contains(a) && q.Bits() > longest {
				longest, takes = q.Bits(), !except
			}
		}
	}
	return takes
}
