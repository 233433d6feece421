package words

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// Writable reports why an entry cannot be said in one line of this syntax, nil where it can.
func (s *Syntax) Writable(e acl.Entry) error {
	_, err := s.Write(e)
	return err
}

// Write is an entry in the router's words, from its protocol on and without log:
// tcp 203.0.113.0 0.0.0.255 host 192.0.2.25 eq smtp. What one line cannot say is an error.
func (s *Syntax) Write(e acl.Entry) (string, error) {
	if e.Unmodelled != "" {
		return "", fmt.Errorf("an entry that is not understood cannot be written: %q: %s", e.Place.Text, e.Unmodelled)
	}
	out := make([]byte, 0, 96)
	out, err := s.appendProtocol(out, e.Match)
	if err == nil {
		out, err = s.appendAddress(append(out, ' '), e.Match.Src, e.SrcGroup)
	}
	if err == nil {
		out, err = s.appendPorts(out, e.Match, e.Match.SrcPorts)
	}
	if err == nil {
		out, err = s.appendAddress(append(out, ' '), e.Match.Dst, e.DstGroup)
	}
	if err == nil {
		out, err = s.appendPorts(out, e.Match, e.Match.DstPorts)
	}
	if err == nil {
		out, err = appendRest(out, e.Match)
	}
	if err != nil {
		return "", fmt.Errorf("%q cannot be written in one line: %w", e, err)
	}
	return string(out), nil
}

func (s *Syntax) appendProtocol(out []byte, b packet.Box) ([]byte, error) {
	if b.Family != s.Family {
		return out, fmt.Errorf("it is not %s", s.Family)
	}
	if b.Protocols.IsAll(8) {
		return append(out, s.Any...), nil
	}
	n, one := single(b.Protocols)
	if !one {
		return out, fmt.Errorf("it has several protocols")
	}
	if name := s.names[n&0xff]; name != "" {
		return append(out, name...), nil
	}
	return strconv.AppendUint(out, n, 10), nil
}

// single is the number of a set of one small number.
func single(r packet.Ranges) (uint64, bool) {
	spans := r.Spans()
	if len(spans) != 1 || spans[0].Lo != spans[0].Hi {
		return 0, false
	}
	return spans[0].Lo.Lo, true
}

func (s *Syntax) appendAddress(out []byte, r packet.Ranges, group string) ([]byte, error) {
	switch {
	case group != "":
		if s.Group == "" {
			return out, fmt.Errorf("%s lists have no groups", s.Family)
		}
		if err := Plain(group); err != nil {
			return out, err
		}
		return append(append(append(out, s.Group...), ' '), group...), nil
	case r.IsAll(s.Family.Bits()):
		return append(out, "any"...), nil
	}
	spans := r.Spans()
	if len(spans) != 1 {
		return out, fmt.Errorf("it has %d ranges of addresses in one place", len(spans))
	}
	size := spans[0].Lo.Xor(spans[0].Hi)
	if size.And(size.Next()) != (packet.Number{}) || spans[0].Lo.And(size) != (packet.Number{}) {
		return out, fmt.Errorf("its addresses are no prefix")
	}
	p, _ := s.Family.Addr(spans[0].Lo).Prefix(s.Family.Bits() - bitsOf(size))
	return s.AppendPrefix(out, p, "host "), nil
}

// bitsOf counts the bits of a number 0…01…1.
func bitsOf(size packet.Number) int { return size.Next().TrailingZeros() }

// AppendPrefix writes a prefix as the syntax has it, a single address after the word for one.
func (s *Syntax) AppendPrefix(out []byte, p netip.Prefix, host string) []byte {
	from := len(out)
	switch {
	case p.IsSingleIP():
		out = p.Addr().AppendTo(append(out, host...))
		from += len(host)
	case s.Slash:
		out = p.AppendTo(out)
	default:
		out = append(p.Addr().AppendTo(out), ' ')
		out = s.Family.Addr(packet.Mask(s.Family.Bits() - p.Bits())).AppendTo(out)
	}
	if s.Upper {
		copy(out[from:], strings.ToUpper(string(out[from:])))
	}
	return out
}

func (s *Syntax) appendPorts(out []byte, b packet.Box, ports packet.Ranges) ([]byte, error) {
	if ports.IsAll(16) {
		return out, nil
	}
	if !hasPorts(b.Protocols) {
		return out, fmt.Errorf("it has ports and no protocol that has them")
	}
	spans := ports.Spans()
	switch {
	case len(spans) == 0:
		return out, fmt.Errorf("it has no port")
	case len(spans) == 1 && spans[0].Lo != spans[0].Hi:
		out = s.appendPort(append(out, " range"...), b, spans[0].Lo.Lo)
		return s.appendPort(out, b, spans[0].Hi.Lo), nil
	}
	if len(spans) > 10 { // [MODEL Cisco-IOS-XE-acl-oper: at most ten]
		return out, fmt.Errorf("it has more than ten ports")
	}
	out = append(out, " eq"...)
	for _, span := range spans {
		if span.Lo != span.Hi {
			return out, fmt.Errorf("it has several ranges of ports")
		}
		out = s.appendPort(out, b, span.Lo.Lo)
	}
	return out, nil
}

func (s *Syntax) appendPort(out []byte, b packet.Box, n uint64) []byte {
	out = append(out, ' ')
	if name, printed := s.Printed[uint16(n)]; printed && b.Protocols.Equal(packet.One(packet.TCP)) {
		return append(out, name...)
	}
	return strconv.AppendUint(out, n, 10)
}

// appendRest writes flags and fragments, where they are what such a line can say.
func appendRest(out []byte, b packet.Box) ([]byte, error) {
	switch {
	case b.Flags.IsAllOf(3):
	case b.Flags.Equal(packet.One(uint64(packet.Established))) && b.Protocols.Equal(packet.One(packet.TCP)):
		out = append(out, " established"...)
	default:
		return out, fmt.Errorf("its flags have no word")
	}
	switch {
	case layer4(b) && b.Fragments.Equal(packet.WithPorts()):
		return out, nil
	case layer4(b):
		return out, fmt.Errorf("a line with ports or flags meets whole packets and first fragments")
	case b.Fragments.IsAllOf(3):
		return out, nil
	case b.Fragments.Equal(packet.One(uint64(packet.Later))):
		return append(out, " fragments"...), nil
	}
	return out, fmt.Errorf("its fragments have no word")
}

// Plain refuses a name or interface that could be more than one word of a configuration.
func Plain(name string) error {
	if name == "" {
		return fmt.Errorf("a name is empty")
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"'`?!|;^", c) >= 0 {
			return fmt.Errorf("%q cannot be a name in a configuration", name)
		}
	}
	return nil
}

// PlainLine refuses further words of a line that could be more than that.
func PlainLine(words string) error {
	for _, w := range strings.Split(words, " ") {
		if err := Plain(w); err != nil {
			return err
		}
	}
	return nil
}
