package rtx

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"op25b/lab"
)

// Numbers of filters, static and dynamic [DOC].
const (
	firstFilter = 1
	lastFilter  = 21474836
	portItems   = 10 // in one list of ports [DOC]
)

// filter is "ip filter N ACTION SRC [DST [PROTO [SPORT [DPORT]]]]".
type filter struct {
	text      string
	pass      bool // pass, and restrict while the line is up; the lab's lines are up
	src, dst  []addresses
	protocols []string
	from, to  []ports
	unclear   string // a word that the lab does not play: the packet's fate cannot be told
}

// addresses is one item of an address list.
type addresses struct {
	all         bool
	low, high   netip.Addr
	value, mask [16]byte // of prefixes and of octets that are *
	masked      bool
}

type ports struct{ low, high int }

// readFilter reads what stands behind the number. Omitted fields are *.
func readFilter(text string, words []string, v6 bool) (filter, message, bool) {
	f := filter{text: text}
	if len(words) < 2 || len(words) > 6 {
		return f, parameterCount, false
	}
	action := strings.TrimSuffix(strings.TrimSuffix(words[0], "-nolog"), "-log")
	if action != "pass" && action != "reject" && action != "restrict" {
		return f, illegalKeyword, false
	}
	f.pass = action != "reject"
	words = append(slices.Clone(words[1:]), "*", "*", "*", "*", "*")[:5]
	for i, list := range []*[]addresses{&f.src, &f.dst} {
		for _, item := range strings.Split(words[i], ",") {
			a, clear, ok := readAddresses(item, v6)
			if !ok {
				return f, badAddress, false
			}
			if !clear {
				f.unclear = item
			}
			*list = append(*list, a)
		}
	}
	f.protocols = strings.Split(words[2], ",")
	for _, p := range f.protocols {
		if m, ok := f.checkProtocol(p); !ok {
			return f, m, false
		}
	}
	for i, list := range []*[]ports{&f.from, &f.to} {
		var m message
		var ok bool
		if *list, m, ok = readPorts(words[3+i]); !ok {
			return f, m, false
		}
	}
	return f, 0, true
}

func (f *filter) checkProtocol(p string) (message, bool) {
	if n, err := strconv.Atoi(p); err == nil {
		return outOfRange, n >= 0 && n <= 255
	}
	switch {
	case slices.Contains([]string{"*", "tcpsyn", "tcpfin", "tcprst", "established"}, p):
		return 0, true
	case strings.HasPrefix(p, "tcpflag=") || strings.HasPrefix(p, "tcpflag!="):
		f.unclear = p
		return 0, true
	}
	_, ok := protocolNumber(p)
	return illegalKeyword, ok
}

func readPorts(s string) ([]ports, message, bool) {
	items := strings.Split(s, ",")
	if len(items) > portItems {
		return nil, parameterCount, false
	}
	var out []ports
	for _, item := range items {
		if item == "*" {
			out = append(out, ports{0, 65535})
			continue
		}
		low, high, isRange := strings.Cut(item, "-")
		if !isRange {
			high = low
		}
		a, m, one := readPort(low, 0)
		b, n, two := readPort(high, 65535)
		switch {
		case !one:
			return nil, m, false
		case !two:
			return nil, n, false
		case item == "-" || a > b:
			return nil, outOfRange, false
		}
		out = append(out, ports{a, b})
	}
	return out, 0, true
}

func readPort(s string, open int) (int, message, bool) {
	if s == "" {
		return open, 0, true
	}
	if n, ok := portNumber(s); ok {
		return n, 0, true
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, illegalKeyword, false
	}
	return n, outOfRange, n >= 0 && n <= 65535
}

