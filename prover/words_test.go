package prover_test

import (
	"net/netip"
	"testing"
	"testing/fstest"

	"op25b/acl/packet"
	"op25b/policy"
	"op25b/prover"
)

const words = `
version: 1
isp: Example Net
timezone: Asia/Tokyo
pools:
  flets-east: { prefixes: [203.0.113.0/24, "2001:db8:100::/40"], except: [203.0.113.128/29] }
  flets-west: { prefixes: [198.18.0.0/16] }
relays: [192.0.2.25, 192.0.2.26, "2001:db8:25::25"]
destinations:
  vodafone: { prefixes: [198.51.100.0/28] }
  hosting: { prefixes: [192.0.2.24/30] }
  docomo: { prefixes: [198.51.100.64/28, 198.51.100.128/28] }
phases:
  - { name: all, start: 2006-07-26, to: any, action: block }
`

// TestWords says sets of packets as the policy would.
func TestWords(t *testing.T) {
	p, err := policy.Read(fstest.MapFS{"policy.yaml": {Data: []byte(words)}}, "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	east := pool(p, "flets-east")
	west := pool(p, "flets-west")
	relays := prefixes("192.0.2.25/32", "192.0.2.26/32")
	anywhere := packet.All(32).Minus(relays)
	for _, test := range []struct {
		name     string
		src, dst packet.Ranges
		want     string
	}{
		{"one destination", east, prefixes("198.51.100.0/28"), "flets-east -> vodafone, tcp/25"},
		{"both pools, two destinations", east.Union(west), prefixes("198.51.100.0/28", "198.51.100.64/28", "198.51.100.128/28"),
			"flets-east, flets-west -> vodafone, docomo, tcp/25"},
		{"everybody", east, anywhere, "flets-east -> anywhere, tcp/25, except 2 relays"},
		{"the second phase", east, anywhere.Minus(prefixes("198.51.100.0/28")), "flets-east -> anywhere but vodafone, tcp/25, except 2 relays"},
		{"an exemption", west.Minus(prefixes("198.18.3.77/32")), anywhere, "flets-west without 198.18.3.77 -> anywhere, tcp/25, except 2 relays"},
		{"one customer", prefixes("198.18.3.77/32"), anywhere, "198.18.3.77 of flets-west -> anywhere, tcp/25, except 2 relays"},
		{"a target without a name", east, prefixes("192.0.2.128/32"), "flets-east -> 192.0.2.128, tcp/25"},
		{"part of a destination", east, prefixes("198.51.100.64/28"), "flets-east -> 198.51.100.64/28, tcp/25"},
		{"a stranger", prefixes("10.0.0.0/8"), packet.All(32), "10.0.0.0/8 -> anywhere, tcp/25"},
		{"a relay inside a destination", east, prefixes("192.0.2.24/30").Minus(relays), "flets-east -> hosting, tcp/25, except 2 relays"},
		{"the relays, too", east, packet.All(32), "flets-east -> anywhere, tcp/25"},
	} {
		b := packet.Any(packet.V4)
		b.Protocols, b.DstPorts, b.Fragments = packet.One(packet.TCP), packet.One(25), packet.WithPorts()
		b.Src, b.Dst = test.src, test.dst
		if got := prover.Words(p, b); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
	all := packet.Any(packet.V4)
	if got, want := prover.Words(p, all), "anybody -> anywhere, ipv4"; got != want {
		t.Errorf("every packet: got %s, want %s", got, want)
	}
}

func pool(p policy.Policy, name string) packet.Ranges {
	for _, one := range p.Pools {
		if one.Name == name {
			return one.Dynamic(packet.V4)
		}
	}
	return packet.Ranges{}
}

func prefixes(words ...string) packet.Ranges {
	var out []netip.Prefix
	for _, w := range words {
		out = append(out, netip.MustParsePrefix(w))
	}
	return packet.Prefixes(out...)
}
