package planner

import (
	"slices"
	"strings"

	"op25b/acl"
	"op25b/inventory"
	"op25b/sheet"
)

// misfit is something of the inventory that a dialect can not write, at its place there.
type misfit struct {
	place sheet.Place
	err   error
}

// Error has the place before each line; what is wrong for both families is told once.
func (m misfit) Error() string {
	var lines []string
	for _, line := range strings.Split(m.err.Error(), "\n") {
		line = strings.TrimPrefix(line, "lay: ")
		if m.place.File != "" {
			line = m.place.String() + ": " + line
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// Unwrap is what the dialect said.
func (m misfit) Unwrap() error { return m.err }

// culprit is where the inventory has what a dialect can not write: the first attachment that
// can not be written alone, or else the device.
func (d Desk) culprit(device inventory.Device, have acl.Config) sheet.Place {
	if len(device.Attach) == 1 {
		return device.Attach[0].Place
	}
	for _, a := range device.Attach {
		alone := device
		alone.Attach = []inventory.Attach{a}
		if _, err := d.sketch(alone, have); err != nil {
			return a.Place
		}
	}
	return device.Place
}
