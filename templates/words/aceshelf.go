package words

import (
	"op25b/acl"
	"op25b/acl/packet"
)

// shelf keeps some of the sets of addresses that were read last, so that entries which look
// at the same addresses hold one set together: a large list says few of them many times.
type shelf [256]packet.Ranges

func (s *shelf) share(e *acl.Entry) {
	e.Match.Src, e.Match.Dst = s.shared(e.Match.Src), s.shared(e.Match.Dst)
	for i := range e.Also {
		e.Also[i].Src, e.Also[i].Dst = s.shared(e.Also[i].Src), s.shared(e.Also[i].Dst)
	}
}

func (s *shelf) shared(r packet.Ranges) packet.Ranges {
	spans := r.Spans()
	if len(spans) != 1 {
		return r // a group's, which its entries share already
	}
	n := spans[0].Lo.Xor(spans[0].Hi.Next())
	at := (n.Hi ^ n.Lo) * 0x9e3779b97f4a7c15 >> 56
	if s[at].Equal(r) {
		return s[at]
	}
	s[at] = r
	return r
}
