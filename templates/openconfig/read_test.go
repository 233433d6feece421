package openconfig

import (
	"fmt"
	"strings"
	"testing"

	"op25b/acl"
)

// printed is a config for people, without line numbers.
func printed(c acl.Config) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, strings.TrimRight(format, " ")+"\n", args...) }
	if c.Hostname != "" {
		line("host %s", c.Hostname)
	}
	if len(c.Interfaces) > 0 {
		line("interfaces %s", strings.Join(c.Interfaces, " "))
	}
	for _, g := range c.Groups {
		var all []string
		for _, p := range g.Addresses.Prefixes(g.Family) {
			all = append(all, p.String())
		}
		line("set %s %s: %s%s", g.Name, g.Family, strings.Join(all, " "), doubt(g.Unmodelled))
	}
	for _, l := range c.Lists {
		line("list %s %s", l.Name, l.Family)
		for _, e := range l.Entries {
			line("  %d %s%s", e.Sequence, entryText(e), doubt(e.Unmodelled))
		}
		line("  end %s", l.End)
	}
	for _, x := range c.Bindings {
		line("bind %s: %s", x.Point(), strings.TrimSpace(strings.Join(x.Lists, " ")+" "+x.Tail)+doubt(x.Unmodelled))
	}
	for _, r := range c.References {
		line("used %s by %s", r.Name, r.Place.Text)
	}
	for _, p := range c.Unread {
		line("unread %s: %s", p.Text, p.Why)
	}
	return b.String()
}

func doubt(why string) string {
	if why == "" {
		return ""
	}
	return " ? " + why
}

// entryText is what an entry matches and does, with its groups by name.
func entryText(e acl.Entry) string {
	unknown := e.Unmodelled != ""
	e.Unmodelled = ""
	s := e.Spelled(func(string) bool { return true })
	if unknown {
		s = "at most " + s
	}
	return s
}

// entryOf is a document with one entry, of which the parts behind its number are given.
func entryOf(family, parts string) string {
	return `{"openconfig-acl:acl": {"acl-sets": {"acl-set": [{"name": "L", "type": "ACL_IPV` + family + `", "config": {"name": "L", "type": "ACL_IPV` + family + `"},
 "acl-entries": {"acl-entry": [{"sequence-id": 10, "config": {"sequence-id": 10}, ` + parts + `}]}}]}},
 "openconfig-defined-sets:defined-sets": {
  "ipv4-prefix-sets": {"ipv4-prefix-set": [
   {"name": "TWO", "config": {"name": "TWO", "prefix": ["192.0.2.0/24", "198.51.100.0/24"], "exclude-prefix": ["192.0.2.128/25"]}},
   {"name": "null", "config": {"name": "null", "prefix": ["192.0.2.99/32"]}},
   {"name": "NONE", "config": {"name": "NONE"}},
   {"name": "ODD", "config": {"name": "ODD", "prefix": ["192.0.2.0/24"], "mode": "IPV4"}}]},
  "port-sets": {"port-set": [
   {"name": "MAIL", "config": {"name": "MAIL", "port": [25, "465..587"], "exclude-port": [500]}},
   {"name": "ALL", "config": {"name": "ALL", "port": ["0..65535"]}},
   {"name": "null", "config": {"name": "null", "port": [25]}},
   {"name": "EMPTY", "config": {"name": "EMPTY", "port": [25], "exclude-port": ["20..30"]}}]}}}`
}

const accept = `"actions": {"config": {"forwarding-action": "ACCEPT"}}`
const drop = `"actions": {"config": {"forwarding-action": "DROP"}}`

