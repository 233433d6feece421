package cisco

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ParseAce reads an entry from its action on: permit or deny, protocol, addresses, ports, flags.
// The complaint, if any, is about a line of the given length.
func (s Style) ParseAce(tokens []Token, line string) (Ace, Complaint) {
	r := &reader{style: s, tokens: tokens, line: line}
	a := Ace{Protocol: -1}
	a.Permit = r.keyword("permit", "deny") == "permit"
	if s.Source {
		a.Src = r.where()
		a.Dst.Any = true
	} else {
		a.Protocol = r.protocol()
		a.Src, a.SrcPort = r.where(), r.ports(a.Protocol)
		a.Dst, a.DstPort = r.where(), r.ports(a.Protocol)
	}
	r.flags(&a)
	return a, r.trouble
}

// reader goes through the words of an entry; after the first trouble it reads nothing more.
type reader struct {
	style   Style
	tokens  []Token
	line    string
	trouble Complaint
}

func (r *reader) peek() string {
	if len(r.tokens) == 0 || !r.trouble.None() {
		return ""
	}
	return strings.ToLower(r.tokens[0].Text)
}

func (r *reader) take() string {
	if len(r.tokens) == 0 {
		r.fail(Incomplete)
	}
	if !r.trouble.None() {
		return ""
	}
	t := r.tokens[0]
	r.tokens = r.tokens[1:]
	return t.Text
}

// fail complains about the next word, or that there is none.
func (r *reader) fail(kind Kind) {
	if !r.trouble.None() {
		return
	}
	if len(r.tokens) == 0 {
		r.trouble = Complaint{Kind: Incomplete, Line: r.line}
		return
	}
	r.trouble = Complaint{Kind: kind, At: r.tokens[0].At, Line: r.line}
}

// keyword takes one of the words, which may be cut short; "" with a complaint if it is none.
func (r *reader) keyword(words ...string) string {
	if w := r.maybe(words...); w != "" {
		return w
	}
	r.fail(Invalid)
	return ""
}

// maybe takes one of the words if it stands there.
func (r *reader) maybe(words ...string) string {
	typed, meant := r.peek(), ""
	if typed == "" {
		return ""
	}
	for _, w := range words {
		if w == typed {
			r.take()
			return w
		}
		if strings.HasPrefix(w, typed) {
			if meant != "" {
				return ""
			}
			meant = w
		}
	}
	if meant != "" {
		r.take()
	}
	return meant
}

func (r *reader) protocol() int {
	names := r.style.Names.Protocols
	if typed := r.peek(); typed != "" && strings.HasPrefix(r.style.Any, typed) {
		if typed != r.style.Any && begins(names, typed) {
			r.fail(Ambiguous)
			return -1
		}
		r.take()
		return -1
	}
	n := number(names, r.peek(), 255)
	if r.style.V6 && (r.peek() == "icmp" || r.peek() == "icmpv6") {
		n = 58
	}
	if n < 0 || r.peek() == "" {
		r.fail(Invalid)
		return -1
	}
	r.take()
	return n
}

// begins reports whether a name begins with what was typed.
func begins(names map[int]string, typed string) bool {
	for _, name := range names {
		if strings.HasPrefix(name, typed) {
			return true
		}
	}
	return false
}

func (r *reader) where() Where {
	words := []string{"any", "host"}
	if r.style.Group != "" {
		words = append(words, r.style.Group)
	}
	typed := r.peek()
	if !strings.ContainsAny(typed, ".:") {
		switch r.keyword(words...) {
		case "any":
			return Where{Any: true}
		case "host":
			a := r.address()
			return Where{Addr: a, Bits: 128, Typed: "host " + a.String()}
		case "":
			return Where{}
		}
		return Where{Group: r.take()}
	}
	if r.style.V6 || r.style.Prefix && strings.Contains(typed, "/") {
		return r.prefix()
	}
	a := r.address()
	if r.style.Source && !isIPv4(r.peek()) {
		return Where{Addr: a, Typed: a.String()}
	}
	if !isIPv4(r.peek()) {
		r.fail(Invalid)
		return Where{}
	}
	wild := word(netip.MustParseAddr(r.take()))
	if wild == 0xffffffff && !r.style.Prefix {
		return Where{Any: true}
	}
	masked := v4(word(a) &^ wild)
	return Where{Addr: masked, Wild: wild, Typed: masked.String() + " " + v4(wild).String()}
}

func (r *reader) address() netip.Addr {
	a, err := netip.ParseAddr(r.peek())
	if err != nil || a.Is6() != r.style.V6 || a.Zone() != "" {
		r.fail(Invalid)
		return netip.Addr{}
	}
	r.take()
	return a
}

