package packet

import "testing"

// byteReader reads small lists off a fuzzer's input.
type byteReader struct {
	data   []byte
	family Family
}

func (s *byteReader) next() int {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return int(b)
}

func (s *byteReader) addresses() Ranges {
	b := s.next()
	base := []Number{{}, Mask(s.family.Bits()).Minus(Of(15)), Mask(s.family.Bits() / 2).Minus(Of(7))}[(b>>6)%3]
	lo := base.Plus(Of(uint64(b & 15)))
	switch b >> 4 & 3 {
	case 0:
		return All(s.family.Bits())
	case 1:
		return Between(lo, base.Plus(Of(uint64(s.next()&15))))
	case 2:
		return Between(lo, lo)
	}
	return All(s.family.Bits()).Minus(Between(lo, lo))
}

func (s *byteReader) box() Box {
	b := Any(s.family)
	b.Src, b.Dst = s.addresses(), s.addresses()
	n := s.next()
	b.Protocols = []Ranges{All(8), One(TCP), One(UDP), Numbers(TCP, UDP)}[n&3]
	b.DstPorts = []Ranges{All(16), One(25), Numbers(0, 25), Numbers(25, 65535)}[n>>2&3]
	b.Fragments = []Ranges{Numbers(0, 2), WithPorts(), One(uint64(Later)), One(0)}[n>>4&3]
	b.Flags = []Ranges{Numbers(0, 2), Numbers(0, 2), One(uint64(Established)), One(0)}[n>>6&3]
	return b
}

func (s *byteReader) list(rules int) List {
	l := List{Family: s.family, End: Verdict(s.next() & 1)}
	for range rules {
		l.Rules = append(l.Rules, Rule{s.box(), Verdict(s.next() & 3 % 3)})
	}
	return l
}

// FuzzCompare puts two lists of up to three rules each to the engine and to the cells.
func FuzzCompare(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 3, 3, 1, 0x21, 0, 0x45, 1, 0x10, 0x0f, 0x62, 5, 0, 1, 0x55, 2, 0x21, 0x33, 9, 1})
	f.Add([]byte("\x00\x03\x03two lists that share most of what they say"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &byteReader{data, V4}
		if s.next()&1 == 1 {
			s.family = V6
		}
		before, after := s.list(s.next()&3), s.list(s.next()&3)
		if err := checkByCells(before, after); err != nil {
			t.Fatalf("%v\nbefore %v\nafter  %v", err, before, after)
		}
	})
}
