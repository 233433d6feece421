package junos

import (
	"strings"
	"testing"

	"op25b/acl"
)

// lists are what the terms of TestTerm may refer to.
const lists = `set policy-options prefix-list POOL 203.0.113.0/24
set policy-options prefix-list FIXED 203.0.113.128/29
set policy-options prefix-list NONE
set policy-options prefix-list PATH apply-path "interfaces <*> unit <*> family inet address <*>"
set policy-options prefix-list SIX 2001:db8::/32
set policy-options prefix-list BOTH 198.51.100.9/28
set policy-options prefix-list BOTH 2001:db8:9::/48
`

// TestTerm says what one term of a filter means. "?" begins what keeps it from being known;
// before it stands what it matches at most.
func TestTerm(t *testing.T) {
	for _, c := range []struct{ family, term, want string }{
		// actions
		{"inet", "then discard", "deny ipv4 any -> any"},
		{"inet", "then reject tcp-reset", "deny ipv4 any -> any"},
		{"inet", "then count x", "permit ipv4 any -> any"},
		{"inet", "then policer P", "permit ipv4 any -> any"},
		{"inet", "from protocol tcp", "permit tcp any -> any"},
		{"inet", "then log; then accept", "permit ipv4 any -> any log"},
		{"inet", "then next term", "next ipv4 any -> any"},
		{"inet", "then routing-instance V", "permit ipv4 any -> any ? the action routing-instance is not modelled"},
		{"inet", "then", "permit ipv4 any -> any ? then without an action: the line may be cut"},
		{"inet", "then accept; then discard", "deny ipv4 any -> any ? more than one of accept, discard"},
		{"inet", "filter OTHER", "permit ipv4 any -> any ? filter of a term is not understood"},
		// ports and protocols: nothing is implied
		{"inet", "from destination-port smtp; then discard", "deny ipv4 any -> any port 25"},
		{"inet", "from protocol tcp; from destination-port 25; then discard", "deny tcp any -> any port 25"},
		{"inet", "from protocol [ tcp udp ]; from destination-port [ 25 587-588 bgp ]; then discard", "deny tcp,udp any -> any port 25,179,587-588"},
		{"inet", "from port 25; then discard", "deny ipv4 any port 25 -> any and ipv4 any -> any port 25"},
		{"inet", "from protocol-except tcp; then discard", "deny 0-5,7-255 any -> any"},
		{"inet", "from protocol tcp; from destination-port-except 25; then discard", "deny tcp any -> any port 0-24,26-65535"},
		{"inet", "from source-port 1024-65535; then accept", "permit ipv4 any port 1024-65535 -> any"},
		{"inet", "from destination-port submission; then discard", "deny ipv4 any -> any ? submission in destination-port is not understood"},
		{"inet", "from destination-port 26-25; then discard", "deny ipv4 any -> any ? 26-25 in destination-port is not understood"},
		{"inet", "from protocol 256; then discard", "deny ipv4 any -> any ? 256 in protocol is not understood"},
		{"inet", "from destination-port; then discard", "deny ipv4 any -> any ? destination-port has no value: the line may be cut"},
		{"inet", "from payload-protocol tcp; then discard", "deny ipv4 any -> any ? the condition payload-protocol is not modelled"},
		{"inet6", "from protocol tcp; then discard", "deny ipv6 any -> any ? the condition protocol is not modelled"},
		{"inet6", "from payload-protocol tcp; then discard", "deny ipv6 tcp any -> any"},
		{"inet6", "from next-header tcp; from destination-port 25; then discard", "deny ipv6 tcp any -> any port 25 fragment-class 0"},
		{"inet6", "from next-header fragment; then discard", "deny ipv6 any -> any ? a header that is no payload protocol in next-header is not modelled"},
		// TCP flags and fragments
		{"inet", "from protocol tcp; from tcp-established; then accept", "permit tcp any -> any fragment-class 0-1 established"},
		{"inet", `from protocol tcp; from tcp-flags "(syn & !ack)"; then accept`, "permit tcp any -> any fragment-class 0-1 syn"},
		{"inet", "from protocol tcp; from tcp-flags syn; then accept", "permit tcp any -> any ? these tcp-flags are not modelled"},
		{"inet", "from tcp-initial; then accept", "permit ipv4 any -> any ? tcp-initial without protocol tcp tests the bytes of other protocols too"},
		{"inet", "from is-fragment; then discard", "deny ipv4 any -> any later fragments"},
		{"inet", "from first-fragment; then discard", "deny ipv4 any -> any fragment-class 1"},
		{"inet", "from fragment-offset 1-8191; then discard", "deny ipv4 any -> any later fragments"},
		{"inet", "from fragment-offset 0; then discard", "deny ipv4 any -> any ? the condition fragment-offset is not modelled"},
		{"inet", "from is-fragment; from destination-port 25; then discard", "deny ipv4 any -> any port 25 later fragments ? ports or TCP flags of later fragments are not modelled"},
		{"inet", "from protocol icmp; from icmp-type 8; then accept", "permit icmp any -> any ? the condition icmp-type is not modelled"},
		// addresses: longest match
		{"inet", "from source-address 203.0.112.0/22; from source-address 203.0.113.64/26 except; from source-address 203.0.113.64/28; then discard",
			"deny ipv4 203.0.112.0-203.0.113.79,203.0.113.128/25,203.0.114.0/23 -> any"},
		{"inet", "from source-prefix-list POOL; from source-prefix-list FIXED except; then discard", "deny ipv4 203.0.113.0/25,203.0.113.136-203.0.113.255 -> any"},
		{"inet", "from source-prefix-list POOL; from source-address 192.0.2.1; then discard", "deny ipv4 192.0.2.1,203.0.113.0/24 -> any"},
		{"inet", "from source-prefix-list POOL; from destination-prefix-list FIXED; then discard", "deny ipv4 @POOL -> @FIXED"},
		{"inet", "from source-prefix-list NONE; from source-prefix-list POOL; then discard", "deny ipv4 203.0.113.0/24 -> any"},
		{"inet", "from source-prefix-list NONE except; from source-prefix-list POOL; then discard", "deny ipv4 203.0.113.0/24 -> any"},
		{"inet", "from source-prefix-list NONE except; then discard", "deny ipv4 any -> any ? a list with nothing but except"},
		{"inet", "from source-prefix-list FIXED except; then discard", "deny ipv4 any -> any ? a list with nothing but except"},
		{"inet", "from source-prefix-list FIXED except; from source-address 0.0.0.0/0; then discard", "deny ipv4 any except 203.0.113.128/29 -> any"},
		{"inet", "from source-prefix-list NONE; from source-prefix-list FIXED except; then discard", "deny ipv4 any -> any ? a list with nothing but except"},
		{"inet", "from source-prefix-list POOL; from source-address 203.0.113.0/24 except; then discard", "deny ipv4 any -> any ? a prefix stands there both with and without except"},
		{"inet", "from source-prefix-list GONE; then discard", "deny ipv4 any -> any ? the prefix-list GONE is not in the text"},
		{"inet", "from source-prefix-list PATH; then discard", "deny ipv4 any -> any ? the prefix-list PATH is not known: apply-path: the router collects the prefixes itself"},
		{"inet", "from source-prefix-list SIX; then discard", "deny ipv4 any -> any ? the prefix-list SIX has no ipv4 prefix"},
		{"inet", "from source-prefix-list BOTH; then discard", "deny ipv4 @BOTH -> any"},
		{"inet6", "from source-prefix-list BOTH; then discard", "deny ipv6 @BOTH -> any"},
		{"inet", "from source-address; then discard", "deny ipv4 any -> any ? source-address has no item"},
		{"inet", "from source-address 2001:db8::/32; then discard", "deny ipv4 any -> any ? the address 2001:db8::/32 is not ipv4"},
		{"inet", "from source-address 203.0.113.1/24; then discard", "deny ipv4 any -> any ? the address 203.0.113.1/24 has host bits: a router refuses it"},
		{"inet6", "from source-address 2001:db8::1/32; then discard", "deny ipv6 2001:db8::/32 -> any"},
		{"inet", "from source-address 203.0.113.1/255.255.255.254; then discard", "deny ipv4 203.0.113.0/31 -> any"},
		{"inet", "from source-address 192.0.0.1/255.254.255.255; then discard", "deny ipv4 192.0.0.1,192.1.0.1 -> any"},
		{"inet", "from source-address 10; then discard", "deny ipv4 any -> any ? the address 10 is not understood"},
		{"inet", "from address 192.0.2.1; then discard", "deny ipv4 192.0.2.1 -> any and ipv4 any -> 192.0.2.1"},
		{"inet", "from prefix-list POOL; from source-address 203.0.113.7; then discard", "deny ipv4 203.0.113.7 -> any and ipv4 203.0.113.7 -> 203.0.113.0/24 ? a filter with address beside"},
		{"inet", "from address 192.0.2.0/24; from address 192.0.2.1 except; then discard", "deny ipv4 any -> any and ipv4 any -> any ? address with except is not modelled"},
		{"inet", "from dscp ef; from protocol tcp; then discard", "deny tcp any -> any ? the condition dscp is not modelled"},
	} {
		var b strings.Builder
		b.WriteString(lists)
		for _, s := range strings.Split(c.term, "; ") {
			b.WriteString("set firewall family " + c.family + " filter F term T " + s + "\n")
		}
		e := parsed(t, b.String()).Lists[0].Entries[0]
		got := strings.TrimPrefix(entryText(e), "at most ") + doubtText(e.Unmodelled)
		if got != c.want && !(strings.Contains(c.want, "?") && strings.HasPrefix(got, c.want)) {
			t.Errorf("%s %s\n is   %s\n want %s", c.family, c.term, got, c.want)
		}
	}
}

