package words

import "strings"

// BindingLike reports whether a line could bind a list to an interface, or take one off, however
// it is spelled: a router takes capitals, short words and default in place of no.
func BindingLike(text string) bool {
	words := cursor{strings.ToLower(text)}
	w := words.next()
	for w == "no" || w == "default" {
		w = words.next()
	}
	if w != "ip" && w != "ipv4" && w != "ipv6" {
		return false
	}
	w = words.next()
	return shortFor(w, "access-group", 8) || shortFor(w, "traffic-filter", 9)
}

// HeadLike reports whether a line could open an interface, a list or a group, or take one away,
// however it is spelled.
func HeadLike(text string) bool {
	words := cursor{strings.ToLower(text)}
	w := words.next()
	for w == "no" || w == "default" {
		w = words.next()
	}
	switch w {
	case "ip", "ipv4", "ipv6":
		return shortFor(words.next(), "access-list", 8)
	case "access-list", "object-group":
		return true
	}
	return shortFor(w, "interface", 3)
}

// Misspelled reports whether a line at the margin is of those that HeadLike knows, but not as a
// router prints it: in capitals, shortened, for several interfaces, or with default or no before
// an interface.
func Misspelled(text string) bool {
	if !HeadLike(text) {
		return false
	}
	bare, off := CutNo(text)
	switch head := Word(bare, 0); head {
	case "interface":
		return off == Taken || Word(bare, 1) == "range" || shortened(Word(bare, 1))
	case "ip", "ipv4", "ipv6":
		return Word(bare, 1) != "access-list"
	case "access-list", "object-group":
		return false
	}
	return true
}

// shortFor reports whether a word is another or the beginning of it, of so many letters at least.
func shortFor(w, whole string, least int) bool {
	return len(w) >= least && strings.HasPrefix(whole, w)
}

// shortened reports whether the name of an interface is not the one that a router prints: Gi0/0/1.
func shortened(name string) bool {
	kind := strings.TrimRight(name, "0123456789/.:")
	if kind == "BE" {
		return true
	}
	short := false
	for _, whole := range [...]string{"AppGigabitEthernet", "Bundle-Ether", "Cellular", "Dialer", "Ethernet", "FastEthernet", "FiveGigabitEthernet",
		"FortyGigE", "FortyGigabitEthernet", "FourHundredGigE", "GigabitEthernet", "HundredGigE", "Loopback", "Multilink", "Port-channel", "Serial",
		"TenGigE", "TenGigabitEthernet", "Tunnel", "TwentyFiveGigE", "TwoGigabitEthernet", "TwoHundredGigE", "Virtual-Template", "Vlan"} {
		if kind == whole {
			return false
		}
		short = short || shortFor(strings.ToLower(kind), strings.ToLower(whole), 2)
	}
	return short
}