// readAddresses reads one item: *, an address, a prefix with bits, dots or 0x, octets that
// are *, a range open at either end. A name or a mnemonic is taken, but not played.
func readAddresses(s string, v6 bool) (a addresses, clear, ok bool) {
	if s == "*" {
		return addresses{all: true}, true, true
	}
	if low, high, isRange := strings.Cut(s, "-"); isRange && !strings.ContainsAny(strings.ToLower(s), "ghijklmnopqrstuvwxyz@_") {
		return readRange(low, high, v6)
	}
	address, mask, hasMask := strings.Cut(s, "/")
	if !v6 && strings.Contains(address, "*") && strings.Count(address, ".") == 3 && !hasMask {
		return readStars(address)
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		named := strings.ContainsAny(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz@")
		return addresses{}, false, named && !(v6 && strings.Contains(s, ":"))
	}
	if ip.Is4() == v6 {
		return addresses{}, false, false
	}
	bits, ok := maskOf(mask, hasMask, ip)
	a.masked, a.mask = true, bits
	for i, b := range ip.AsSlice() {
		a.value[i] = b & bits[i]
	}
	return a, true, ok
}

func maskOf(mask string, given bool, ip netip.Addr) ([16]byte, bool) {
	var out [16]byte
	length := ip.BitLen()
	if given {
		if m, err := netip.ParseAddr(mask); err == nil && m.Is4() && ip.Is4() {
			copy(out[:], m.AsSlice())
			return out, true
		}
		if h, found := strings.CutPrefix(mask, "0x"); found && ip.Is4() {
			n, err := strconv.ParseUint(h, 16, 32)
			for i := range 4 {
				out[i] = byte(n >> (24 - 8*i))
			}
			return out, err == nil
		}
		n, err := strconv.Atoi(mask)
		if err != nil || n < 0 || n > length {
			return out, false
		}
		length = n
	}
	for i := range length {
		out[i/8] |= 0x80 >> (i % 8)
	}
	return out, true
}

func readStars(s string) (a addresses, clear, ok bool) {
	a.masked = true
	for i, part := range strings.Split(s, ".") {
		if part == "*" {
			continue
		}
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			return a, false, false
		}
		a.value[i], a.mask[i] = byte(n), 0xff
	}
	return a, true, true
}

func readRange(low, high string, v6 bool) (a addresses, clear, ok bool) {
	lowest, highest := netip.IPv4Unspecified(), netip.AddrFrom4([4]byte{255, 255, 255, 255})
	if v6 {
		all := [16]byte{}
		for i := range all {
			all[i] = 0xff
		}
		lowest, highest = netip.IPv6Unspecified(), netip.AddrFrom16(all)
	}
	a.low, a.high = lowest, highest
	var one, two error
	if low != "" {
		a.low, one = netip.ParseAddr(low)
	}
	if high != "" {
		a.high, two = netip.ParseAddr(high)
	}
	ok = one == nil && two == nil && (low != "" || high != "") && a.low.Is4() != v6 && a.high.Is4() != v6 && a.low.Compare(a.high) <= 0
	return a, true, ok
}

func (a addresses) contains(ip netip.Addr) bool {
	switch {
	case a.all:
		return true
	case a.masked:
		for i, b := range ip.AsSlice() {
			if b&a.mask[i] != a.value[i] {
				return false
			}
		}
		return true
	}
	return a.low.Compare(ip) <= 0 && ip.Compare(a.high) <= 0
}

// matches reports whether the filter is about the packet. tcpfin and tcprst never match: the
// lab's packets have no such flags.
func (f filter) matches(p lab.Packet) bool {
	in := func(list []addresses, ip netip.Addr) bool {
		return slices.ContainsFunc(list, func(a addresses) bool { return a.contains(ip) })
	}
	if !in(f.src, p.Src) || !in(f.dst, p.Dst) {
		return false
	}
	return slices.ContainsFunc(f.protocols, func(word string) bool { return protocolFits(word, p) }) && f.portsFit(p)
}

func protocolFits(word string, p lab.Packet) bool {
	tcp := p.Protocol == 6
	switch word {
	case "*":
		return true
	case "tcpsyn": // the first packet of a connection
		return tcp && !p.Established && !p.LaterFragment
	case "established": // ACK is set [DOC]
		return tcp && p.Established && !p.LaterFragment
	case "tcpfin", "tcprst":
		return false
	}
	n, ok := protocolNumber(word)
	if !ok {
		n, _ = strconv.Atoi(word)
	}
	return n == p.Protocol
}

// portsFit: packets that are neither TCP nor UDP match as if no port were given [DOC]. A later
// fragment has no ports and matches no filter that names one [K].
func (f filter) portsFit(p lab.Packet) bool {
	if p.Protocol != 6 && p.Protocol != 17 {
		return true
	}
	in := func(list []ports, n int) bool {
		return slices.ContainsFunc(list, func(r ports) bool {
			return r == (ports{0, 65535}) || !p.LaterFragment && r.low <= n && n <= r.high
		})
	}
	return in(f.from, p.SrcPort) && in(f.to, p.DstPort)
}
