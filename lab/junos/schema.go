package junos

import (
	"slices"
	"strings"
)

// shape is how a statement is written and when it goes away.
type shape int

const (
	holder  shape = iota // "from { … }": gone when empty
	named                // "term X { … }": there also when empty
	flag                 // "accept;"
	value                // "count X;": the last one set holds
	several              // "protocol [ tcp udp ];"
	maybe                // "reject;" or "reject tcp-reset;"
	rest                 // whatever stands after the word, as it came
)

// statement is what may stand at one place of the configuration. Statements are printed in
// the order of the table, not in the order in which they were typed [SAMPLE vQFX 17.4].
type statement struct {
	word   string // "" where a name stands alone: an interface, a prefix
	name   string // a second word that belongs to the first: family inet
	shape  shape
	check  check
	choice string // of the statements with the same choice, the last one set holds
	sorted bool   // items stand in the order of their addresses [SAMPLE]
	inline bool   // "X except;", on one line
	kids   []statement
}

// schema is what the lab's router understands. What stands below other words can be loaded,
// is kept as it came, and cannot be typed.
func schema() statement {
	return statement{shape: holder, kids: []statement{
		{word: "version", shape: rest},
		{word: "groups", shape: holder},
		{word: "apply-groups", shape: rest},
		{word: "system", shape: holder, kids: []statement{{word: "host-name", shape: value, check: name}}},
		{word: "chassis", shape: holder},
		{word: "security", shape: holder},
		{word: "interfaces", shape: holder, kids: interfaces()},
		{word: "snmp", shape: holder},
		{word: "forwarding-options", shape: holder},
		{word: "routing-options", shape: holder, kids: []statement{
			{word: "static", shape: holder, kids: []statement{
				{word: "route", shape: named, check: prefix, kids: []statement{
					{word: "next-hop", shape: several, check: word},
					{word: "discard", shape: flag},
					{word: "reject", shape: flag},
				}},
			}},
		}},
		{word: "protocols", shape: holder},
		{word: "policy-options", shape: holder, kids: []statement{
			{word: "prefix-list", shape: named, check: name, kids: []statement{
				{shape: named, check: prefix, sorted: true},
				{word: "apply-path", shape: value, check: word},
			}},
		}},
		{word: "class-of-service", shape: holder},
		firewall(),
		{word: "routing-instances", shape: holder},
		{word: "vlans", shape: holder},
	}}
}

func interfaces() []statement {
	family := func(of string, address check) statement {
		return statement{word: "family", name: of, shape: named, kids: []statement{
			{word: "filter", shape: holder, kids: []statement{
				// input and input-list drive each other out: the last one set holds [DOC B3.1].
				{word: "input", shape: value, check: name, choice: "input"},
				{word: "input-list", shape: several, check: name, choice: "input"},
				{word: "output", shape: value, check: name, choice: "output"},
				{word: "output-list", shape: several, check: name, choice: "output"},
			}},
			{word: "address", shape: named, check: address},
		}}
	}
	return []statement{{shape: named, check: interfaceName, kids: []statement{
		{word: "description", shape: value, check: text},
		{word: "mtu", shape: value, check: number(256, 16000)},
		{word: "unit", shape: named, check: number(0, 1073741823), kids: []statement{
			{word: "description", shape: value, check: text},
			{word: "vlan-id", shape: value, check: number(0, 4094)},
			family("inet", prefix4), family("inet6", prefix6),
		}},
	}}}
}

// firewall: the families come before policers and the old filters without family, although
// they refer to them [SAMPLE vQFX 17.4].
func firewall() statement {
	return statement{word: "firewall", shape: holder, kids: []statement{
		{word: "family", name: "inet", shape: holder, kids: []statement{
			{word: "prefix-action", shape: named, check: name, kids: []statement{
				{word: "policer", shape: value, check: name},
				{word: "count", shape: flag},
				{word: "filter-specific", shape: flag},
				{word: "subnet-prefix-length", shape: value, check: number(0, 32)},
				{word: "source-prefix-length", shape: value, check: number(0, 32)},
				{word: "destination-prefix-length", shape: value, check: number(0, 32)},
			}},
			filter(prefix4, inetWords()),
		}},
		{word: "family", name: "inet6", shape: holder, kids: []statement{filter(prefix6, inet6Words())}},
		{word: "policer", shape: named, check: name, kids: []statement{
			{word: "filter-specific", shape: flag},
			{word: "if-exceeding", shape: holder, kids: []statement{
				{word: "bandwidth-limit", shape: value, check: word},
				{word: "burst-size-limit", shape: value, check: word},
			}},
			{word: "if-exceeding-pps", shape: holder, kids: []statement{
				{word: "pps-limit", shape: value, check: word},
				{word: "packet-burst", shape: value, check: word},
			}},
			{word: "then", shape: holder, kids: []statement{{word: "discard", shape: flag}}},
		}},
		filter(prefix4, inetWords()),
	}}
}

