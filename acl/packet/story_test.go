package packet

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
)

func prefixes(texts ...string) Ranges {
	var out []netip.Prefix
	for _, s := range texts {
		out = append(out, netip.MustParsePrefix(s))
	}
	return Prefixes(out...)
}

// line is TCP from some prefixes to port 25 of others.
func line(src, dst Ranges) Box {
	b := Any(V4)
	b.Protocols, b.DstPorts, b.Fragments = One(TCP), One(25), WithPorts()
	b.Src, b.Dst = src, dst
	return b
}

// What a change of a list says to the person who reviews it.
func TestRowsOfAChange(t *testing.T) {
	all := All(32)
	pools, phase := prefixes("203.0.113.0/24", "198.51.100.0/25"), prefixes("192.0.2.0/26", "192.0.2.128/26")
	relay, fixed := prefixes("192.0.2.7/32"), prefixes("203.0.113.8/29")
	list := func(rules ...Rule) List { return List{V4, append(rules, Rule{Any(V4), permit}), deny} }
	for _, c := range []struct {
		name          string
		before, after List
		want          []string
	}{
		{"the same", list(Rule{line(pools, phase), deny}), list(Rule{line(pools, phase), deny}), nil},
		{"a block begins",
			list(), list(Rule{line(pools, phase), deny}),
			[]string{"1>2 tcp 198.51.100.0/25,203.0.113.0/24 -> 192.0.2.0/26,192.0.2.128/26 port 25: tcp 198.51.100.0:1025 -> 192.0.2.0:25"}},
		{"a relay was forgotten",
			list(Rule{line(all, relay), permit}, Rule{line(pools, phase), deny}), list(Rule{line(pools, phase), deny}),
			[]string{"1>2 tcp 198.51.100.0/25,203.0.113.0/24 -> 192.0.2.7 port 25: tcp 198.51.100.0:1025 -> 192.0.2.7:25"}},
		{"a permit below the deny",
			list(Rule{line(fixed, all), permit}, Rule{line(pools, phase), deny}), list(Rule{line(pools, phase), deny}, Rule{line(fixed, all), permit}),
			[]string{"1>2 tcp 203.0.113.8/29 -> 192.0.2.0/26,192.0.2.128/26 port 25: tcp 203.0.113.8:1025 -> 192.0.2.0:25"}},
		{"the last permit is gone",
			List{V4, []Rule{{Any(V4), permit}}, deny}, List{V4, nil, deny},
			[]string{"1>2 ipv4 any -> any: tcp 192.0.2.1:1025 -> 192.0.2.2:25"}},
		{"two crossing changes",
			list(), list(Rule{line(fixed, all), deny}, Rule{line(all, relay), deny}),
			[]string{
				"1>2 tcp any except 203.0.113.8/29 -> 192.0.2.7 port 25: tcp 192.0.2.1:1025 -> 192.0.2.7:25",
				"1>2 tcp 203.0.113.8/29 -> any port 25: tcp 203.0.113.8:1025 -> 192.0.2.2:25"}},
	} {
		rows, err := c.before.Compare(c.after, Budget{})
		var got []string
		for _, r := range rows {
			got = append(got, fmt.Sprintf("%d>%d %v: %v", r.Before, r.After, r.Box, r.Witness))
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v\n%q\nwant\n%q", c.name, err, got, c.want)
		}
	}
}

// Only one rule of many has an address: it must be found among those that have none.
func TestCompareFindsTheOneThatIsNarrow(t *testing.T) {
	for at := range 300 {
		before := List{Family: V4, End: deny}
		for n := range 300 {
			b := Any(V4)
			b.DstPorts = One(uint64(1000 + 2*n))
			if n == at {
				b.Src = prefixes("203.0.113.8/32")
			}
			before.Rules = append(before.Rules, Rule{b, permit})
		}
		after := before
		after.Rules = slices.Clone(before.Rules)
		after.Rules[at].Verdict = deny
		rows, err := before.Compare(after, Budget{})
		if err != nil || len(rows) != 1 || !rows[0].Box.Equal(before.Rules[at].Box) {
			t.Fatalf("rule %d: %v, %v", at, rows, err)
		}
	}
}

// Numbers that a field cannot have match nothing and change nothing.
func TestNumbersTooLarge(t *testing.T) {
	huge := Box{V4, Numbers(0, 70000), All(128), All(64), Numbers(0, 1<<40), Numbers(0, 1<<40), Numbers(0, 7), Numbers(0, 7)}
	none := Any(V4)
	none.Src = Between(Of(1<<33), Of(1<<34)).Union(Between(Of(1<<35), Of(1<<36)))
	wrong := Any(V4)
	wrong.Fragments = Numbers(3, 9)
	part := Any(V4)
	part.Dst = One(5).Union(Between(Of(1<<33), Of(1<<34)))
	host := Any(V4)
	host.Dst = One(5)
	for _, c := range []struct{ a, b List }{
		{List{V4, []Rule{{huge, permit}}, deny}, List{V4, nil, permit}},
		{List{V4, []Rule{{none, permit}}, deny}, List{V4, nil, deny}},
		{List{V4, []Rule{{wrong, permit}}, deny}, List{V4, nil, deny}},
		{List{V4, []Rule{{Any(V6), permit}}, deny}, List{V4, nil, deny}},
		{List{V4, []Rule{{Box{Family: V4}, permit}}, deny}, List{V4, nil, deny}},
		{List{V4, []Rule{{part, permit}}, deny}, List{V4, []Rule{{host, permit}}, deny}},
	} {
		if rows, err := c.a.Compare(c.b, Budget{}); err != nil || len(rows) > 0 {
			t.Errorf("%v and %v: %v, %v", c.a, c.b, rows, err)
		}
	}
}

func TestDecided(t *testing.T) {
	for seed := range uint64(300) {
		r := newRandom(seed)
		l := r.list(4)
		set, err := l.Decided(1, Budget{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range cells(l) {
			if v, _ := l.First(p); set.Contains(p) != (v == 1) {
				t.Fatalf("seed %d: %v gets %d, in the set: %v", seed, p, v, set.Contains(p))
			}
		}
	}
}
