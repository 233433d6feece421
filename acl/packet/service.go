package packet

import "encoding/binary"

// The fields of a packet in the order in which a diagram asks for them. Protocol first
// and addresses before ports keep diagrams small.
const (
	byProtocol = iota
	bySrc
	byDst
	byDstPort
	bySrcPort
	byFragment
	byFlags
	fields
)

// service is a box without its addresses, field by field; the addresses are unused.
type service [fields]Ranges

// wide is a service's fields at their widest.
var wide = service{byProtocol: All(8), byDstPort: All(16), bySrcPort: All(16), byFragment: Numbers(0, 2), byFlags: Numbers(0, 2)}

func serviceOf(b Box) service {
	s := service{byProtocol: b.Protocols, byDstPort: b.DstPorts, bySrcPort: b.SrcPorts, byFragment: b.Fragments, byFlags: b.Flags}
	for f, all := range wide {
		if !all.Covers(s[f]) {
			s[f] = s[f].Intersect(all)
		}
	}
	return s
}

func (s service) isEmpty() bool {
	return s[byProtocol].IsEmpty() || s[byDstPort].IsEmpty() || s[bySrcPort].IsEmpty() || s[byFragment].IsEmpty() || s[byFlags].IsEmpty()
}

// covers reports whether s has all of o from a field on.
func (s service) covers(o service, from int) bool {
	for f := from; f < fields; f++ {
		if f != bySrc && f != byDst && !s[f].Covers(o[f]) {
			return false
		}
	}
	return true
}

// services numbers services; number 0 is every packet.
type services struct {
	list   []service
	number map[string]int32
	name   []byte
	filed  service // the one that was filed last, and its number
	last   int32
}

const everything = 0

func newServices() *services {
	s := &services{number: map[string]int32{}}
	s.file(wide)
	return s
}

func (s *services) file(v service) int32 {
	if len(s.list) > 0 && v == s.filed {
		return s.last
	}
	s.name = s.name[:0]
	for _, r := range v {
		for _, span := range r.Spans() {
			s.name = binary.LittleEndian.AppendUint32(s.name, uint32(span.Lo.Lo)<<16|uint32(span.Hi.Lo))
		}
		s.name = append(s.name, 0xff)
		s.name = binary.LittleEndian.AppendUint16(s.name, uint16(len(r.Spans())))
	}
	n, is := s.number[string(s.name)]
	if !is {
		n = int32(len(s.list))
		s.number[string(s.name)] = n
		s.list = append(s.list, v)
	}
	s.filed, s.last = v, n
	return n
}

// covers reports whether service n has all packets of service m.
func (s *services) covers(n, m int32) bool {
	return n == m || n == everything || m != everything && s.list[n].covers(s.list[m], byProtocol)
}
