package junos

import (
	"strings"

	"op25b/acl"
)

// mixes reports whether a filter uses the conditions "address" or "prefix-list" beside those
// that say source or destination. Such a filter may be evaluated out of order (Junos policy
// framework guide), so the order of its terms says nothing.
func mixes(filter *statement) bool {
	either, sided := false, false
	for _, term := range filter.find("term").active() {
		for _, c := range term.find("from").active() {
			switch c.word {
			case "address", "prefix-list":
				either = true
			case "source-address", "destination-address", "source-prefix-list", "destination-prefix-list":
				sided = true
			}
		}
	}
	return either && sided
}

// term reads one term as one entry. The place carries the whole term, so that two terms that
// are not understood are only the same where their texts are.
func (r *reader) term(l acl.List, s *statement) acl.Entry {
	e := acl.Entry{Label: s.word, Why: reason(l.Name, s), Place: r.tree.place(s.line, "")}
	e.Place.Text = strings.TrimSpace("term " + quoted(s.word) + " " + s.text())
	c := r.conditions(s.find("from"), l.Family)
	e.Match, e.Also = c.boxes[0], c.boxes[1:]
	if len(e.Also) == 0 {
		e.Also = nil
	}
	e.SrcGroup, e.DstGroup = c.src.group, c.dst.group
	a := actions(s.find("then"))
	e.Action, e.Log, e.Count = a.action, a.log, a.count
	doubt(&e, joined(c.doubt, a.doubt))
	for _, k := range s.active() {
		switch k.word {
		case "from", "then", "apply-groups", "apply-groups-except", "apply-macro", "apply-flags":
		default:
			doubt(&e, quoted(k.word)+" of a term is not understood")
		}
	}
	return e
}

// doubt makes an entry unmodelled, for one reason more.
func doubt(e *acl.Entry, why string) {
	e.Unmodelled = joined(e.Unmodelled, why)
	e.Place.Why = e.Unmodelled
}

// reason is why a term of ours is there: the comment before it in a rendered text, else its
// name, for a router keeps no more than that.
func reason(filter string, term *statement) acl.Why {
	if !ours(filter) {
		return acl.Why{}
	}
	if term.note == "" {
		return acl.Why{Text: term.word}
	}
	place, text, _ := strings.Cut(term.note, " ")
	if _, number, found := strings.Cut(place, ":"); found && number != "" && number[0] >= '0' && number[0] <= '9' {
		return acl.Why{Place: place, Text: text}
	}
	return acl.Why{Text: term.note}
}

func ours(name string) bool { return strings.HasPrefix(name, "OP25B-") && acl.Owner{}.Owns(name) }

// deed is what a term does with a packet that it takes.
type deed struct {
	action acl.Action
	log    bool
	count  bool
	doubt  string
}

// actions reads a "then". A term without one, or with none that ends the filter, accepts (manual).
func actions(then *statement) deed {
	d := deed{action: acl.Permit}
	if then == nil {
		return d
	}
	var ends []string
	if len(then.kids) == 0 {
		d.doubt = "then without an action: the line may be cut"
	}
	for _, k := range then.active() {
		switch k.word {
		case "accept", "discard", "reject":
			ends = append(ends, k.word)
			d.action = acl.Deny
			if k.word == "accept" {
				d.action = acl.Permit
			}
			if k.word != "reject" && len(k.kids) > 0 {
				d.doubt = joined(d.doubt, "words after "+k.word+" are not understood")
			}
		case "next":
			ends = append(ends, k.word)
			d.action = acl.Next
			if len(k.kids) != 1 || k.find("term") == nil {
				d.doubt = joined(d.doubt, "next without term is not understood")
			}
		case "log", "syslog":
			d.log = true
		case "count":
			d.count = true
		default:
			if !goesOn(k.word) {
				d.doubt = joined(d.doubt, "the action "+quoted(k.word)+" is not modelled")
			}
		}
	}
	if len(ends) > 1 {
		d.doubt = joined(d.doubt, "more than one of "+strings.Join(ends, ", "))
	}
	return d
}

// goesOn reports whether an action leaves the verdict alone. A policer drops what is over its
// rate; that is not the filter's verdict on a packet.
func goesOn(action string) bool {
	switch action {
	case "policer", "three-color-policer", "hierarchical-policer", "prefix-action", "sample", "loss-priority",
		"forwarding-class", "dscp", "traffic-class", "port-mirror", "port-mirror-instance", "packet-mode",
		"service-accounting", "service-accounting-deferred",
		"apply-groups", "apply-groups-except", "apply-macro", "apply-flags":
		return true
	}
	return false
}
