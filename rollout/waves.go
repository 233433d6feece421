package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"op25b/inventory"
	"op25b/sheet"
)

// Wave is devices that are changed side by side, before the next wave.
type Wave struct {
	Name    string
	Soak    time.Duration
	Devices []inventory.Device
}

// Waves deals the selected devices out, each to one wave, in the order of the inventory.
// In every wave but the last the second of a pair is passed over and left for later; the
// last one is split where a pair would meet. A wave that gets no device is left out. A
// device that no wave takes is an error.
func (r Rollout) Waves(devices []inventory.Device) ([]Wave, error) {
	left := slices.Clone(devices)
	var out []Wave
	for i, s := range r.Stages {
		last := i == len(r.Stages)-1
		var taken []inventory.Device
		if last {
			taken = s.take(left, nil)
			out = append(out, r.split(s, taken)...)
		} else {
			taken = s.take(left, r.Pairs)
			if len(taken) > 0 {
				out = append(out, Wave{s.Name, s.Soak, taken})
			}
		}
		left = slices.DeleteFunc(left, func(d inventory.Device) bool { return has(taken, d.Name) })
	}
	if len(left) > 0 {
		return nil, sheet.Errors{{Place: r.place, What: "no wave takes " + listed(left), Hint: "add a last wave: - { name: rest }"}}
	}
	return out, nil
}

// take is the devices that a stage takes, none of them together with the other one of
// its pair.
func (s Stage) take(left []inventory.Device, pairs [][2]string) []inventory.Device {
	var matching []inventory.Device
	for _, d := range left {
		if s.matches(d) {
			matching = append(matching, d)
		}
	}
	most := len(matching)
	if s.Percent > 0 {
		most = (len(matching)*s.Percent + 99) / 100
	}
	var out []inventory.Device
	for _, d := range matching {
		if len(out) < most && !meets(out, d.Name, pairs) && !s.hasOne(out, d) {
			out = append(out, d)
		}
	}
	return out
}

func (s Stage) matches(d inventory.Device) bool {
	for key, value := range s.Select {
		if !d.Has(key, value) {
			return false
		}
	}
	return true
}

// hasOne reports whether a wave with one device of each dialect has this one's.
func (s Stage) hasOne(wave []inventory.Device, d inventory.Device) bool {
	return s.OneOfEach != "" && slices.ContainsFunc(wave, func(o inventory.Device) bool { return o.Dialect == d.Dialect })
}

// split deals a wave out to as many as its pairs need: rest, rest-2.
func (r Rollout) split(s Stage, devices []inventory.Device) []Wave {
	var out []Wave
	for n := 1; len(devices) > 0; n++ {
		w := Wave{s.Name, s.Soak, Stage{}.take(devices, r.Pairs)}
		for ; n > 1 && w.Name == s.Name; n++ {
			if name := fmt.Sprintf("%s-%d", s.Name, n); !r.hasStage(name) {
				w.Name = name
				break
			}
		}
		out = append(out, w)
		devices = slices.DeleteFunc(slices.Clone(devices), func(d inventory.Device) bool { return has(w.Devices, d.Name) })
	}
	return out
}

func (r Rollout) hasStage(name string) bool {
	return slices.ContainsFunc(r.Stages, func(s Stage) bool { return s.Name == name })
}

func meets(wave []inventory.Device, name string, pairs [][2]string) bool {
	for _, p := range pairs {
		if p[0] == name && has(wave, p[1]) || p[1] == name && has(wave, p[0]) {
			return true
		}
	}
	return false
}

func has(wave []inventory.Device, name string) bool {
	return slices.ContainsFunc(wave, func(d inventory.Device) bool { return d.Name == name })
}

// listed are the names of a few devices, and how many more there are.
func listed(devices []inventory.Device) string {
	var names []string
	for i, d := range devices {
		if i == 5 {
			names = append(names, fmt.Sprintf("and %d more", len(devices)-5))
			break
		}
		names = append(names, d.Name)
	}
	return strings.Join(names, ", ")
}

// Check holds the rollout against the whole inventory: a pair or a label that no device
// bears is an error.
func Check(r Rollout, inv inventory.Inventory) error {
	var out sheet.Errors
	for i, p := range r.Pairs {
		for side, name := range p {
			if _, err := inv.Device(name); err != nil {
				out = append(out, sheet.Problem{Place: r.pairs[i].places[side], What: "no device is called " + sheet.Quote(name), Hint: sheet.DidYouMean(name, inv.Names())})
			}
		}
	}
	for _, s := range r.Stages {
		for _, key := range sortedKeys(s.Select) {
			if value := s.Select[key]; !slices.ContainsFunc(inv.Devices, func(d inventory.Device) bool { return d.Has(key, value) }) {
				out = append(out, sheet.Problem{Place: s.Place, What: fmt.Sprintf("wave %s: no device bears the label %s:%s", s.Name, key, value), Hint: "see `labels` in the inventory"})
			}
		}
	}
	return out.Err()
}

func sortedKeys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
