package cisco

import (
	"net/netip"
	"strconv"
	"strings"
)

// Names is the words that a router knows for numbers. It prints the word where there is one.
type Names struct {
	TCP, UDP, Protocols map[int]string
}

// IOSNames is what IOS and IOS-XE know. 22, 443, 465 and 587 have no name there
// [MODEL: the XE ACL model; SAMPLE: captured configurations].
func IOSNames() Names {
	return Names{
		TCP: map[int]string{7: "echo", 9: "discard", 13: "daytime", 19: "chargen", 20: "ftp-data", 21: "ftp",
			23: "telnet", 25: "smtp", 37: "time", 43: "whois", 49: "tacacs", 53: "domain", 70: "gopher",
			79: "finger", 80: "www", 101: "hostname", 109: "pop2", 110: "pop3", 111: "sunrpc", 113: "ident",
			119: "nntp", 179: "bgp", 194: "irc", 496: "pim-auto-rp", 512: "exec", 513: "login", 514: "cmd",
			515: "lpd", 517: "talk", 540: "uucp", 543: "klogin", 544: "kshell"},
		UDP: map[int]string{7: "echo", 9: "discard", 37: "time", 42: "nameserver", 49: "tacacs", 53: "domain",
			67: "bootps", 68: "bootpc", 69: "tftp", 111: "sunrpc", 123: "ntp", 137: "netbios-ns",
			138: "netbios-dgm", 139: "netbios-ss", 161: "snmp", 162: "snmptrap", 177: "xdmcp", 195: "dnsix",
			434: "mobile-ip", 496: "pim-auto-rp", 500: "isakmp", 512: "biff", 513: "who", 514: "syslog",
			517: "talk", 520: "rip", 4500: "non500-isakmp"},
		Protocols: map[int]string{1: "icmp", 2: "igmp", 4: "ipinip", 6: "tcp", 17: "udp", 47: "gre",
			50: "esp", 51: "ahp", 88: "eigrp", 89: "ospf", 94: "nos", 103: "pim", 108: "pcp", 132: "sctp"},
	}
}

// XRNames is what IOS-XR knows. A captured 7.1.1 configuration prints https [SAMPLE]; ssh stands
// in an older show access-lists [SAMPLE].
func XRNames() Names {
	n := IOSNames()
	n.TCP[22], n.TCP[443] = "ssh", "https"
	n.Protocols[58] = "icmpv6"
	return n
}

func (n Names) ports(protocol int) map[int]string {
	if protocol == 17 {
		return n.UDP
	}
	return n.TCP
}

func (n Names) port(protocol, number int) string {
	if name := n.ports(protocol)[number]; name != "" {
		return name
	}
	return strconv.Itoa(number)
}

// number finds what a word means, cut short or not; -1 if nothing or not one thing.
func number(names map[int]string, word string, most int) int {
	if n, err := strconv.Atoi(word); err == nil && n >= 0 && n <= most {
		return n
	}
	word = strings.ToLower(word)
	found := -1
	for n, name := range names {
		if name == word {
			return n
		}
		if strings.HasPrefix(name, word) {
			if found >= 0 {
				return -1
			}
			found = n
		}
	}
	return found
}

func isIPv4(word string) bool {
	a, err := netip.ParseAddr(word)
	return err == nil && a.Is4()
}
