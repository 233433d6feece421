package iosxr

import (
	"fmt"
	"regexp"
	"slices"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// slotted is an interface of a line card, by its rack and slot.
var slotted = regexp.MustCompile(`^[A-Za-z]+(\d+)/(\d+)/\d+`)

// Counts asks the line cards, which do the filtering and count for themselves: the one that the
// interface is on, for a bundle or another logical interface all that the router has interfaces
// on. The other way is what the route processor shows without being told where. An NCS 5500
// counts what is denied, and what is permitted only after a hw-module option and a reload.
// [ASR 9000 and NCS 5500 configuration guides]
func (Dialect) Counts(have acl.Config, list string, at acl.Point) [][]string {
	if words.Plain(list) != nil {
		return nil
	}
	show := fmt.Sprintf("show access-lists %s %s", at.Family, list)
	side := "ingress"
	if at.Direction == acl.Out {
		side = "egress"
	}
	cards := locations(at.Interface)
	if len(cards) == 0 {
		cards = locations(have.Interfaces...)
	}
	var hardware []string
	for _, card := range cards {
		hardware = append(hardware, show+" hardware "+side+" location "+card)
	}
	if len(hardware) == 0 {
		return [][]string{{show}}
	}
	return [][]string{hardware, {show}}
}

// locations are the line cards of interfaces, each once: 0/0/CPU0.
func locations(interfaces ...string) []string {
	var out []string
	for _, name := range interfaces {
		m := slotted.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		if card := m[1] + "/" + m[2] + "/CPU0"; !slices.Contains(out, card) {
			out = append(out, card)
		}
	}
	return out
}

// heading is the line above the entries of a list.
var heading = regexp.MustCompile(`^(ipv4|ipv6|ethernet-services) access-list (\S+)$`)

// Counted reads show access-lists, with hardware or without. That an entry without a counter has
// counted nothing holds for IOS, and is taken for XR too.
func (Dialect) Counted(text, list string, f packet.Family) []words.Count {
	return words.CiscoCounts(text, list, func(line string) (string, bool) {
		m := heading.FindStringSubmatch(line)
		switch {
		case m == nil:
			return "", false
		case m[1] == f.String():
			return m[2], true
		}
		return "", true
	})
}
