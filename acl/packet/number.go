package packet

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// Number is an unsigned 128-bit number: an address of either family, a port, a protocol.
type Number struct{ Hi, Lo uint64 }

// Of is the number n.
func Of(n uint64) Number { return Number{Lo: n} }

// Address is the number of an address: 32 bits for IPv4, 128 for IPv6.
func Address(a netip.Addr) Number {
	if a.Is4() {
		b := a.As4()
		return Number{Lo: uint64(binary.BigEndian.Uint32(b[:]))}
	}
	b := a.As16()
	return Number{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// Less reports whether n comes before m.
func (n Number) Less(m Number) bool {
	return n.Hi < m.Hi || n.Hi == m.Hi && n.Lo < m.Lo
}

// Compare is -1, 0 or 1 as n is before, at or after m.
func (n Number) Compare(m Number) int {
	switch {
	case n.Less(m):
		return -1
	case n == m:
		return 0
	}
	return 1
}

// Next is n+1; after the largest number comes zero.
func (n Number) Next() Number {
	lo, carry := bits.Add64(n.Lo, 1, 0)
	return Number{n.Hi + carry, lo}
}

// Previous is n-1; before zero comes the largest number.
func (n Number) Previous() Number {
	lo, borrow := bits.Sub64(n.Lo, 1, 0)
	return Number{n.Hi - borrow, lo}
}

// Plus is n+m, Minus n-m, both modulo 2^128.
func (n Number) Plus(m Number) Number {
	lo, carry := bits.Add64(n.Lo, m.Lo, 0)
	hi, _ := bits.Add64(n.Hi, m.Hi, carry)
	return Number{hi, lo}
}

// Minus is n-m modulo 2^128.
func (n Number) Minus(m Number) Number {
	lo, borrow := bits.Sub64(n.Lo, m.Lo, 0)
	hi, _ := bits.Sub64(n.Hi, m.Hi, borrow)
	return Number{hi, lo}
}

// And, Or and Xor work bit by bit.
func (n Number) And(m Number) Number { return Number{n.Hi & m.Hi, n.Lo & m.Lo} }

// Or is the bitwise or.
func (n Number) Or(m Number) Number { return Number{n.Hi | m.Hi, n.Lo | m.Lo} }

// Xor is the bitwise exclusive or.
func (n Number) Xor(m Number) Number { return Number{n.Hi ^ m.Hi, n.Lo ^ m.Lo} }

// Mask is the number with the k lowest bits set, k from 0 to 128.
func Mask(k int) Number {
	switch {
	case k >= 128:
		return Number{^uint64(0), ^uint64(0)}
	case k > 64:
		return Number{1<<(k-64) - 1, ^uint64(0)}
	case k == 64:
		return Number{0, ^uint64(0)}
	}
	return Number{0, 1<<k - 1}
}

// TrailingZeros counts the zero bits at the low end; 128 for zero.
func (n Number) TrailingZeros() int {
	if n.Lo != 0 {
		return bits.TrailingZeros64(n.Lo)
	}
	return 64 + bits.TrailingZeros64(n.Hi)
}

// length counts the bits up to the highest one set.
func (n Number) length() int {
	if n.Hi != 0 {
		return 64 + bits.Len64(n.Hi)
	}
	return bits.Len64(n.Lo)
}
