package pusher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/plan"
	"op25b/templates"
	"op25b/templates/words"
)

// Signals are what a device tells, at one moment, of the traffic through its lists and of filters
// that it could not put into force.
type Signals struct {
	Lists   []Tally  // of each list bound at a point of the step, in the order of the points
	Trouble []string // lines of the log about filters, as the device wrote them, oldest first
	Logged  bool     // the log could be read
	Mute    []string // what the device cannot tell, for people
}

// Tally is the counters of a list at a point. A list that is bound at several points is counted
// once by most devices: then its tallies are the same.
type Tally struct {
	Point   acl.Point
	List    string
	Entries []Took
	shown   string // the commands that showed it
}

// Took is how many packets an entry took since the device began to count.
type Took struct {
	Entry   string // its number or its name: 30, block-everybody
	Action  acl.Action
	Final   bool // the permit of everything that ends what is bound at the point
	Packets uint64
	Known   bool // false where the device has no counter of it, or shows it in words not understood
}

// listen reads a device's signals over a session of its own.
func (p Pusher) listen(ctx context.Context, d doors, step plan.Step) (Signals, error) {
	o, err := p.open(ctx, d, TargetOf(step))
	if err != nil {
		return Signals{}, err
	}
	defer o.Close()
	return o.signals(ctx, step)
}

// signals reads the signals of the lists that are bound at the points of a step now, whichever
// they are: before the switch those are the former ones. What a device cannot tell is in Mute;
// an error says that the session is over.
func (o post) signals(ctx context.Context, step plan.Step) (Signals, error) {
	running, err := o.read(ctx)
	if err != nil {
		return Signals{}, err
	}
	return o.signalsOf(ctx, step, running.Config)
}

// signalsOf is signals for a device whose configuration was read just now.
func (o post) signalsOf(ctx context.Context, step plan.Step, have acl.Config) (Signals, error) {
	var s Signals
	counter, counts := o.dialect.(templates.Counter)
	if !counts {
		s.mute("%s has no counters", step.Dialect)
	}
	shown := map[string][]words.Count{}
	for _, at := range step.Points() {
		names := have.Binding(at).Lists
		for i, name := range names {
			l, there := have.List(at.Family, name)
			if !there || !counts {
				continue
			}
			t, err := o.tally(ctx, counter, have, l, at, shown)
			if err != nil {
				return Signals{}, err
			}
			if last := final(l); i == len(names)-1 && last >= 0 {
				t.Entries[last].Final = true
			}
			s.add(t)
		}
	}
	return s, o.logged(ctx, have, step.Points(), &s)
}

func (s *Signals) mute(format string, words ...any) {
	if text := fmt.Sprintf(format, words...); !slices.Contains(s.Mute, text) {
		s.Mute = append(s.Mute, text)
	}
}

// add takes a tally in, and says what is missing in it.
func (s *Signals) add(t Tally) {
	s.Lists = append(s.Lists, t)
	if !slices.ContainsFunc(t.Entries, func(e Took) bool { return e.Known }) {
		s.mute("it shows no counters of %s", t.List)
		return
	}
	for _, e := range t.Entries {
		if e.Final && !e.Known {
			s.mute("the last entry of %s, which permits the rest, has no counter", t.List)
		}
	}
}

// final is the place of the entry that permits everything at the end of a list; -1 for none.
func final(l acl.List) int {
	written := entries(l)
	last := len(written) - 1
	if last >= 0 && written[last].Action == acl.Permit && written[last].Unmodelled == "" && written[last].Match.Equal(packet.Any(l.Family)) {
		return last
	}
	return -1
}

// entries are those that stand in the text.
func entries(l acl.List) []acl.Entry {
	return slices.DeleteFunc(slices.Clone(l.Entries), func(e acl.Entry) bool { return e.Implied })
}

