package main

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"time"

	"op25b/plan"
)

// pageText is the page: its words, its look, and no program.
//
//go:embed page.tmpl
var pageText string

// page is what a page for the change board is made of: a plan, or a plan and a run of it.
type page struct {
	Plan      plan.Plan
	File      string   // the plan file as it was named, "" where there is none
	Approvals []string // who approved it, as checked
	Run       account  // without an ID: nobody ran it, the page is of the plan
}

// account is a run as the journal has it.
type account struct {
	ID, Operator, Host string
	Begun, Ended       time.Time // Ended is zero while the run is open
	End                string    // done, aborted, rolled-back, "" while it is open
	Checked            bool      // whether the chain of the journal was recomputed
	Broken             string    // what is wrong with the chain, "" where it holds
	Rows               []entry   // in the order of Seq
}

// entry is a row of the journal.
type entry struct {
	Seq                                           int
	Time                                          time.Time
	Wave, Device, Leg, What, Text, Operator, Hash string
}

// printPage writes the page. Every text in it passed the voice's filter, so that neither a
// secret nor a control character arrives; html/template escapes the rest.
func (g *globals) printPage(p page) error {
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return err
	}
	p.Plan = scrubbed(p.Plan, func(s string) string { return strings.ReplaceAll(s, "\n", "␤") }) // a line that is two must not look like two
	p.File = cmp.Or(p.File, "FILE")
	var out bytes.Buffer
	if err := t.Execute(&out, viewOf(scrubbed(p, func(s string) string { return visible(g.voice.foreign(s)) }))); err != nil {
		return err
	}
	_, err = g.voice.out.Write(out.Bytes())
	return err
}

// approvers are the people whose signatures beside the plan file count.
func (g *globals) approvers(p plan.Plan, file string) ([]string, error) {
	found, err := g.approvals(p, file)
	var out []string
	for _, a := range found.list {
		if a.Counts() {
			out = append(out, a.Signer.Name()+" "+a.Key)
		}
	}
	return out, err
}

// visible shows what would make a line read otherwise than it is: marks that turn the
// direction of writing, and characters without a width.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r >= 0x200b && r <= 0x200f, r == 0x061c, r == 0x2060, r == 0x2028, r == 0x2029, r == 0xfeff:
			return '?'
		}
		return r
	}, s)
}

// scrubbed is a copy of a value in which every text went through the filter, so that a field
// which is new tomorrow does too.
func scrubbed[T any](v T, filter func(string) string) T {
	return scrub(reflect.ValueOf(v), filter).Interface().(T)
}

func scrub(v reflect.Value, filter func(string) string) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		out := reflect.New(v.Type()).Elem()
		out.SetString(filter(v.String()))
		return out
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(scrub(v.Elem(), filter))
		return out
	case reflect.Slice:
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(scrub(v.Index(i), filter))
		}
		return out
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		for i := range v.NumField() {
			if out.Field(i).CanSet() { // a time's fields cannot, and hold no text
				out.Field(i).Set(scrub(v.Field(i), filter))
			}
		}
		return out
	}
	return v
}

