package words

import "fmt"

// Refusal is what a device said against a line.
type Refusal struct {
	Line string // what was typed
	Says string // the device's own words, its lines joined by " / "
}

// Error gives both: "ip access-group X out": % Invalid input detected at '^' marker.
func (r Refusal) Error() string { return fmt.Sprintf("%q: the device says: %s", r.Line, r.Says) }

// Mode is how much a session may do.
type Mode string

// The modes, after the groups of a dialect's prompt.
const (
	User   Mode = "user"
	Admin  Mode = "admin"
	Config Mode = "config"
)
