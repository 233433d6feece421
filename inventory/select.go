package inventory

import (
	"fmt"
	"slices"
	"strings"

	"op25b/sheet"
)

// Select picks devices, in the order of the file. Names pick by name, `!name` leaves one
// out; no name picks all. Labels narrow that down: of `site:tyo`, `site:osa` and
// `role:border` a device must bear one site and the role; `!site:tyo` leaves out who
// bears it. A label item without a colon is a name. A name or label that no device
// bears is an error with the nearest one as a hint; so is picking nothing.
func (i Inventory) Select(names, labels []string) ([]Device, error) {
	c, err := i.choose(names, labels)
	if err != nil {
		return nil, err
	}
	var out []Device
	for _, d := range i.Devices {
		if c.takes(d) {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no device is left of %d\nhint: leave out a name or a label", len(i.Devices))
	}
	return out, nil
}

// choice is what was asked for.
type choice struct {
	names, without []string
	labels         map[string][]string // key to the values that will do
	withoutLabels  [][2]string
}

func (i Inventory) choose(names, labels []string) (choice, error) {
	c := choice{labels: map[string][]string{}}
	for _, word := range slices.Concat(names, labels) {
		bare, not := strings.CutPrefix(word, "!")
		key, value, isLabel := strings.Cut(bare, ":")
		if err := i.bears(bare, key, value, isLabel); err != nil {
			return c, err
		}
		switch {
		case isLabel && not:
			c.withoutLabels = append(c.withoutLabels, [2]string{key, value})
		case isLabel:
			c.labels[key] = append(c.labels[key], value)
		case not:
			c.without = append(c.without, bare)
		default:
			c.names = append(c.names, bare)
		}
	}
	return c, nil
}

func (c choice) takes(d Device) bool {
	if slices.Contains(c.without, d.Name) || len(c.names) > 0 && !slices.Contains(c.names, d.Name) {
		return false
	}
	for _, l := range c.withoutLabels {
		if d.Has(l[0], l[1]) {
			return false
		}
	}
	for key, values := range c.labels {
		if v, bears := d.Labels[key]; !bears || !slices.Contains(values, v) {
			return false
		}
	}
	return true
}

// bears is an error where no device has the name or the label.
func (i Inventory) bears(word, key, value string, isLabel bool) error {
	if !isLabel {
		_, err := i.Device(word)
		return err
	}
	var known []string
	for _, d := range i.Devices {
		if d.Has(key, value) {
			return nil
		}
		for k, v := range d.Labels {
			known = append(known, k+":"+v)
		}
	}
	slices.Sort(known)
	return unknown("label", word, slices.Compact(known))
}

func unknown(what, word string, known []string) error {
	err := fmt.Errorf("no %s is called %s", what, sheet.Quote(word))
	if what == "label" {
		err = fmt.Errorf("no device bears the label %s", sheet.Quote(word))
	}
	if hint := sheet.DidYouMean(word, known); hint != "" {
		return fmt.Errorf("%w\nhint: %s", err, hint)
	}
	return err
}
