package rtx

import (
	"regexp"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// An RTX has no counters, and no hardware that a filter might not fit into. Its log is all that it
// tells: 2005/01/31 02:00:00: PP[01] Rejected at OUT(default) filter: TCP 203.0.113.5:1025 > 198.51.100.3:25.
// A number stands in the place of "default" where a filter rejected the packet. It says so only with
// `syslog notice on`. [captured logs; DOC RTX command reference] How it writes an IPv6 packet is
// not confirmed.
var byDefault = regexp.MustCompile(`\b(LAN\d+|VLAN\d+|BRIDGE\d+|PP\[\d+\]|TUNNEL\[\d+\]) Rejected at (IN|OUT)\(default\) filter: \S+ (?:(\d{1,3}\.)|[0-9A-Fa-f]{0,4}:)`)

// dropped reads a line about a packet that no filter of a list took. The console may have broken
// it anywhere behind the first figures of the packet's source, which tell the family.
func dropped(line string) (at acl.Point, is bool) {
	m := byDefault.FindStringSubmatch(line)
	if m == nil {
		return acl.Point{}, false
	}
	at = acl.Point{Interface: logged(m[1]), Direction: acl.Direction(strings.ToLower(m[2])), Family: packet.V6}
	if m[3] != "" {
		at.Family = packet.V4
	}
	return at, true
}

// logged is an interface of the log in the words of the configuration: LAN2 is lan2, PP[01] is
// pp 1.
func logged(name string) string {
	kind, number, bracket := strings.Cut(strings.ToLower(strings.TrimSuffix(name, "]")), "[")
	if !bracket {
		return kind
	}
	return kind + " " + strings.TrimLeft(number, "0")
}
