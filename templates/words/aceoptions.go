package words

import (
	"strconv"
	"strings"

	"op25b/acl/packet"
)

// options reads what stands after the addresses.
func (r *aceReader) options() {
	for r.broken == "" {
		w := r.words.next()
		switch {
		case w == "":
			return
		case w[0] == '(':
			r.note(w)
		case w == "log" || w == "log-input":
			r.entry.Log = true
			r.cookie()
		case w == "fragments":
			r.fragmentsWord()
		case w == "established":
			r.established()
		default:
			r.option(w)
		}
	}
}

// cookie reads the word of the operator's own that may stand behind log, last in the line; it
// goes into the log only. [DOC IOS, ACL syslog correlation] As it could be any other word, too,
// the entry is Unmodelled within its match.
func (r *aceReader) cookie() {
	w := r.words.peek()
	if _, known := narrowing(w); known || w == "" || w[0] == '(' || knownOption(w) {
		return
	}
	if behind := (cursor{Fields(r.words.rest, 1)}).peek(); behind == "" || behind[0] == '(' {
		r.words.next()
		r.narrow("the word " + strconv.Quote(w) + " behind log")
	}
}

// knownOption tells the words that options reads itself.
func knownOption(w string) bool {
	switch w {
	case "log", "log-input", "fragments", "established", "match-any", "match-all", "icmp-off", "icmp-on", "capture",
		"counter", "set", "police", "nexthop1", "nexthop2", "nexthop3", "default":
		return true
	}
	return false
}

// note skips what `show` adds in parentheses: (8 matches), (3374541 hw matches), (active).
func (r *aceReader) note(w string) {
	text := w
	for !strings.HasSuffix(w, ")") {
		if w = r.words.next(); w == "" {
			r.fail("the words " + strconv.Quote(text))
			return
		}
		text += " " + w
	}
	inner := strings.Trim(text, "()")
	switch {
	case inner == "active", inner == "inactive", strings.HasPrefix(inner, "tag = "), strings.HasPrefix(inner, "estimate "):
	case strings.HasSuffix(inner, " matches"), strings.HasSuffix(inner, " match"):
	default:
		r.fail("the words " + strconv.Quote(text))
	}
}

// fragmentsWord: later fragments only; it cannot stand beside ports. [DOC IOS]
func (r *aceReader) fragmentsWord() {
	if r.layer4 || r.services != nil {
		r.fail("fragments together with ports or flags")
		return
	}
	r.later = true
}

// established: ACK or RST is set. [DOC IOS]
func (r *aceReader) established() {
	if !r.box.Protocols.Equal(packet.One(packet.TCP)) || r.later {
		r.fail("the word established here")
		return
	}
	r.layer4 = true
	r.box.Flags = packet.One(uint64(packet.Established))
}

// option reads a word that has no place in a Box. Those that only narrow the match make the
// entry Unmodelled within it; those that change what happens to the packet too; those that
// neither narrow nor decide are passed over.
func (r *aceReader) option(w string) {
	switch w {
	case "match-any", "match-all":
		r.flagWords(w)
		return
	case "icmp-off", "icmp-on", "capture":
		return
	case "counter":
		r.words.next()
		return
	case "set", "police", "nexthop1", "nexthop2", "nexthop3", "default":
		r.narrow("the word " + w + ", which does more with the packet")
		r.words.rest = ""
		return
	}
	if n, known := narrowing(w); known {
		r.narrow("the word " + w)
		r.layer4 = r.layer4 || n == flagWord
		r.arguments(n)
		return
	}
	if r.icmp() && (icmpWord(w) || isNumber(w)) {
		r.layer4 = true
		r.narrow("the ICMP type " + w)
		return
	}
	r.fail("the word " + strconv.Quote(w))
}

func isNumber(w string) bool { _, ok := number(w); return ok }

// flagWords reads +ack -fin …; ACK or RST, one of them, is what established says.
func (r *aceReader) flagWords(mode string) {
	var flags []string
	for w := r.words.peek(); strings.HasPrefix(w, "+") || strings.HasPrefix(w, "-"); w = r.words.peek() {
		flags = append(flags, r.words.next())
	}
	both := len(flags) == 2 && (flags[0] == "+ack" && flags[1] == "+rst" || flags[0] == "+rst" && flags[1] == "+ack")
	if mode == "match-any" && both {
		r.established()
		return
	}
	r.layer4 = true
	r.narrow("the word " + mode)
}

// What follows a narrowing word.
const (
	flagWord  = -2 // nothing: a TCP flag
	operation = -1 // eq N, gt N, range N M
)

// narrowing tells the words that make an entry match less, and how many words belong to them.
// [IOS and IOS-XR command references; captured texts]
func narrowing(w string) (arguments int, known bool) {
	switch w {
	case "ack", "fin", "psh", "rst", "syn", "urg":
		return flagWord, true
	case "ttl", "packet-length", "fragment-offset":
		return operation, true
	case "dscp", "precedence", "tos", "option", "time-range", "flow-label", "fragment-type":
		return 1, true
	case "udf":
		return 3, true
	case "reflect":
		return 1, true
	case "timeout":
		return 1, true
	case "auth", "dest-option", "hbh", "mobility", "routing", "undetermined-transport":
		return 0, true
	}
	return 0, false
}

func (r *aceReader) arguments(n int) {
	if n == operation {
		n = 1
		switch r.words.next() {
		case "range":
			n = 2
		case "eq", "neq", "gt", "lt":
		default:
			n = 0
		}
	}
	for ; n > 0; n-- {
		r.words.next()
	}
}

func (r *aceReader) icmp() bool {
	return r.box.Protocols.Equal(packet.One(packet.ICMP)) || r.box.Protocols.Equal(packet.One(packet.ICMPv6))
}

// icmpWord tells the names of ICMP types and codes of both families.
func icmpWord(w string) bool {
	switch w {
	case "address-unreachable", "administratively-prohibited", "alternate-address", "conversion-error", "dod-host-prohibited",
		"dod-net-prohibited", "echo", "echo-reply", "general-parameter-problem", "host-isolated",
		"host-precedence-unreachable", "host-redirect", "host-tos-redirect", "host-tos-unreachable",
		"host-unknown", "host-unreachable", "information-reply", "information-request", "mask-reply",
		"mask-request", "mobile-redirect", "net-redirect", "net-tos-redirect", "net-tos-unreachable",
		"net-unreachable", "network-unknown", "no-room-for-option", "option-missing", "packet-too-big",
		"parameter-problem", "port-unreachable", "precedence-unreachable", "protocol-unreachable",
		"reassembly-timeout", "redirect", "router-advertisement", "router-solicitation", "source-quench",
		"source-route-failed", "time-exceeded", "timestamp-reply", "timestamp-request", "traceroute",
		"ttl-exceeded", "unreachable", "beyond-scope", "destination-unreachable", "dhaad-reply",
		"dhaad-request", "header", "hop-limit", "mld-query", "mld-reduction", "mld-report", "mldv2",
		"mpd-advertisement", "mpd-solicitation", "nd-na", "nd-ns", "next-header", "no-admin", "no-route",
		"parameter-option", "renum-command", "renum-result", "renum-seq-number", "router-renumbering":
		return true
	}
	return false
}