// tally counts a list in the best way that the device answers to. shown are the answers that were
// read already.
func (o post) tally(ctx context.Context, by templates.Counter, have acl.Config, l acl.List, at acl.Point, shown map[string][]words.Count) (Tally, error) {
	for _, way := range by.Counts(have, l.Name, at) {
		t := blank(l, at)
		t.shown = strings.Join(way, "\n")
		for _, command := range way {
			counts, read := shown[command]
			if !read {
				text, err := o.Read(ctx, command)
				if err != nil && !refused(err) {
					return Tally{}, err
				}
				counts = by.Counted(text, l.Name, l.Family)
				shown[command] = counts
			}
			t.sum(l, counts)
		}
		if slices.ContainsFunc(t.Entries, func(e Took) bool { return e.Known }) {
			return t, nil
		}
	}
	return blank(l, at), nil
}

// refused reports whether the device did not know the command, and nothing worse.
func refused(err error) bool {
	var r words.Refusal
	return errors.As(err, &r)
}

// blank is a list of which nothing is counted yet.
func blank(l acl.List, at acl.Point) Tally {
	t := Tally{Point: at, List: l.Name}
	for i, e := range entries(l) {
		name := e.Label
		switch {
		case name == "" && e.Sequence > 0:
			name = strconv.Itoa(e.Sequence)
		case name == "":
			name = fmt.Sprintf("entry %d", i+1)
		}
		t.Entries = append(t.Entries, Took{Entry: name, Action: e.Action})
	}
	return t
}

// sum adds what one command showed. Entries are told by their names or numbers; a text without
// numbers, as old releases of IOS have it, by their order, if there are as many.
func (t *Tally) sum(l acl.List, counts []words.Count) {
	written := entries(l)
	unnumbered := !slices.ContainsFunc(written, func(e acl.Entry) bool { return e.Sequence > 0 || e.Label != "" })
	shown := placesOf(counts)
	for i, e := range written {
		at := shown.of(e)
		if unnumbered && len(counts) == len(written) {
			at = i
		}
		if at >= 0 && counts[at].Known {
			t.Entries[i].Packets += counts[at].Packets
			t.Entries[i].Known = true
		}
	}
}

// places are where counts stand, by the name and the number of their entries: the first of each.
type places struct {
	labels  map[string]int
	numbers map[int]int
}

func placesOf(counts []words.Count) places {
	p := places{map[string]int{}, map[int]int{}}
	for i, c := range counts {
		if _, there := p.labels[c.Label]; !there {
			p.labels[c.Label] = i
		}
		if _, there := p.numbers[c.Sequence]; !there {
			p.numbers[c.Sequence] = i
		}
	}
	return p
}

// of is the place of the first count of an entry, -1 for none.
func (p places) of(e acl.Entry) int {
	byLabel, labelled := p.labels[e.Label]
	byNumber, numbered := p.numbers[e.Sequence]
	labelled, numbered = labelled && e.Label != "" && e.Count, numbered && e.Sequence > 0
	switch {
	case labelled && numbered:
		return min(byLabel, byNumber)
	case labelled:
		return byLabel
	case numbered:
		return byNumber
	}
	return -1
}

// logged reads the lines of the log that mean trouble: those about hardware that did not take a
// filter, and those about packets dropped at the end of a list where ours ends in a permit of
// everything.
func (o post) logged(ctx context.Context, have acl.Config, points []acl.Point, s *Signals) error {
	if o.words.Log == "" {
		s.mute("it has no log that is understood")
		return nil
	}
	lines, err := o.ReadLog(ctx, o.words.Log)
	if refused(err) {
		s.mute("its log cannot be read: %v", err)
		return nil
	}
	if err != nil {
		return err
	}
	s.Logged = true
	for _, line := range lines {
		if o.words.Alarm != nil && o.words.Alarm.MatchString(line) || o.lostEnd(have, points, line) {
			s.Trouble = append(s.Trouble, strings.TrimSpace(line))
		}
	}
	return nil
}

// lostEnd reports whether a line of the log says that a packet was dropped at the end of what is
// bound at one of the points, though the last entry there permits everything.
func (o post) lostEnd(have acl.Config, points []acl.Point, line string) bool {
	if o.words.Dropped == nil {
		return false
	}
	at, is := o.words.Dropped(line)
	if !is || !slices.Contains(points, at) {
		return false
	}
	names := have.Binding(at).Lists
	if len(names) == 0 {
		return false
	}
	l, there := have.List(at.Family, names[len(names)-1])
	return there && final(l) >= 0
}