// TestInactive: what is deactivated is as if it were not there, in both forms.
func TestInactive(t *testing.T) {
	const text = `firewall { family inet { filter F {
 term T { from { inactive: protocol tcp; destination-port 25; } then discard; }
 inactive: term U { then accept; }
 term V { from { source-address { inactive: 192.0.2.0/24; } } then accept; }
} inactive: filter G { term T { then accept; } } } }
interfaces { inactive: ge-0/0/1 { unit 0 { family inet { filter { input F; } } } }
 ge-0/0/2 { unit 0 { family inet { filter { inactive: input F; output F; } } } } }`
	want := `interface ge-0/0/2.0
filter F ipv4
  note term U is deactivated
  T: deny ipv4 any -> any port 25
  V: at most permit ipv4 any -> any ? source-address has no item
  end deny
bind ge-0/0/2.0 out ipv4: F 
used F ipv4 (deactivated filter of ge-0/0/1.0 in ipv4)
used F ipv4 (deactivated filter of ge-0/0/2.0 in ipv4)
`
	c, err := Dialect{}.Parse(brokenLines(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := printed(c); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// brokenLines ends a line after every brace and semicolon, as a router does.
func brokenLines(text string) string {
	return strings.NewReplacer("{", "{\n", "}", "}\n", ";", ";\n").Replace(strings.ReplaceAll(text, "\n", " "))
}

// TestUnmodelledStrings: two terms that are not understood are the same only where their texts are.
func TestUnmodelledStrings(t *testing.T) {
	const brace = "firewall {\nfamily inet {\nfilter F {\nterm T {\nfrom {\ndscp %;\n}\nthen accept;\n}\n}\n}\n}\n"
	entry := func(text string) string { return parsed(t, text).Lists[0].Entries[0].String() }
	ef, af := entry(strings.Replace(brace, "%", "ef", 1)), entry(strings.Replace(brace, "%", "af11", 1))
	set := entry("set firewall family inet filter F term T from dscp ef\nset firewall family inet filter F term T then accept\n")
	if ef == af || ef != set {
		t.Errorf("dscp ef is %q in braces, %q in set form; dscp af11 is %q", ef, set, af)
	}
}

// TestInherited: what comes to an interface from elsewhere, and does not stand there, is named.
func TestInherited(t *testing.T) {
	const port, output = "set interfaces ge-0/0/1 unit 0 family inet ", "unit 0 family inet filter output F\n"
	const member, bound = "set groups G interfaces interface-range R member ge-0/0/1\n", "set groups G interfaces interface-range R " + output
	const missing = "interface-range R sets interfaces ge-0/0/1 unit 0 family inet filter"
	for _, c := range []struct{ name, text, lacks string }{
		{"a group that applies a group", "set groups H interfaces ge-0/0/1 " + output + "set groups G apply-groups H\nset apply-groups G\n" + port + "address 192.0.2.1/30\n",
			"group H sets interfaces ge-0/0/1 unit 0 family inet filter"},
		{"a group that applies a group that is not there", "set groups G apply-groups H\nset apply-groups G\n", "group H is not in the text"},
		{"groups that apply each other", "set groups G apply-groups H\nset groups H apply-groups G\nset apply-groups G\n", ""},
		{"an interface-range in a group", member + bound + "set apply-groups G\n" + port + "address 192.0.2.1/30\n", missing},
		{"an interface-range in a group of the interfaces", member + bound + "set interfaces apply-groups G\n", missing},
		{"a range whose members are in a group", member + "set interfaces interface-range R " + output + "set apply-groups G\n" + port + "address 192.0.2.1/30\n", missing},
		{"a group for a range of the text", "set groups G interfaces interface-range <*> " + output + "set interfaces interface-range R member-range ge-0/0/0 to ge-0/0/9\nset apply-groups G\n" + port + "address 192.0.2.1/30\n",
			"interface-range <*> sets interfaces ge-0/0/1 unit 0 family inet filter"},
		{"a member that the text does not have", "set interfaces interface-range R member ge-0/0/1\nset interfaces interface-range R " + output, missing},
		{"a group that nobody applies", member + bound + port + "address 192.0.2.1/30\n", ""},
		{"a range whose members show it", member + bound + "set apply-groups G\n" + port + "filter output F\n", ""},
		{"a range without filters", "set interfaces interface-range R member ge-0/0/1\nset interfaces interface-range R mtu 9192\n", ""},
	} {
		config := parsed(t, c.text)
		switch {
		case c.lacks == "" && len(config.Unread) > 0:
			t.Errorf("%s: %v", c.name, config.Unread)
		case c.lacks != "" && (len(config.Unread) != 1 || !strings.Contains(config.Unread[0].Why, c.lacks)):
			t.Errorf("%s: %v, want %q", c.name, config.Unread, c.lacks)
		}
	}
}

func TestRefusedTexts(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"cut block", "system {\n host-name a;\n}\nfirewall {\n family inet {\n", `line 5: " family inet {": the block that opens here is not closed`},
		{"cut line", "system {\n host-na", "line 2: \" host-na\": the line ends in the middle of a statement"},
		{"cut comment", "/* a\nsystem {\n", "line 1: \"/* a\": this comment is not closed"},
		{"cut list", "a {\n b [ c\n", "a list in brackets is not closed"},
		{"cut string", "set system host-name \"a", "line 1: \"set system host-name \\\"a\": a quoted string is not closed"},
		{"too many braces", "a {\n}\n}\n", "line 3: \"}\": this closes a block that is not open"},
		{"prompt in the text", "set system host-name a\nops@a> \nset system host-name b\n", "line 2: \"ops@a> \": this is not a set or deactivate line"},
		{"pager in the text", "set system host-name a\n---(more)---\n", "line 2: \"---(more)---\": this is not a set"},
		{"change", "set system host-name a\ndelete firewall\n", "line 2: \"delete firewall\": this changes a configuration"},
		{"patch", "firewall {\n delete: filter F;\n}\n", "the tag delete: changes a configuration"},
		{"IOS", "hostname a\ninterface Gi0/0\n", "line 1: \"hostname a\": the line ends in the middle"},
		{"bare set", "set system host-name a\nset\n", "line 2: \"set\": the line ends after its first word"},
		{"too deep", "set" + strings.Repeat(" a", 200), "the line has too many words"},
		{"escape", "set system host-name a\n\x1b[0m\n", "control character 0x1b"},
	} {
		_, err := Dialect{}.Parse(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		if Complete(c.text) == nil {
			t.Errorf("%s: is complete", c.name)
		}
	}
	for _, text := range []string{"", "\n\n", "# nothing\n", "{master:0}\n"} {
		if _, err := (Dialect{}).Parse(text); err != nil || Complete(text) == nil {
			t.Errorf("%q: Parse says %v, Complete says nothing", text, err)
		}
	}
}

// TestTruncation: no text in braces that ends early is complete.
func TestTruncation(t *testing.T) {
	const text = "system {\n    host-name a;\n    x [ b c ];\n}\nfirewall {\n    filter F {\n        term T {\n            then accept; ## x\n        }\n    }\n}\n"
	if err := Complete(text); err != nil {
		t.Fatal(err)
	}
	whole := map[int]bool{strings.Index(text, "}\n") + 1: true, strings.Index(text, "}\n") + 2: true, len(text): true, len(text) - 1: true}
	for n := range text {
		if Complete(text[:n]) == nil && !whole[n] {
			t.Errorf("complete: %q", text[:n])
		}
	}
}

// TestLost: a line that deactivates what is not there tells that the text is not whole.
func TestLost(t *testing.T) {
	c := parsed(t, "set system host-name a\ndeactivate firewall family inet filter F term T\ndeactivate protocols bgp group X\n")
	if len(c.Unread) != 1 || c.Unread[0].Line != 2 {
		t.Errorf("unread: %v", c.Unread)
	}
}

func TestUndefinedIsUnknown(t *testing.T) {
	c := parsed(t, "set interfaces ge-0/0/1 unit 0 family inet filter output GONE\n")
	if c.Undefined != acl.Unknown || len(c.Bindings) != 1 {
		t.Errorf("%+v", c)
	}
}
