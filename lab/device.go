// Package lab is routers played on the loopback, with their own understanding of each CLI.
//
// It shares no code with the product: what a router does is written here from the manuals
// and samples, a second time, so that one mistake is not made twice in the same way.
package lab

import (
	"net/netip"
	"time"
)

// Kind is one kind of router that a fleet can hold. Each player's package has a function
// Kind() lab.Kind, and cmd/op25b-lab lists them.
type Kind struct {
	Dialect   string // what an inventory calls it: iosxe, iosxr, junos, rtx, openconfig
	Revert    string // how it takes an unconfirmed change back: native, reload, none
	Interface string // the interface to the customers in what Config returns
	// New makes a router that has not booted: Load gives it a configuration.
	New func(s Setup) Device
	// Config is a small realistic configuration of router number n (1, 2, …) of a fleet.
	Config func(hostname string, n int) string
}

// Setup is what every player is made with. Who may log in is the server's business, not the player's.
type Setup struct {
	Hostname string // until a configuration says otherwise
	Enable   string // password of the privileged level (enable, administrator); "" for none
	Clock    Clock  // of the revert timers and time stamps; nil is the wall clock
}

// Device is one router that is played. Its state outlives the sessions. A Device is safe
// for use from several sessions at once.
type Device interface {
	// Hostname is what the router calls itself.
	Hostname() string
	// Banner is what a login shows before the first prompt.
	Banner() string
	// Login starts a terminal session.
	Login(user string) Session
	// Running is the running configuration as the router prints it, unpaged.
	Running() string
	// Startup is the saved configuration: what a restart loads.
	Startup() string
	// Load replaces running and startup by a configuration text, as a fresh router would boot it.
	Load(config string) error
	// Restart forgets what is not saved and ends every session.
	Restart()
	// Verdict says whether a packet passes the filters bound at an interface and direction,
	// and by which line.
	Verdict(iface, direction string, p Packet) (pass bool, line string)
	// Send is Verdict for a packet that really comes: what counts and logs packets does so.
	Send(iface, direction string, p Packet) (pass bool, line string)
	// Spoil makes the router misbehave; see Fault.
	Spoil(f Fault)
}

// Session is one terminal on a device.
type Session interface {
	// Prompt is what the router prints when it waits for a line.
	Prompt() string
	// Secret reports whether it waits for a password: what is typed is not echoed.
	Secret() bool
	// Enter takes one line and returns what the router prints before the next prompt. Lines end
	// in "\n"; the terminal turns that into "\r\n". A false more ends the session (exit, reload).
	Enter(line string) (output string, more bool)
	// Page is how many lines the terminal shows before it stops at a pager; 0 for no paging.
	Page() int
	// Pager is what the pager prints while it waits for a key (" --More-- ").
	Pager() string
	// Cut is called when the connection went away without a logout.
	Cut()
	// Configuring reports whether the next line would be a configuration line (IOS (config…)#,
	// XR and Junos configure mode, RTX administrator mode).
	Configuring() bool
	// Done is closed when the router itself ended the session (restart): the connection drops.
	Done() <-chan struct{}
}

// Packet is what a filter looks at, in the lab's own words.
type Packet struct {
	Src, Dst      netip.Addr
	Protocol      int // 6 tcp, 17 udp, 1 icmp
	SrcPort       int
	DstPort       int  // of ICMP: the type
	LaterFragment bool // no ports
	Established   bool // ACK or RST
}

// Fault is one way to misbehave. The zero value is none.
type Fault struct {
	RefuseLine  int    // the k-th configuration line is refused, with Message
	Message     string // what the router prints then; "" is its own usual error
	TCAMEntries int    // more entries than this do not fit
	Lock        string // another operator of this name holds the configuration
	RebootAt    int    // the router restarts after the k-th configuration line
	RenumberAt  int    // after the k-th line the entries of a bound list are numbered anew
	SkipConfirm bool   // a confirm is answered, but not carried out
	CutTimer    string // what a cut session does to a pending revert timer: keep, fire, cancel
	// TCAMLog makes the log say, after every change of what is bound, that the hardware did not take a
	// filter; the change is carried out, and the terminal says nothing.
	TCAMLog bool

	// Of a router that is spoken to in requests (gNMI), where RefuseLine and RebootAt count the Sets.

	RefuseCode   int           // the gRPC code of what is refused; 0 is INVALID_ARGUMENT
	RefusePath   string        // a Set that changes leaves at or below this path (without keys, or one leaf with them) is refused
	IgnoreCommit bool          // the Commit extension is not understood: a change is for good at once
	AnyID        bool          // a confirm or cancel is taken by any id
	NeverReverts bool          // the timer of a commit does nothing
	LoseSet      int           // the connection breaks at the k-th Set, which is not carried out
	LoseAnswer   int           // the connection breaks after the k-th Set, which is carried out
	Late         time.Duration // every answer comes so much of real time later
	UnionAll     bool          // union_replace replaces all access lists, bindings and defined sets; ports and the name stay
}