func inetWords() []statement {
	return []statement{{word: "is-fragment", shape: flag}, {word: "protocol", shape: several, check: protocol}}
}

func inet6Words() []statement {
	return []statement{
		{word: "next-header", shape: several, check: protocol},
		{word: "payload-protocol", shape: several, check: protocol},
	}
}

func filter(address check, protocols []statement) statement {
	addresses := func(word string) statement {
		return items(word, address)
	}
	from := []statement{
		addresses("address"), addresses("source-address"), addresses("destination-address"),
		items("prefix-list", name), items("source-prefix-list", name), items("destination-prefix-list", name),
	}
	from = append(from, protocols...)
	from = append(from,
		statement{word: "port", shape: several, check: port},
		statement{word: "source-port", shape: several, check: port},
		statement{word: "destination-port", shape: several, check: port},
		statement{word: "source-port-except", shape: several, check: port},
		statement{word: "destination-port-except", shape: several, check: port},
		statement{word: "tcp-established", shape: flag},
		statement{word: "tcp-initial", shape: flag},
		statement{word: "icmp-type", shape: several, check: word},
		statement{word: "icmp-code", shape: several, check: word},
	)
	// Actions that end a term drive each other out [SAMPLE, vJunos: the last of a family wins].
	then := []statement{
		{word: "policer", shape: value, check: name},
		{word: "prefix-action", shape: value, check: name},
		{word: "count", shape: value, check: name},
		{word: "log", shape: flag},
		{word: "syslog", shape: flag},
		{word: "sample", shape: flag},
		{word: "accept", shape: flag, choice: "end"},
		{word: "discard", shape: flag, choice: "end"},
		{word: "reject", shape: maybe, check: word, choice: "end"},
		{word: "next", name: "term", shape: flag, choice: "end"},
	}
	return statement{word: "filter", shape: named, check: name, kids: []statement{
		{word: "interface-specific", shape: flag},
		{word: "term", shape: named, check: name, kids: []statement{
			{word: "from", shape: holder, kids: from},
			{word: "then", shape: holder, kids: then},
		}},
	}}
}

// items is "word { X; Y except; }".
func items(word string, c check) statement {
	return statement{word: word, shape: holder, kids: []statement{
		{shape: named, check: c, inline: true, kids: []statement{{word: "except", shape: flag}}},
	}}
}

// match is the statement that the tokens begin: its word in full, or where no word fits a name
// that stands alone. On a terminal as much of a word as leaves no doubt will do [K].
func match(rules []statement, tokens []token, p purpose) (rule *statement, ambiguous bool) {
	first := tokens[0].text
	var short []*statement
	for i := range rules {
		r := &rules[i]
		second := r.name == "" || len(tokens) < 2 || tokens[1].text == r.name
		switch {
		case r.word == "" || !second:
		case r.word == first:
			return r, false
		case p.typed() && strings.HasPrefix(r.word, first):
			short = append(short, r)
		}
	}
	for i := range rules {
		if rules[i].word == "" {
			if _, fault := rules[i].check(first); fault == "" || first == "[" {
				return &rules[i], false
			}
		}
	}
	if len(short) == 1 {
		return short[0], false
	}
	return nil, len(short) > 1
}

// rank is the place of a statement in its table; what is not in it comes last.
func rank(rules []statement, rule *statement) int {
	if rule == nil {
		return len(rules)
	}
	return slices.IndexFunc(rules, func(r statement) bool { return r.word == rule.word && r.name == rule.name })
}
