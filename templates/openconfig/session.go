package openconfig

import (
	"regexp"
	"time"

	"op25b/templates/words"
)

var (
	// The five operations of a plan, in printable ASCII without a question mark.
	shape   = regexp.MustCompile(`^(?:delete /[!->@-~]+|(?:replace|union_replace|update) /[!->@-~]+ \{[ ->@-~]*\})$`)
	nothing = regexp.MustCompile(`^$`)
	// A Set while somebody's commit waits for its confirmation. [gnmi-commit-confirmed.md]
	locked = regexp.MustCompile(`^FailedPrecondition: `)
	// Who may not write, and what any Set may be refused for. A device that does not know the Commit
	// extension says one of the other codes: Unimplemented, InvalidArgument.
	denied   = regexp.MustCompile(`^(?:PermissionDenied|Unauthenticated): `)
	hindered = regexp.MustCompile(`^(?:FailedPrecondition|ResourceExhausted|NotFound|AlreadyExists|OutOfRange|Aborted|Internal|Unavailable): `)
)

// Session is how one talks to the router. The commands are words for calls of gNMI; none of them is
// text that reaches the router. A timer of the router's own is the Commit extension of the Set.
// [gnmi-commit-confirmed.md 0.1.0]
func (Dialect) Session() words.Session {
	discard := words.Command{Line: "discard"}
	return words.Session{
		Name:     "openconfig",
		Refusal:  nothing,
		Locked:   locked,
		Running:  "get",
		Complete: Complete,
		Serial:   "get serial",
		SerialIs: regexp.MustCompile(`(?m)^(\S+)$`),
		Enter:    words.Command{Line: "edit"},
		Leave:    discard,
		Commit:   words.Command{Line: "set"},
		Discard:  discard,
		Guards: map[string]words.Guard{"native": {
			Probe:    words.Command{Line: "probe %d"},
			Denied:   denied,
			Hindered: hindered,
			Commit:   words.Command{Line: "set confirmed %d"},
			// The extension names no bounds. Ten seconds leave time to read the device over a new channel; a
			// day is the most that a rollout asks for. A device that takes less refuses the Set.
			Unit: time.Second, Least: 10, Most: 86400,
			Confirm:   words.Confirm{Command: words.Command{Line: "confirm"}},
			Revert:    []words.Command{{Line: "cancel"}},
			Pending:   "pending",
			PendingIs: regexp.MustCompile(`^pending$`),
			Other:     regexp.MustCompile(`^InvalidArgument: `), // [gnmi-commit-confirmed.md 3.2.2]
		}},
		Shape:      shape,
		LineLength: lineLength,
		Block:      1000,
	}
}
