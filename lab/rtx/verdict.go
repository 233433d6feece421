package rtx

import (
	"slices"
	"strconv"
	"strings"

	"op25b/lab"
)

// judge reads the lists of a configuration as the router does.
type judge struct{ config config }

// verdict is the fate of a packet at "lan2", "pp 1" or "tunnel 1".
func (j judge) verdict(iface, direction string, p lab.Packet) (bool, string) {
	ip := "ipv6"
	if p.Src.Is4() {
		ip = "ip"
	}
	place, name := placeOf(iface)
	list, bound := j.list(ip, place, name, direction)
	if !bound { // no list, or a set that nobody has defined: all pass [DOC]
		return true, "no filter"
	}
	for _, word := range list {
		if word == "dynamic" {
			break // opens the way back for what passed; one packet alone is not decided here
		}
		text := j.config.value("", ip+" filter "+word)
		if text == "" {
			continue // a number that nobody has defined is passed over [K]
		}
		f, _, ok := readFilter(ip+" filter "+word+" "+text, strings.Fields(text), ip == "ipv6")
		switch {
		case !ok || f.unclear != "":
			return false, f.text + ": cannot tell: " + f.unclear
		case f.matches(p):
			return f.pass, f.text
		}
	}
	return false, ip + " " + name + " secure filter " + direction + ": default" // unmatched is dropped [DOC]
}

// list is the numbers of the list that is bound, and whether one is.
func (j judge) list(ip, place, name, direction string) ([]string, bool) {
	if list := j.config.value(place, ip+" "+name+" secure filter "+direction); list != "" {
		return strings.Fields(list), true
	}
	set := j.config.value(place, ip+" "+name+" secure filter name")
	list := j.config.value("", ip+" filter set "+set+" "+direction)
	return strings.Fields(list), set != "" && list != ""
}

// placeOf is where the commands of an interface stand and what they call it: "pp 1" is the
// place "pp 1" and is called pp there.
func placeOf(iface string) (place, name string) {
	for _, kind := range []string{"pp", "tunnel"} {
		number := strings.TrimSpace(strings.TrimPrefix(iface, kind))
		if _, err := strconv.Atoi(number); strings.HasPrefix(iface, kind) && (err == nil || number == "anonymous") {
			return kind + " " + number, kind
		}
	}
	return "", iface
}

// definitions are the filters of a list, in the order of the list.
func (j judge) definitions(ip string, list []string) []string {
	var out []string
	kind := " filter "
	for _, word := range list {
		if word == "dynamic" {
			kind = " filter dynamic "
			continue
		}
		key := ip + kind + word
		if i := slices.IndexFunc(j.config, func(l line) bool { return l.place == "" && l.key == key }); i >= 0 {
			out = append(out, j.config[i].text)
		}
	}
	return out
}
