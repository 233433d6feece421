package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"op25b/plan"
	"op25b/pusher"
)

// progress is what a push looks like at one moment: the devices that are under way, those that
// failed, and counts of all others. It is a value: an event makes another of it. What it keeps
// grows with the devices that are under way or failed, not with the fleet.
type progress struct {
	brief  *brief
	wave   string
	leg    string
	begun  []string // waves that have begun, each once
	total  int      // devices of this wave and leg; 0 where nobody said how many
	done   int      // of them, those that came out well
	failed int      // of them, those that did not
	before int      // devices that came out well in earlier waves
	rows   []row    // under way, in the order of their start
	ended  []row    // came out otherwise than well, in the whole push, in that order
	bad    []string // devices that count as failed in the whole run, sorted

	soaks   time.Time // when the soak ends; zero where there is none
	soak    string    // how long it is
	note    string    // why a wave goes back
	stopped string    // why no further device is started
	broken  bool      // somebody pressed Ctrl-C
}

// row is a device that is under way or has failed.
type row struct {
	device, dialect string
	doing           string    // in words, printable
	since           time.Time // its first event
	reverts         time.Time // when its own timer ends; zero where none runs
}

// brief is what the view needs of the plan and the options. It does not change.
type brief struct {
	plan    string // its id as people type it
	dry     bool
	gates   plan.Gates
	waves   []string       // all of the plan
	devices map[string]int // by wave, those that are to be pushed
	at      map[string]place
	leftOut map[string]int // by wave, those that are not tried
	out     map[string]bool
	foreign func(string) string
	paint   func(colour, text string) string
}

// place is where the plan has a device.
type place struct{ wave, dialect string }

// progressOf is the view before the first event.
func progressOf(p plan.Plan, o pusher.Options, foreign func(string) string, paint func(colour, text string) string) progress {
	b := &brief{plan: p.Short(), dry: o.DryRun, gates: p.Gates, devices: map[string]int{}, at: map[string]place{},
		leftOut: map[string]int{}, out: map[string]bool{}, foreign: foreign, paint: paint}
	w := progress{brief: b}
	for _, device := range o.LeaveOut {
		b.out[device] = true
		w.bad = with(w.bad, device)
	}
	for device, past := range o.Past {
		if past.Failed {
			w.bad = with(w.bad, device)
		}
	}
	over := false
	for _, wave := range p.Waves {
		b.waves = append(b.waves, wave.Name)
		chosen := !over && (len(o.Waves) == 0 || slices.Contains(o.Waves, wave.Name))
		over = over || wave.Name == o.Through
		for _, s := range wave.Steps {
			b.at[s.Device] = place{wave.Name, s.Dialect}
			if !chosen || len(o.Devices) > 0 && !slices.Contains(o.Devices, s.Device) {
				continue
			}
			b.devices[wave.Name]++
			if b.out[s.Device] {
				b.leftOut[wave.Name]++
			}
		}
	}
	return w
}

// take is the view after an event.
func (w progress) take(e pusher.Event) progress {
	switch {
	case e.What == pusher.WaveBegins:
		return w.opens(e)
	case e.What == pusher.Soaks:
		w.soak = w.brief.clean(e.Text)
		d, _ := time.ParseDuration(e.Text)
		w.soaks = e.Time.Add(d)
	case e.What == pusher.Stopped:
		w.stopped = w.brief.clean(e.Text)
	case e.What == pusher.Soaked:
		w.soaks = time.Time{}
	case e.What == pusher.Retreats && e.Device == "":
		w.note = w.brief.clean(e.Text)
	case e.What == pusher.Heard || e.Device == "": // of a device that is through already
	case e.What == pusher.Finished:
		return w.ends(e)
	default:
		return w.goesOn(e)
	}
	return w
}

// opens begins a wave, or another leg of one.
func (w progress) opens(e pusher.Event) progress {
	if !slices.Contains(w.begun, e.Wave) {
		w.begun = append(slices.Clone(w.begun), e.Wave)
		w.before += w.done
	}
	w.wave, w.leg, w.soaks, w.stopped = e.Wave, "", time.Time{}, ""
	w.total, w.done, w.failed, w.rows = 0, 0, 0, nil
	fmt.Sscan(e.Text, &w.total) // "60 devices"
	return w
}

