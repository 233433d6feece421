package openconfig

import (
	"math/big"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// token is in what dress a value comes.
type token int

const (
	word    token = iota // a JSON string by the rules of JSON_IETF
	number               // a JSON number
	truth                // a JSON boolean
	loosely              // a key of a path, a scalar, or plain JSON: prefixes may be missing
)

// form is how a value is written in JSON.
type form int

const (
	quoted form = iota
	plain       // a number, a boolean
	long        // a number of 64 bits: quoted in JSON_IETF [RFC 7951 6.1]
)

// value is the value of one leaf in its canonical spelling; of an identity without prefix.
type value struct {
	text   string
	module string // of an identity: where it is defined
	form   form
}

// valueType is the type of a leaf.
type valueType struct {
	name  string
	parse func(text string, t token) (value, bool)
}

func text() valueType {
	return valueType{"string", func(s string, t token) (value, bool) {
		return value{text: s}, t == word || t == loosely
	}}
}

func unsigned(bits int) valueType { return ranged(bits, 0, 1<<min(bits, 62)) }

// ranged is an unsigned number from low to high.
func ranged(bits int, low, high uint64) valueType {
	f, want := plain, number
	if bits == 64 {
		f, want = long, word
	}
	return valueType{"uint" + strconv.Itoa(bits), func(s string, t token) (value, bool) {
		n, err := strconv.ParseUint(s, 10, bits)
		if err != nil || bits < 62 && (n < low || n > high) || t != want && t != loosely && !(bits == 64 && t == number) {
			return value{}, false
		}
		return value{text: strconv.FormatUint(n, 10), form: f}, true
	}}
}

func boolean() valueType {
	return valueType{"boolean", func(s string, t token) (value, bool) {
		return value{text: s, form: plain}, (s == "true" || s == "false") && (t == truth || t == loosely)
	}}
}

func enumeration(words ...string) valueType {
	return valueType{"enumeration of " + strings.Join(words, ", "), func(s string, t token) (value, bool) {
		for _, w := range words {
			if w == s {
				return value{text: s}, t == word || t == loosely
			}
		}
		return value{}, false
	}}
}

// identity is an identityref; home is the module of the leaf. Where the identity is of another
// module, JSON_IETF wants its name in front [RFC 7951 6.8].
func identity(base, module, home string, names ...string) valueType {
	return valueType{"identityref " + base, func(s string, t token) (value, bool) {
		prefix, name, prefixed := strings.Cut(s, ":")
		switch {
		case !prefixed:
			name = s
			if t == word && module != home {
				return value{}, false
			}
		case prefix != module:
			return value{}, false
		}
		for _, n := range names {
			if n == name {
				return value{text: name, module: module}, t == word || t == loosely
			}
		}
		return value{}, false
	}}
}

// anyOf is a union: the first type that takes the value has it.
func anyOf(name string, types ...valueType) valueType {
	return valueType{name, func(s string, t token) (value, bool) {
		for _, one := range types {
			if v, ok := one.parse(s, t); ok {
				return v, true
			}
		}
		return value{}, false
	}}
}

// prefix is oc-inet:ipv4-prefix or ipv6-prefix: bits of the host may be set [openconfig-inet-types].
func prefix(name string, bits int) valueType {
	return valueType{name, func(s string, t token) (value, bool) {
		p, err := netip.ParsePrefix(s)
		ok := err == nil && p.Addr().BitLen() == bits && p.Addr().Zone() == "" && !strings.Contains(s, "%")
		return value{text: s}, ok && (t == word || t == loosely)
	}}
}

// span is "LOW..HIGH" with both up to most.
func span(most int) valueType {
	shape := regexp.MustCompile(`^(\d{1,5})\.\.(\d{1,5})$`)
	return valueType{"range", func(s string, t token) (value, bool) {
		m := shape.FindStringSubmatch(s)
		if m == nil || t != word && t != loosely {
			return value{}, false
		}
		low, _ := strconv.Atoi(m[1])
		high, _ := strconv.Atoi(m[2])
		return value{text: s}, low <= most && high <= most
	}}
}

// matching is a string with a pattern.
func matching(name, pattern string) valueType {
	shape := regexp.MustCompile("^(?:" + pattern + ")$")
	return valueType{name, func(s string, t token) (value, bool) {
		return value{text: s}, shape.MatchString(s) && (t == word || t == loosely)
	}}
}

// The typedefs of openconfig-packet-match-types 1.3.4.

func port() valueType {
	return anyOf("port-num-range", span(65535), ranged(16, 0, 65535), enumeration("ANY"))
}

func fragmentOffset() valueType {
	return anyOf("fragment-offset-range", span(8191), ranged(16, 0, 8191), enumeration("ANY"))
}

const matchTypes = "openconfig-packet-match-types"

func protocol() valueType {
	return anyOf("ip-protocol-type", ranged(8, 0, 254), identity("IP_PROTOCOL", matchTypes, aclModule, protocolNames()...))
}

func ethertype() valueType {
	return anyOf("ethertype-type", ranged(16, 1536, 65535), identity("ETHERTYPE", matchTypes, aclModule,
		"ETHERTYPE_IPV4", "ETHERTYPE_ARP", "ETHERTYPE_VLAN", "ETHERTYPE_IPV6", "ETHERTYPE_MPLS", "ETHERTYPE_LLDP", "ETHERTYPE_ROCE"))
}

func tcpFlag() valueType {
	return identity("TCP_FLAGS", matchTypes, aclModule,
		"TCP_SYN", "TCP_FIN", "TCP_RST", "TCP_PSH", "TCP_ACK", "TCP_URG", "TCP_ECE", "TCP_CWR")
}

func protocolNumbers() map[string]int {
	return map[string]int{"IP_TCP": 6, "IP_UDP": 17, "IP_ICMP": 1, "IP_IGMP": 2, "IP_PIM": 103, "IP_RSVP": 46,
		"IP_GRE": 47, "IP_AUTH": 51, "IP_L2TP": 115, "IP_IN_IP": 4}
}

func protocolNames() []string { return namesOf(protocolNumbers()) }

func icmpTypes() map[string]int {
	return map[string]int{"ECHO_REPLY": 0, "DST_UNREACHABLE": 3, "REDIRECT": 5, "ECHO": 8, "ROUTER_ADVERTISEMENT": 9,
		"ROUTER_SOLICITATION": 10, "TIME_EXCEEDED": 11, "PARAM_PROBLEM": 12, "TIMESTAMP": 13, "TIMESTAMP_REPLY": 14,
		"TRACEROUTE": 30, "PHOTURIS": 40, "EXT_ECHO_REQUEST": 42, "EXT_ECHO_REPLY": 43}
}

// icmpv6Types are the types of RFC 4443 and of neighbour discovery; the model has more.
func icmpv6Types() map[string]int {
	return map[string]int{"DESTINATION_UNREACHABLE": 1, "PACKET_TOO_BIG": 2, "TIME_EXCEEDED": 3, "PARAMETER_PROBLEM": 4,
		"ECHO_REQUEST": 128, "ECHO_REPLY": 129, "ROUTER_SOLICITATION": 133, "ROUTER_ADVERTISEMENT": 134,
		"NEIGHBOR_SOLICITATION": 135, "NEIGHBOR_ADVERTISEMENT": 136, "REDIRECT": 137}
}

// spell is a JSON number without exponent or fraction, which 1e1 and 10.0 are as well [RFC 8259].
func spell(n string) string {
	if strings.ContainsAny(n, ".eE") && len(n) < 30 {
		if r, ok := new(big.Rat).SetString(n); ok && r.IsInt() && r.Num().BitLen() < 70 {
			return r.Num().String()
		}
	}
	return n
}