// TestEntries is one entry after the other, as devices may print them, and what it means.
func TestEntries(t *testing.T) {
	tcp := `"ipv4": {"config": {"protocol": "IP_TCP"}}, `
	for _, c := range []struct{ what, family, parts, want string }{
		{"everything", "4", accept, "permit ipv4 any -> any"},
		{"empty containers say nothing", "4", `"ipv4": {"config": {}, "state": {"dscp": 3}}, "ipv6": {"config": {}}, "l2": {}, "transport": {}, ` + accept, "permit ipv4 any -> any"},
		{"state says nothing", "4", `"state": {"matched-packets": "12"}, "ipv4": {"state": {"protocol": 6}}, ` + drop, "deny ipv4 any -> any"},
		{"addresses with bits behind the length", "4", `"ipv4": {"config": {"source-address": "192.0.2.77/24", "destination-address": "0.0.0.0/0"}}, ` + drop, "deny ipv4 192.0.2.0/24 -> any"},
		{"a vendor's prefix on every word", "4", `"x-acl:ipv4": {"x-acl:config": {"x-acl:protocol": "oc-pkt-match-types:IP_UDP"}}, "x-acl:actions": {"config": {"x:forwarding-action": "oc-acl:REJECT"}}`, "deny udp any -> any"},
		{"a protocol by number", "4", `"ipv4": {"config": {"protocol": 6}}, ` + drop, "deny tcp any -> any"},
		{"a protocol by number in quotes", "4", `"ipv4": {"config": {"protocol": "6"}}, ` + drop, "deny tcp any -> any"},
		{"a protocol by identity", "4", `"ipv4": {"config": {"protocol": "openconfig-packet-match-types:IP_GRE"}}, ` + drop, "deny 47 any -> any"},
		{"a port", "4", tcp + `"transport": {"config": {"destination-port": 25}}, ` + drop, "deny tcp any -> any port 25"},
		{"a port in quotes", "4", tcp + `"transport": {"config": {"destination-port": "25"}}, ` + drop, "deny tcp any -> any port 25"},
		{"a range", "4", tcp + `"transport": {"config": {"source-port": "1024..65535", "destination-port": "20..30"}}, ` + drop, "deny tcp any port 1024-65535 -> any port 20-30"},
		{"any port", "4", tcp + `"transport": {"config": {"destination-port": "ANY"}}, ` + drop, "deny tcp any -> any"},
		{"a permit with ports lets later fragments in", "4", tcp + `"transport": {"config": {"destination-port": 25}}, ` + accept, "permit tcp any -> any port 25 and tcp any -> any later fragments"},
		{"a port-set", "4", tcp + `"transport": {"config": {"destination-port-set": "MAIL"}}, ` + drop, "deny tcp any -> any port 25,465-499,501-587"},
		{"a prefix-set", "4", `"ipv4": {"config": {"source-address-prefix-set": "TWO"}}, ` + drop, "deny ipv4 @TWO -> any"},
		{"log", "4", `"actions": {"config": {"forwarding-action": "DROP", "log-action": "openconfig-acl:LOG_SYSLOG"}}`, "deny ipv4 any -> any log"},
		{"no log", "4", `"actions": {"config": {"forwarding-action": "DROP", "log-action": "LOG_NONE"}}`, "deny ipv4 any -> any"},
		{"established", "4", tcp + `"transport": {"config": {"detail-mode": "BUILTIN", "builtin-detail": "TCP_ESTABLISHED"}}, ` + drop, "deny tcp any -> any fragment-class 0-1 established"},
		{"initial", "4", tcp + `"transport": {"config": {"detail-mode": "BUILTIN", "builtin-detail": "TCP_INITIAL"}}, ` + drop, "deny tcp any -> any fragment-class 0-1 syn"},
		{"ACK or RST", "4", tcp + `"transport": {"config": {"detail-mode": "EXPLICIT", "explicit-detail-match-mode": "ANY", "explicit-tcp-flags": ["TCP_RST", "oc-pkt-match-types:TCP_ACK"]}}, ` + drop, "deny tcp any -> any fragment-class 0-1 established"},
		{"later fragments", "4", `"transport": {"config": {"detail-mode": "BUILTIN", "builtin-detail": "FRAGMENT"}}, ` + drop, "deny ipv4 any -> any later fragments"},
		{"all offsets behind the first", "4", `"ipv4": {"config": {"fragment-offsets": ["1..8191"]}}, ` + drop, "deny ipv4 any -> any later fragments"},
		{"the offset zero", "4", `"ipv4": {"config": {"fragment-offsets": [0]}}, ` + drop, "deny ipv4 any -> any fragment-class 0-1"},
		{"any offset", "4", `"ipv4": {"config": {"fragment-offsets": ["ANY"]}}, ` + drop, "deny ipv4 any -> any"},
		{"IPv6", "6", `"ipv6": {"config": {"source-address": "2001:db8::/32", "protocol": "IP_TCP"}}, "transport": {"config": {"destination-port": 25}}, ` + drop, "deny tcp 2001:db8::/32 -> any port 25"},

		{"no action", "4", tcp + `"actions": {"config": {}}`, "at most unknown tcp any -> any ? no forwarding-action"},
		{"no actions at all", "4", `"ipv4": {"config": {"protocol": 6}}`, "at most unknown tcp any -> any ? no forwarding-action"},
		{"an action nobody knows", "4", `"actions": {"config": {"forwarding-action": "x:POLICE"}}`, "at most unknown ipv4 any -> any ? forwarding-action x:POLICE"},
		{"an action besides", "4", `"actions": {"config": {"forwarding-action": "ACCEPT", "x:redirect": "Null0"}}`, "at most permit ipv4 any -> any ? the action redirect"},
		{"another container of actions", "4", `"actions": {"config": {"forwarding-action": "ACCEPT"}, "x:pbr": {"next-hop": "192.0.2.1"}}`, "at most permit ipv4 any -> any ? the action pbr"},
		{"dscp narrows", "4", `"ipv4": {"config": {"source-address": "192.0.2.0/24", "dscp": 0}}, ` + accept, "at most permit ipv4 192.0.2.0/24 -> any ? dscp"},
		{"dscp-set narrows", "4", `"ipv4": {"config": {"dscp-set": [1, 2]}}, ` + accept, "at most permit ipv4 any -> any ? dscp-set"},
		{"hop-limit narrows", "6", `"ipv6": {"config": {"hop-limit": 255, "destination-address": "2001:db8::/32"}}, ` + accept, "at most permit ipv6 any -> 2001:db8::/32 ? hop-limit"},
		{"length narrows", "4", `"ipv4": {"config": {"length": 40}}, ` + drop, "at most deny ipv4 any -> any ? length"},
		{"a flow label narrows", "6", `"ipv6": {"config": {"source-flow-label": 1}}, ` + drop, "at most deny ipv6 any -> any ? source-flow-label"},
		{"icmp narrows", "4", `"ipv4": {"config": {"protocol": "IP_ICMP"}, "icmpv4": {"config": {"type": "ECHO"}}}, ` + accept, "at most permit icmp any -> any ? icmpv4"},
		{"an interface narrows", "4", `"input-interface": {"interface-ref": {"config": {"interface": "Ethernet1"}}}, ` + drop, "at most deny ipv4 any -> any ? input-interface"},
		{"a MAC address narrows", "4", `"l2": {"config": {"source-mac": "00:00:5e:00:53:01"}}, ` + drop, "at most deny ipv4 any -> any ? l2"},
		{"labels narrow", "4", `"mpls": {"config": {"ttl-value": 1}}, ` + drop, "at most deny ipv4 any -> any ? mpls"},
		{"the old tcp-flags narrow", "4", tcp + `"transport": {"config": {"tcp-flags": ["TCP_SYN"], "destination-port": 25}}, ` + accept,
			"at most permit tcp any -> any port 25 and tcp any -> any later fragments ? tcp-flags"},
		{"all of some flags narrow", "4", tcp + `"transport": {"config": {"detail-mode": "EXPLICIT", "explicit-detail-match-mode": "ALL", "explicit-tcp-flags": ["TCP_RST", "TCP_ACK"]}}, ` + drop, "at most deny tcp any -> any ? TCP flags"},
		{"a built-in detail without its mode", "4", tcp + `"transport": {"config": {"builtin-detail": "TCP_ESTABLISHED"}}, ` + drop, "at most deny tcp any -> any ? TCP flags"},
		{"established without TCP", "4", `"transport": {"config": {"detail-mode": "BUILTIN", "builtin-detail": "TCP_ESTABLISHED"}}, ` + drop, "at most deny ipv4 any -> any ? TCP flags without protocol TCP"},
		{"ports of later fragments", "4", tcp + `"transport": {"config": {"detail-mode": "BUILTIN", "builtin-detail": "FRAGMENT", "destination-port": 25}}, ` + drop,
			"at most deny tcp any -> any port 25 later fragments and tcp any -> any later fragments ? ports of later fragments"},
		{"some offsets", "4", `"ipv4": {"config": {"fragment-offsets": ["1..100"]}}, ` + drop, "at most deny ipv4 any -> any later fragments ? some fragment-offsets"},
		{"offsets that are none", "4", `"ipv4": {"config": {"fragment-offsets": ["1-100"]}}, ` + drop, "at most deny ipv4 any -> any ? fragment-offsets"},
		{"ports of any protocol", "4", `"transport": {"config": {"destination-port": 25}}, ` + drop,
			"at most deny ipv4 any -> any port 25 and ipv4 any -> any later fragments ? ports without a protocol that has them"},
		{"a port by name", "4", tcp + `"transport": {"config": {"destination-port": "SMTP"}}, ` + drop, "at most deny tcp any -> any ? destination-port SMTP"},
		{"a port that is none", "4", tcp + `"transport": {"config": {"destination-port": 70000}}, ` + drop, "at most deny tcp any -> any ? destination-port 70000"},
		{"a port with a fraction", "4", tcp + `"transport": {"config": {"destination-port": 25.0}}, ` + drop, "at most deny tcp any -> any ? destination-port 25.0"},
		{"a range backwards", "4", tcp + `"transport": {"config": {"destination-port": "30..20"}}, ` + drop, "at most deny tcp any -> any ? destination-port 30..20"},
		{"a port and a port-set", "4", tcp + `"transport": {"config": {"destination-port": 25, "destination-port-set": "MAIL"}}, ` + drop, "at most deny tcp any -> any ? destination-port beside a port-set"},
		{"a port-set that is not there", "4", tcp + `"transport": {"config": {"destination-port-set": "GONE"}}, ` + drop, "at most deny tcp any -> any ? the port-set GONE"},
		{"all ports as a range", "4", tcp + `"transport": {"config": {"destination-port": "0..65535"}}, ` + drop, "at most deny tcp any -> any ? destination-port 0..65535"},
		{"all ports as a port-set", "4", tcp + `"transport": {"config": {"source-port-set": "ALL"}}, ` + drop, "at most deny tcp any -> any ? the port-set ALL"},
		{"a port-set that is called null", "4", tcp + `"transport": {"config": {"source-port-set": "null"}}, ` + drop, "deny tcp any port 25 -> any"},
		{"a prefix-set that is called null", "4", `"ipv4": {"config": {"source-address-prefix-set": "null"}}, ` + drop, "deny ipv4 @null -> any"},
		{"a port that is null", "4", tcp + `"transport": {"config": {"source-port": null}}, ` + drop, "at most deny tcp any -> any ? source-port "},
		{"containers that are null", "4", `"ipv4": null, "transport": null, "l2": null, ` + accept, "permit ipv4 any -> any"},
		{"a word of value null", "4", tcp + `"transport": {"config": {"x:mode": "null"}}, ` + accept, "at most permit ipv4 any -> any ? the word mode"},
		{"a word that is null", "4", tcp + `"transport": {"config": {"x:mode": null}}, ` + accept, "at most permit ipv4 any -> any ? the word mode"},
		{"a word of type empty", "4", tcp + `"transport": {"config": {"x:established": [null]}}, ` + accept, "at most permit ipv4 any -> any ? the word established"},
		{"a word of type empty beside the addresses", "4", `"ipv4": {"config": {"x:options": [null]}}, ` + accept, "at most permit ipv4 any -> any ? the word options"},
		{"a container that says something by being there", "4", tcp + `"transport": {"config": {"x:established": {}}}, ` + accept, "at most permit ipv4 any -> any ? the word established"},
		{"a leaf that is called state", "4", tcp + `"transport": {"config": {"x:state": "ESTABLISHED"}}, ` + accept, "at most permit ipv4 any -> any ? the word state"},
		{"a leaf of an entry that is called state", "4", `"x:state": "disabled", ` + accept, "at most permit ipv4 any -> any ? the word state"},
		{"a protocol of another module", "4", `"ipv4": {"config": {"protocol": "x:IP_TCP"}}, ` + drop, "at most deny ipv4 any -> any ? the protocol x:IP_TCP"},
		{"an action of another module", "4", `"actions": {"config": {"forwarding-action": "x:DROP"}}`, "at most unknown ipv4 any -> any ? forwarding-action x:DROP"},
		{"flags of another module", "4", tcp + `"transport": {"config": {"detail-mode": "EXPLICIT", "explicit-detail-match-mode": "ANY", "explicit-tcp-flags": ["TCP_RST", "x:TCP_ACK"]}}, ` + drop, "at most deny tcp any -> any ? TCP flags"},
		{"a port-set of nothing", "4", tcp + `"transport": {"config": {"destination-port-set": "EMPTY"}}, ` + drop, "at most deny tcp any -> any ? the port-set EMPTY"},
		{"a prefix-set that is not there", "4", `"ipv4": {"config": {"source-address-prefix-set": "GONE"}}, ` + drop, "at most deny ipv4 @GONE -> any ? the prefix-set GONE"},
		{"a prefix-set of nothing", "4", `"ipv4": {"config": {"source-address-prefix-set": "NONE"}}, ` + drop, "at most deny ipv4 @NONE -> any ? the prefix-set NONE"},
		{"a prefix-set with a word that is not known", "4", `"ipv4": {"config": {"source-address-prefix-set": "ODD"}}, ` + drop, "at most deny ipv4 @ODD -> any ? the prefix-set ODD"},
		{"a prefix and a prefix-set", "4", `"ipv4": {"config": {"source-address": "192.0.2.0/24", "source-address-prefix-set": "TWO"}}, ` + drop, "at most deny ipv4 any -> any ? source-address beside a prefix-set"},
		{"an address without its length", "4", `"ipv4": {"config": {"source-address": "192.0.2.1"}}, ` + drop, "at most deny ipv4 any -> any ? source-address 192.0.2.1"},
		{"an address of the other family", "4", `"ipv4": {"config": {"source-address": "2001:db8::/32"}}, ` + drop, "at most deny ipv4 any -> any ? source-address 2001:db8::/32"},
		{"several addresses", "4", `"ipv4": {"config": {"source-address": ["192.0.2.0/24"]}}, ` + drop, "at most deny ipv4 any -> any ? source-address "},
		{"the protocol zero", "4", `"ipv4": {"config": {"protocol": 0}}, ` + drop, "at most deny ipv4 any -> any ? the protocol 0"},
		{"a protocol nobody knows", "4", `"ipv4": {"config": {"protocol": "IP_QUIC"}}, ` + drop, "at most deny ipv4 any -> any ? the protocol IP_QUIC"},
		{"a protocol with a sign", "4", `"ipv4": {"config": {"protocol": "+6"}}, ` + drop, "at most deny ipv4 any -> any ? the protocol +6"},
		{"ICMP in IPv6", "6", `"ipv6": {"config": {"protocol": "IP_ICMP"}}, ` + drop, "at most deny ipv6 icmp,icmpv6 any -> any ? the protocol ICMP of IPv4"},
		{"an extension header", "6", `"ipv6": {"config": {"protocol": "IP_AUTH"}}, ` + drop, "at most deny ipv6 any -> any ? the protocol IP_AUTH"},
		{"a word that is not known may widen", "4", `"ipv4": {"config": {"source-address": "192.0.2.0/24", "x:source-wildcard": "0.0.0.255"}}, ` + accept, "at most permit ipv4 any -> any ? the word source-wildcard"},
		{"a container that is not known may widen", "4", `"ipv4": {"config": {"source-address": "192.0.2.0/24"}}, "x:not": {"a": 1}, ` + accept, "at most permit ipv4 any -> any ? the word not"},
		{"a word of another module with a known name", "4", `"ipv4": {"config": {"source-address": "192.0.2.0/24", "x:source-address": "0.0.0.0/0"}}, ` + accept, "at most permit ipv4 any -> any ? the word source-address"},
		{"a word in the transport", "4", tcp + `"transport": {"config": {"x:urg": true}}, ` + accept, "at most permit ipv4 any -> any ? the word urg"},
		{"the other family's fields", "4", `"ipv6": {"config": {"protocol": 6}}, ` + drop, "at most deny ipv4 any -> any ? ipv6 in a set of type ACL_IPV4"},
		{"the other family's fields", "6", `"ipv4": {"config": {"protocol": 6}}, ` + drop, "at most deny ipv6 any -> any ? ipv4 in a set of type ACL_IPV6"},
		{"a config that is a word", "4", `"ipv4": {"config": "all"}, ` + drop, "at most deny ipv4 any -> any ? the word config"},
	} {
		got := parsed(t, entryOf(c.family, c.parts))
		if len(got.Lists) != 1 || len(got.Lists[0].Entries) != 1 || len(got.Unread) > 0 {
			t.Fatalf("%s: %s", c.what, printed(got))
		}
		e := got.Lists[0].Entries[0]
		if s := entryText(e) + doubt(e.Unmodelled); s != c.want {
			t.Errorf("%s: %s\ngot:  %s\nwant: %s", c.what, c.parts, s, c.want)
		}
	}
}
