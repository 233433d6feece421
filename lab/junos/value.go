package junos

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// check is a value as the router keeps it, or what is wrong with it.
type check func(typed string) (kept, fault string)

const syntaxError = "syntax error"

// name is what an operator calls a thing: at most 64 characters, not beginning with two
// underscores [DOC B3.5].
func name(s string) (string, string) {
	s = unquote(s)
	switch {
	case s == "" || strings.ContainsAny(s, "{};[]\""):
		return "", syntaxError
	case len(s) > 64:
		return "", "name must be 64 characters or less" // [K] the wording
	case strings.HasPrefix(s, "__"):
		return "", "name may not begin with '__'" // [K] the wording
	}
	return s, ""
}

// word is any single word.
func word(s string) (string, string) {
	if s == "[" || s == "]" {
		return "", syntaxError
	}
	return s, ""
}

// text is a description: in quotes where it holds more than plain characters [SAMPLE].
func text(s string) (string, string) {
	s = unquote(s)
	if s == "" || strings.ContainsAny(s, " []{};#\"<>") {
		return `"` + s + `"`, ""
	}
	return s, ""
}

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

func number(low, high int) check {
	return func(s string) (string, string) {
		n, err := strconv.Atoi(s)
		if err != nil {
			return "", syntaxError
		}
		if n < low || n > high {
			return "", "Value " + s + " is not within range (" + strconv.Itoa(low) + ".." + strconv.Itoa(high) + ")" // [K]
		}
		return strconv.Itoa(n), ""
	}
}

func interfaceName(s string) (string, string) {
	if !regexp.MustCompile(`^[a-z]+[0-9]*(-[0-9]+/[0-9]+/[0-9]+(:[0-9]+)?)?$`).MatchString(s) || s == "interface" || s == "traceoptions" {
		return "", syntaxError
	}
	return s, ""
}

// prefix is of either family. Without a length it is one address [DOC B3.2]; bits beyond the
// length stay as typed (a prefix-list takes them, vJunos 25.4 [SAMPLE]).
func prefix(s string) (string, string) {
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" || a.Is4In6() {
			return "", syntaxError
		}
		return a.String() + "/" + strconv.Itoa(a.BitLen()), ""
	}
	p, err := netip.ParsePrefix(s)
	if err != nil || p.Addr().Is4In6() {
		return "", syntaxError
	}
	return p.String(), ""
}

// prefix4 is IPv4, also with a mask of any bits: 10.0.1.0/255.0.255.0 [DOC, proof.md 4].
func prefix4(s string) (string, string) {
	address, mask, found := strings.Cut(s, "/")
	if a, err := netip.ParseAddr(address); err != nil || !a.Is4() {
		return "", syntaxError
	}
	if m, err := netip.ParseAddr(mask); found && err == nil && m.Is4() {
		return s, ""
	}
	return prefix(s)
}

func prefix6(s string) (string, string) {
	if !strings.Contains(s, ":") {
		return "", syntaxError
	}
	return prefix(s)
}

// port is a name, a number or a range, and stays as typed [SAMPLE: bgp beside 443].
func port(s string) (string, string) {
	if _, _, ok := portRange(s); !ok {
		return "", syntaxError
	}
	return s, ""
}

func portRange(s string) (low, high int, ok bool) {
	if n, ok := portNumber(s); ok {
		return n, n, true
	}
	a, b, found := strings.Cut(s, "-")
	low, one := portNumber(a)
	high, two := portNumber(b)
	return low, high, found && one && two && low <= high
}

// portNumber knows the names of the CLI reference; smtp is 25 and 587 has no name [DOC B3.2].
func portNumber(s string) (int, bool) {
	const names = " ftp-data 20 ftp 21 ssh 22 telnet 23 smtp 25 tacacs 49 domain 53 bootps 67 dhcp 67 bootpc 68 tftp 69 finger 79 http 80 " +
		"kerberos-sec 88 pop3 110 sunrpc 111 ident 113 nntp 119 ntp 123 netbios-ns 137 netbios-dgm 138 netbios-ssn 139 imap 143 snmp 161 " +
		"snmptrap 162 bgp 179 ldap 389 https 443 exec 512 biff 512 login 513 who 513 cmd 514 syslog 514 printer 515 talk 517 rip 520 " +
		"klogin 543 kshell 544 ldp 646 socks 1080 pptp 1723 radius 1812 radacct 1813 nfsd 2049 msdp 639 "
	if at := strings.Index(names, " "+s+" "); at >= 0 && s != "" && (s[0] < '0' || s[0] > '9') {
		n, err := strconv.Atoi(strings.Fields(names[at+len(s)+1:])[0])
		return n, err == nil
	}
	n, err := strconv.ParseUint(s, 10, 16)
	return int(n), err == nil
}

func protocol(s string) (string, string) {
	if _, ok := protocolNumber(s); !ok {
		return "", syntaxError
	}
	return s, ""
}

func protocolNumber(s string) (int, bool) {
	names := []string{"icmp", "1", "igmp", "2", "ipip", "4", "tcp", "6", "egp", "8", "udp", "17", "ipv6", "41", "rsvp", "46", "gre", "47",
		"esp", "50", "ah", "51", "icmp6", "58", "icmpv6", "58", "ospf", "89", "pim", "103", "vrrp", "112", "sctp", "132"}
	if i := slices.Index(names, s); i >= 0 && i%2 == 0 {
		s = names[i+1]
	}
	n, err := strconv.ParseUint(s, 10, 8)
	return int(n), err == nil
}
