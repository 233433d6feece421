package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"op25b/plan"
)

// bar is entries drawn against the limit, in per cent of its width.
type bar struct {
	Before, After, Peak string
	Words               string // near the limit; limit not known
	Tight               bool
	Drawn               bool // there are entries
}

// block is the change of one device, or of several whose change is the same.
type block struct {
	plan.Step
	Anchor   string
	Names    []string
	Where    []string // name, address
	Same     bool
	How      string
	Facts    []fact
	Passages []passage
	Rows     []packetRow
	Others   string
	Proved   bool
	Counted  string // of the lines to send
}

// passage is lines that go out together, and what they do then; no title where they are all there are.
type passage struct {
	Title string
	Lines []string
}

// packetRow is a Row whose long sets of addresses are folded away.
type packetRow struct {
	plan.Row
	Words  string // with an arrow that does not break
	Places string
	Long   bool
}

// sameness groups devices for which all is the same that the page shows of a step, but for
// name and address.
func sameness(steps []plan.Step) [][]plan.Step {
	var out [][]plan.Step
	at := map[string]int{}
	for _, s := range steps {
		same := s
		same.Device, same.Address, same.Via, same.Identity = "", "", plan.Via{}, plan.Identity{}
		same.Have, same.Want, same.Cleaned, same.Before, same.After = "", "", "", nil, nil
		same.Packets = unplaced(s.Packets)
		key, _ := json.Marshal(same)
		if i, there := at[string(key)]; there {
			out[i] = append(out[i], s)
			continue
		}
		at[string(key)] = len(out)
		out = append(out, []plan.Step{s})
	}
	return out
}

// unplaced are rows without the numbers of lines in a device's own text.
func unplaced(rows []plan.Row) []plan.Row {
	place := regexp.MustCompile(`^line [0-9]+: `)
	out := slices.Clone(rows)
	for i := range out {
		out[i].Before = place.ReplaceAllString(out[i].Before, "")
	}
	return out
}

func blockOf(group []plan.Step) block {
	s := group[0]
	b := block{Step: s, Same: s.Method == plan.None, How: methodWords(s.Method), Proved: proved(s.Proof), Passages: passages(s), Counted: counted(len(s.Do), "line")}
	for _, one := range group {
		b.Names = append(b.Names, one.Device)
		b.Where = append(b.Where, one.Address)
	}
	for _, a := range s.Attach {
		b.Facts = append(b.Facts, fact{a.Interface + " " + a.Direction, strings.Join(a.Families, ", ")})
	}
	rows := s.Packets
	if len(group) > 1 {
		rows = unplaced(rows)
	}
	for _, r := range rows {
		b.Rows = append(b.Rows, packetRow{Row: r, Words: strings.ReplaceAll(r.Words, " -> ", " → "), Places: strings.Join(r.At, "; "), Long: len(r.Packets) > longest})
	}
	if len(rows) == 0 {
		b.Rows = bare(s)
	}
	return b
}

// bare are the rows of a step whose packets are known only as addresses.
func bare(s plan.Step) []packetRow {
	var out []packetRow
	for _, packets := range s.Closes {
		out = append(out, packetRow{Row: plan.Row{Change: plan.Closes}, Words: packets})
	}
	for _, packets := range s.Opens {
		out = append(out, packetRow{Row: plan.Row{Change: plan.Opens}, Words: packets})
	}
	return out
}

func methodWords(method string) string {
	switch method {
	case plan.Swap:
		return "a new generation beside the old one, then the binding"
	case plan.InPlace:
		return "lines of the list that is bound"
	case plan.Commit:
		return "one commit"
	case plan.Set:
		return "one gNMI Set"
	}
	return "nothing to do"
}

// passages are the lines of a step as its method sends them.
func passages(s plan.Step) []passage {
	stage, swap := "Stage, without effect; read back before the switch", "Switch, from here on it has effect"
	switch {
	case len(s.Stage)+len(s.Switch) == 0:
		return []passage{{"", s.Do}}
	case s.Method == plan.Set:
		return []passage{{"One Set, a transaction: nothing is staged, and it is read back when it is in force", s.Do}}
	case s.Method == plan.Commit:
		stage, swap = "Stage in the candidate, without effect; read back before the commit", "Switch in the candidate; all of it has effect with the commit"
	}
	return slices.DeleteFunc([]passage{{stage, s.Stage}, {swap, s.Switch}}, func(p passage) bool { return len(p.Lines) == 0 })
}

// signs counts changed lines by their sign: +3 −1 ~2.
func signs(changes []plan.Change) string {
	count := map[string]int{}
	for _, c := range changes {
		count[c.Sign]++
	}
	var out []string
	for _, sign := range []string{"+", "-", "~", ">", "="} {
		if n := count[sign]; n > 0 {
			out = append(out, fmt.Sprintf("%s%d", strings.ReplaceAll(sign, "-", "−"), n))
		}
	}
	return strings.Join(out, " ")
}

// tallies are the changes of packets over all devices, in order of their first.
func tallies(p plan.Plan) []tally {
	type key struct{ change, words string }
	var order []key
	count := map[key]int{}
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			seen := map[key]bool{}
			for _, r := range blockOf([]plan.Step{s}).Rows {
				k := key{r.Change, r.Words}
				if count[k] == 0 {
					order = append(order, k)
				}
				if !seen[k] {
					seen[k] = true
					count[k]++
				}
			}
		}
	}
	var out []tally
	for _, k := range order {
		out = append(out, tally{k.change, k.words, counted(count[k], "device")})
	}
	return out
}

// barOf draws entries against the limit; where the limit is not known, against the widest
// device of the plan.
func barOf(e plan.Entries, widest int) bar {
	whole := e.Limit
	b := bar{Drawn: e.Before+e.After+e.Peak > 0}
	switch {
	case !b.Drawn:
		return b
	case e.Limit == 0:
		whole, b.Words = widest, "limit not known"
	case e.Peak*5 >= e.Limit*4:
		b.Words, b.Tight = "near the limit", true
	}
	per := func(n int) string { return fmt.Sprintf("%.2f%%", min(100, 100*float64(n)/float64(whole))) }
	b.Before, b.After, b.Peak = per(e.Before), per(e.After), per(e.Peak)
	return b
}

func gateFacts(g plan.Gates, r reverts) []fact {
	out := []fact{
		{"at once", counted(g.Parallel, "device")},
		{"stops", fmt.Sprintf("a wave at %d failed, the run at %d", g.MaxFailed, g.MaxFailedTotal)},
	}
	if r.Usual != "" {
		out = append(out, fact{"reverts", "a device that is not confirmed, after " + r.Usual})
	}
	for _, o := range r.Other {
		out = append(out, fact{"reverts", "after " + o.After + ": " + strings.Join(o.Devices, ", ")})
	}
	if w := g.Window; w != nil {
		out = append(out, fact{"window", fmt.Sprintf("%s %s to %s %s", strings.Join(w.Days, ", "), w.From, w.To, w.Timezone)})
		for _, f := range w.Freeze {
			out = append(out, fact{"freeze", f.From + " to " + f.To})
		}
	}
	for _, s := range g.Signers {
		out = append(out, fact{"signer", s})
	}
	return out
}

func digestFacts(in plan.Inputs) []fact {
	out := []fact{{"policy", in.Policy}, {"lock", in.Lock}, {"inventory", in.Inventory}, {"rollout", in.Rollout}, {"templates", in.Templates}}
	for i := range out {
		if out[i].Value == "" {
			out[i].Value = "no such file"
		}
	}
	return out
}
