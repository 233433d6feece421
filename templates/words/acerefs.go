package words

import (
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// References are the lists and groups that a line outside of lists names: access-class 10 in,
// match ip address MAIL, ip nat inside source list 7 interface Dialer1. A name of ours is
// found wherever it stands as a word, but not in a description.
func References(s Statement) []acl.Reference {
	if !mentions(s.Text) {
		return nil
	}
	switch head := (cursor{s.Text}).peek(); head {
	case "description", "remark", "alias", "hostname", "logging":
		return nil
	}
	if strings.HasPrefix(s.Text, "ip as-path ") || strings.HasPrefix(s.Text, "no ") {
		return nil
	}
	r := referrer{statement: s}
	r.read()
	return r.out
}

// mentions is a quick look for a word that a reference has.
func mentions(text string) bool {
	for _, w := range [...]string{"access", "list", "match ", "acl ", "OP25B-", "snmp", "boundary", "serve", "peer",
		"ip verify ", "ip pim ", "neighbor-filter", "rp-", "-register", "ip directed-broadcast ", "filter ", "distance ", "tftp-server ", " for ", " accept "} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

type referrer struct {
	statement Statement
	out       []acl.Reference
	family    packet.Family
	before    string // the word before
}

func (r *referrer) read() {
	words := cursor{r.statement.Text}
	for w := words.next(); w != ""; w = words.next() {
		switch strings.ToLower(w) {
		case "ip", "ipv4":
			r.family = packet.V4
		case "ipv6":
			r.family = packet.V6
		}
		switch {
		case leads(r.before, w):
			r.names(w, &words)
		case strings.Contains(w, "OP25B-"):
			if bare := strings.Trim(w, `"'();,`); acl.Generation(bare) > 0 { // "… access-group OP25B-OUT-V4-G1 out"
				r.add(bare)
			}
		}
		r.before = w
	}
	switch text := r.statement.Text; {
	case strings.HasPrefix(text, "snmp-server community "):
		r.community()
	case strings.HasPrefix(text, "distance "), strings.HasPrefix(text, "tftp-server "), strings.Contains(text, "rp-address "):
		r.last()
	}
}

// leads reports whether the name of a list follows a word.
func leads(before, w string) bool {
	switch w {
	case "access-class", "access-group", "access-list", "list", "distribute-list", "redirect-list", "group-list",
		"neighbor-list", "acl", "boundary", "offset-list", "traffic-filter", "serve", "serve-only", "peer", "query-only",
		"IPv4", "IPv6", "access", "java-list", "neighbor-filter", "accept-register", "rp-static-deny", "directed-broadcast",
		"reverse-path", "reachable-via", "tftp-server-list", "for":
		return true
	case "filter":
		return before == "inspection" || before == "radius"
	case "accept":
		return before == "labels"
	case "from":
		return before == "accept"
	case "to":
		return before == "for"
	case "address":
		return before == "match" || before == "ip" || before == "ipv6" || before == "ipv4"
	}
	return false
}

// names reads the names after a leading word: one, two after common, all after match address.
func (r *referrer) names(lead string, words *cursor) {
	most := 1
	if lead == "address" {
		most = 1000
	}
	for found := 0; found < most; {
		w := words.peek()
		switch w {
		case "ipv4", "ip":
			r.family = packet.V4
		case "ipv6":
			r.family = packet.V6
		case Common:
			most = 2
		case "name", "ingress", "egress", "in", "out", "peer", "serve", "serve-only", "query-only", "all", "extended", "standard":
			if found > 0 {
				return
			}
		case "any", "rx", "strict":
			if lead != "reachable-via" {
				r.add(w)
				found++
			}
		case "", "prefix-list", "prefix", "route-map", "gateway", "local", "interface", "rotary", "kod", "vrf-also",
			"hardware-count", "interface-statistics", "compress", "pool", "route-target":
			return
		default:
			r.add(strings.Trim(w, `"`))
			found++
		}
		words.next()
		r.before = w
	}
}

func (r *referrer) add(name string) {
	place := r.statement.Line.Place("")
	place.Text = r.shown(name)
	for _, have := range r.out {
		if have.Name == name {
			return
		}
	}
	r.out = append(r.out, acl.Reference{Name: name, Family: r.family, Place: place})
}

// last finds the list at the end of ip pim rp-address 192.0.2.1 10, distance 100 0.0.0.0
// 255.255.255.255 10, tftp-server flash:image 10.
func (r *referrer) last() {
	if fields := strings.Fields(r.statement.Text); len(fields) > 2 {
		r.add(fields[len(fields)-1])
	}
}

// community finds the list at the end of snmp-server community SECRET RO 10.
func (r *referrer) community() {
	fields := strings.Fields(r.statement.Text)
	if last := fields[len(fields)-1]; len(fields) > 3 && !strings.EqualFold(last, "RO") && !strings.EqualFold(last, "RW") {
		r.add(last)
	}
}

// shown is the line for people; of a line that may hold a secret only its first words and the
// name are shown.
func (r *referrer) shown(name string) string {
	text := r.statement.Text
	for _, w := range [...]string{"snmp", "user", "secret", "password", "key", "community", "auth"} {
		if strings.Contains(text, w) {
			return (cursor{text}).peek() + " … " + name
		}
	}
	return r.statement.Line.Text
}