func (r *reader) prefix() Where {
	p, err := netip.ParsePrefix(r.peek())
	if err != nil || p.Addr().Is6() != r.style.V6 {
		r.fail(Invalid)
		return Where{}
	}
	r.take()
	if p.Bits() == 0 && !r.style.Prefix {
		return Where{Any: true}
	}
	w := Where{Addr: p.Masked().Addr(), Typed: p.Masked().String()}
	if p.Addr().Is4() {
		w.Wild = uint32(1<<(32-p.Bits()) - 1)
	}
	w.Bits = p.Bits()
	return w
}

// ports reads a condition on ports, which only tcp, udp and sctp may have.
func (r *reader) ports(protocol int) Ports {
	if protocol != 6 && protocol != 17 && protocol != 132 {
		return Ports{}
	}
	op := r.peek()
	if op != "eq" && op != "neq" && op != "gt" && op != "lt" && op != "range" {
		return Ports{}
	}
	r.take()
	p := Ports{Op: op}
	for len(p.Numbers) < 10 {
		n := number(r.style.Names.ports(protocol), r.peek(), 65535)
		if n < 0 || r.peek() == "" || len(p.Numbers) > 0 && !r.wholePort(protocol, n) {
			break
		}
		r.take()
		p.Numbers = append(p.Numbers, n)
		if op == "gt" || op == "lt" || op == "range" && len(p.Numbers) == 2 {
			break
		}
		if r.style.Any == "ipv4" && op == "eq" {
			break // XR takes one port [K]
		}
	}
	if len(p.Numbers) == 0 || op == "range" && len(p.Numbers) < 2 {
		r.fail(Invalid)
	}
	if op == "range" && len(p.Numbers) == 2 && p.Numbers[0] > p.Numbers[1] {
		p.Numbers[0], p.Numbers[1] = p.Numbers[1], p.Numbers[0]
	}
	return p
}

// wholePort reports whether the next word is a port in full: after the first port a word cut
// short may be a flag ("log" is not "login").
func (r *reader) wholePort(protocol, n int) bool {
	return r.peek() == r.style.Names.port(protocol, n) || r.peek() == strconv.Itoa(n)
}

func (r *reader) flags(a *Ace) {
	words := []string{"log", "log-input"}
	if !r.style.Source {
		words = append(words, "fragments")
	}
	if a.Protocol == 6 {
		words = append(words, "established")
	}
	if a.Protocol == 1 || a.Protocol == 58 {
		for name := range icmpTypes() {
			words = append(words, name)
		}
	}
	for r.peek() != "" {
		typed := r.tokens[0].Text
		if w := r.maybe(words...); w != "" {
			a.Flags = append(a.Flags, w)
		} else if r.style.Loaded {
			a.Unknown = append(a.Unknown, typed)
			r.take()
		} else {
			r.fail(Invalid)
		}
	}
}

// Member reads one line of a network object-group: `host A`, and a subnet as the style writes
// it: a mask on IOS, a prefix on XR; `range A B` gives several.
func (s Style) Member(tokens []Token, line string) ([]Where, Complaint) {
	r := &reader{style: s, tokens: tokens, line: line}
	switch {
	case r.maybe("range") != "":
		low, high := r.address(), r.address()
		return between(low, high), r.trouble
	case strings.Contains(r.peek(), "/") && s.Prefix:
		return []Where{r.prefix()}, r.end()
	case r.maybe("host") != "":
		return []Where{{Addr: r.address(), Bits: 128}}, r.end()
	}
	a := r.address()
	if !isIPv4(r.peek()) {
		r.fail(Invalid)
		return nil, r.trouble
	}
	mask := word(netip.MustParseAddr(r.take()))
	return []Where{{Addr: v4(word(a) & mask), Wild: ^mask}}, r.end()
}

func (r *reader) end() Complaint {
	if r.peek() != "" {
		r.fail(Invalid)
	}
	return r.trouble
}

// between covers a range of addresses by the blocks that lie in it.
func between(low, high netip.Addr) []Where {
	if !low.IsValid() || !high.IsValid() || high.Less(low) || !low.Is4() {
		return nil
	}
	var all []Where
	from, to := uint64(word(low)), uint64(word(high))
	for from <= to {
		size := uint64(1)
		for from%(size*2) == 0 && from+size*2-1 <= to {
			size *= 2
		}
		all = append(all, Where{Addr: v4(uint32(from)), Wild: uint32(size - 1)})
		from += size
	}
	return all
}

// Number reads a sequence number at the start of an entry: 0 if there is none.
func Number(tokens []Token, most int) (int, []Token) {
	if len(tokens) == 0 {
		return 0, tokens
	}
	n, err := strconv.Atoi(tokens[0].Text)
	if err != nil || n < 1 || n > most {
		return 0, tokens
	}
	return n, tokens[1:]
}

// Matches is the counter after an entry in a show command; nothing at zero, one match in the
// singular [SAMPLE].
func Matches(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " (1 match)"
	}
	return fmt.Sprintf(" (%d matches)", n)
}