// fileWord is a file's name as a word of the shell.
func fileWord(path string) string {
	name := filepath.Base(path)
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	if regexp.MustCompile(`^[A-Za-z0-9._/+@%:,=-]+$`).MatchString(name) {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// view is the page as the template prints it.
type view struct {
	page
	Title, Head, Lede  string
	Beside             string // where the approvals stand
	Short, Rest        string // the id: its first 12 digits, and the others
	Change, Devices    int    // how many devices change, of how many
	Lines              int
	Packets            []tally
	Unproved           []string
	Where              []waveView
	Reverts            reverts
	Cleans             bool
	Validity           string
	Gates              []fact
	Digests            []fact
	Approved, Needed   int // approvals
	Report             runView
	Zone               string
	Waves              string // counted
	OfDevices, ToTouch string
}

// fact is a name and what it is.
type fact struct{ Name, Value string }

// tally is a change of packets in the policy's words, and how many devices make it.
type tally struct{ Change, Words, Devices string }

type waveView struct {
	Number int
	Name   string
	Soak   string
	Count  string
	Names  string
	Rows   []rowView
	Blocks []block
}

// rowView is one device in the table.
type rowView struct {
	Device, Dialect, Method string
	Anchor                  string
	Lines                   int
	Signs                   string // +3 −1 ~2
	Closes, Opens           int
	Entries                 plan.Entries
	Bar                     bar
	State                   state // of a run
}

func viewOf(p page) view {
	v := view{page: p, Validity: validity(p.Plan.Valid), Needed: p.Plan.Gates.Approvals, Approved: len(p.Approvals), Reverts: revertsOf(p.Plan), Digests: digestFacts(p.Plan.Inputs)}
	v.Gates = gateFacts(p.Plan.Gates, v.Reverts)
	v.Beside, v.File = fileWord(plan.Beside(p.File)), fileWord(p.File)
	v.Short, v.Rest = p.Plan.Short(), p.Plan.ID[len(p.Plan.Short()):]
	zone := time.UTC
	if w := p.Plan.Gates.Window; w != nil {
		if z, err := time.LoadLocation(w.Timezone); err == nil {
			zone = z
		}
	}
	v.Zone = zone.String()
	if p.Run.ID != "" {
		v.Report = reportOf(p.Plan, p.Run, zone)
	}
	widest := 1
	for _, w := range p.Plan.Waves {
		for _, s := range w.Steps {
			widest = max(widest, s.Entries.Peak, s.Entries.Before, s.Entries.After)
			v.count(s)
		}
	}
	for i, w := range p.Plan.Waves {
		v.Where = append(v.Where, v.wave(i+1, w, widest))
	}
	v.Packets = tallies(p.Plan)
	v.Waves, v.OfDevices, v.ToTouch = counted(len(p.Plan.Waves), "wave"), counted(v.Devices, "device"), counted(v.Lines, "line")
	v.head()
	return v
}

// head writes the headline and the one sentence below it.
func (v *view) head() {
	v.Head = "The policy on "
	phase := ", when no phase is in force"
	if v.Plan.Phase != "" {
		v.Head = "Phase " + v.Plan.Phase + ", "
		phase = ", phase " + v.Plan.Phase
	}
	v.Title = v.Head + v.Plan.At
	v.Lede = fmt.Sprintf("Plan %s by %s brings %d of %s, in %s, to what the policy says on %s%s.",
		v.Short, v.Plan.Author, v.Change, v.OfDevices, v.Waves, v.Plan.At, phase)
}

func (v *view) count(s plan.Step) {
	v.Devices++
	v.Lines += len(s.Do)
	v.Cleans = v.Cleans || len(s.Cleanup) > 0
	if s.Method == plan.None {
		return
	}
	v.Change++
	if !proved(s.Proof) {
		v.Unproved = append(v.Unproved, s.Device)
	}
}

func proved(p plan.Proof) bool {
	return p.Meaning == "equal" && p.Others == "unchanged" && p.WrongMoments == 0
}

func (v *view) wave(number int, w plan.Wave, widest int) waveView {
	out := waveView{Number: number, Name: w.Name, Soak: w.Soak, Count: counted(len(w.Steps), "device"), Names: names(w.Steps)}
	anchors := map[string]string{}
	for i, group := range sameness(w.Steps) {
		b := blockOf(group)
		b.Anchor = fmt.Sprintf("w%d-%d", number, i+1)
		for _, s := range group {
			anchors[s.Device] = b.Anchor
		}
		out.Blocks = append(out.Blocks, b)
	}
	for _, s := range w.Steps {
		r := rowView{Device: s.Device, Dialect: s.Dialect, Method: s.Method, Anchor: anchors[s.Device], Lines: len(s.Do), Signs: signs(s.Changes),
			Closes: len(s.Closes), Opens: len(s.Opens), Entries: s.Entries, Bar: barOf(s.Entries, widest)}
		if v.Run.ID != "" {
			r.State = v.Report.Now(s.Device)
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}
