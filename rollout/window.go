package rollout

import (
	"slices"
	"strings"
	"time"

	"op25b/sheet"
)

// Window is when a push may run. A window whose To is not after its From goes past
// midnight and belongs to the day on which it opens.
type Window struct {
	Days   []time.Weekday // in the order of the week from Monday
	From   int            // minutes after midnight, 0 to 1439
	To     int            // minutes after midnight, 1 to 1440; the first at which it is closed
	Zone   *time.Location
	Freeze []Freeze // days on which it stays closed
}

// Freeze is days without changes, both included.
type Freeze struct{ From, To sheet.Date }

// Open reports whether the window is open at a moment.
func (w Window) Open(at time.Time) bool {
	local := at.In(w.Zone)
	today := sheet.DateOf(local)
	for _, f := range w.Freeze {
		if !today.Before(f.From) && !f.To.Before(today) {
			return false
		}
	}
	minute := local.Hour()*60 + local.Minute()
	yesterday := (local.Weekday() + 6) % 7
	if w.From < w.To {
		return slices.Contains(w.Days, local.Weekday()) && w.From <= minute && minute < w.To
	}
	return slices.Contains(w.Days, local.Weekday()) && w.From <= minute ||
		slices.Contains(w.Days, yesterday) && minute < w.To
}

// Names are the days as the file writes them: mon, tue.
func (w Window) Names() []string {
	var out []string
	for _, d := range w.Days {
		out = append(out, strings.ToLower(d.String()[:3]))
	}
	return out
}

// week is the days in their order.
func week() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

func readWindow(v sheet.Value) *Window {
	if !v.IsGiven() {
		return nil
	}
	o := v.Object("days", "from", "to", "timezone", "freeze")
	w := Window{Days: week()}
	if days := o.Get("days"); days.IsGiven() {
		w.Days = readDays(days)
	}
	w.From, _ = clock(o.Need("from", "write the time at which it opens: \"02:00\""))
	w.To, _ = clock(o.Need("to", "write the time at which it closes: \"05:00\""))
	if w.From == 24*60 {
		o.Get("from").Refuse("a window does not open at 24:00", "write \"00:00\" and the next day")
	}
	if w.From == w.To && w.From > 0 {
		o.Get("to").Refuse("the window closes when it opens", "write another time, or leave the window out")
	}
	if w.To == 0 {
		w.To = 24 * 60
	}
	w.Zone, _ = o.Need("timezone", "write the zone of its clock: Asia/Tokyo").Zone()
	w.Freeze = readFreeze(o.Get("freeze"))
	return &w
}

func readDays(v sheet.Value) []time.Weekday {
	given := map[string]bool{}
	for _, item := range v.Items() {
		s, ok := item.Word(Window{Days: week()}.Names()...)
		if ok && given[s] {
			item.Refuse(sheet.Quote(s)+" is in the list twice", "")
		}
		given[s] = true
	}
	var out []time.Weekday
	for _, d := range week() {
		if given[strings.ToLower(d.String()[:3])] {
			out = append(out, d)
		}
	}
	return out
}

// clock reads HH:MM as minutes after midnight, up to 24:00.
func clock(v sheet.Value) (int, bool) {
	s, ok := v.Text()
	if !ok {
		return 0, false
	}
	if s == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		v.Refuse(sheet.Quote(s)+" is not a time of the day", "write it in quotes as \"02:00\"")
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

// readFreeze reads dates, and mappings with from and to.
func readFreeze(v sheet.Value) []Freeze {
	if !v.IsGiven() {
		return nil
	}
	var out []Freeze
	for _, item := range v.Items() {
		if item.IsText() {
			d, _ := item.Date()
			out = append(out, Freeze{d, d})
			continue
		}
		o := item.Object("from", "to")
		from, _ := o.Need("from", "").Date()
		to, _ := o.Need("to", "").Date()
		if to.Before(from) && !to.IsZero() {
			o.Get("to").Refuse("the freeze ends before it begins", "")
		}
		out = append(out, Freeze{from, to})
	}
	return out
}