// goesOn is a device that does something.
func (w progress) goesOn(e pusher.Event) progress {
	w.wave, w.leg = e.Wave, e.Leg
	w.rows = slices.Clone(w.rows)
	i := slices.IndexFunc(w.rows, func(r row) bool { return r.device == e.Device })
	if i < 0 {
		i = len(w.rows)
		w.rows = append(w.rows, row{device: e.Device, dialect: w.brief.at[e.Device].dialect, since: e.Time})
	}
	r := &w.rows[i]
	switch e.What {
	case pusher.Arming:
		r.reverts = e.Time.Add(lengthIn(e.Text))
	case pusher.Confirmed:
		r.reverts = time.Time{}
	}
	r.doing = w.brief.doing(e)
	return w
}

// ends is a device that has come out, well or not.
func (w progress) ends(e pusher.Event) progress {
	w.wave, w.leg = e.Wave, e.Leg
	r := row{device: e.Device, dialect: w.brief.at[e.Device].dialect, since: e.Time}
	if i := slices.IndexFunc(w.rows, func(r row) bool { return r.device == e.Device }); i >= 0 {
		r = w.rows[i]
		w.rows = slices.Delete(slices.Clone(w.rows), i, i+1)
	}
	class, _, _ := pusher.Ended(e.Text)
	if class == pusher.Done {
		w.done++
		if e.Leg == "push" { // as the march counts: what was taken back has failed all the same
			w.bad = without(w.bad, e.Device)
		}
		return w
	}
	if class != pusher.Unknown { // then its timer, if any, may still run
		r.reverts = time.Time{}
	}
	w.failed++
	w.bad = with(w.bad, e.Device)
	r.doing = w.brief.clean(strings.Replace(e.Text, ": "+e.Device+": ", ": ", 1))
	w.ended = slices.DeleteFunc(slices.Clone(w.ended), func(old row) bool { return old.device == e.Device })
	w.ended = append(w.ended, r)
	return w
}

// interrupted is the view after Ctrl-C.
func (w progress) interrupted() progress {
	w.broken = true
	return w
}

// doing is what a device does after an event, in words.
func (b *brief) doing(e pusher.Event) string {
	switch e.What {
	case pusher.Connected:
		return "connected; reading what it has"
	case pusher.Checked:
		return "checked: " + b.clean(e.Text)
	case pusher.Trying:
		return b.clean(e.Text)
	case pusher.Arming:
		return "starting its revert timer"
	case pusher.Armed:
		return "its revert timer runs"
	case pusher.Sent:
		if n := strings.Count(strings.TrimSuffix(e.Text, "\n"), "\n") + 1; n > 1 {
			return fmt.Sprintf("typing %d lines", n)
		}
		return "typing " + b.clean(e.Text)
	case pusher.Staged:
		return "staged, and read back"
	case pusher.Switched:
		return "switched; reading it over a new session"
	case pusher.Verified:
		return "read over a new session: as proved"
	case pusher.Confirming:
		return "confirming"
	case pusher.Confirmed:
		return "confirmed"
	case pusher.SavedConfig:
		return "saved"
	case pusher.Waits:
		return "waiting: " + b.clean(e.Text)
	case pusher.Skipped:
		return b.clean(e.Text)
	case pusher.Retreats:
		return "going back: " + b.clean(e.Text)
	}
	return b.clean(e.What + " " + e.Text)
}

// clean is text that may come from a device, printable and in one line. What turns the direction
// of writing or has no width is not printable.
func (b *brief) clean(text string) string {
	text = strings.Join(strings.Fields(firstLine(b.foreign(text))), " ")
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}

// lengthIn is the length of time in which the text of an Arming event ends.
func lengthIn(text string) time.Duration {
	words := strings.Fields(text)
	if len(words) == 0 {
		return 0
	}
	d, _ := time.ParseDuration(words[len(words)-1])
	return d
}

// with and without are a sorted list with a name in it, and without.
func with(names []string, name string) []string {
	i, there := slices.BinarySearch(names, name)
	if there {
		return names
	}
	return slices.Insert(slices.Clone(names), i, name)
}

func without(names []string, name string) []string {
	i, there := slices.BinarySearch(names, name)
	if !there {
		return names
	}
	return slices.Delete(slices.Clone(names), i, i+1)
}
