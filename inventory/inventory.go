// Package inventory is the devices: where they are, which dialect they speak, which
// interfaces carry the block, which labels they bear.
package inventory

import (
	"net"
	"strconv"
	"strings"

	"op25b/sheet"
)

// Inventory is inventory.yaml.
type Inventory struct {
	Devices  []Device       // in the order of the file
	Warnings sheet.Warnings // what the file itself gives rise to
	Bytes    []byte         // the file
}

// Device is one router.
type Device struct {
	Name        string
	Address     string // an IP address or a host name
	Port        int
	Dialect     string            // one of Dialects
	Hostname    string            // what the device calls itself
	Transport   string            // ssh or gnmi
	Variant     string            // of dialect openconfig: one of Variants, "" for the model as it is published
	Set         string            // of dialect openconfig: replace or union_replace
	TLS         string            // of transport gnmi: verify or off
	Credentials string            // the name under which the environment holds them, "" for the default ones
	Jump        string            // [user@]host[:port] of a jump host, else ""
	Revert      string            // native, reload or none
	HostKey     string            // SHA256:… of its SSH host key or of its certificate's key, "" where none is pinned
	Serial      string            // "" where not known
	Labels      map[string]string // nil where it bears none
	Limits      Limits
	Numbers     Numbers
	Algorithms  Algorithms
	Attach      []Attach
	Place       sheet.Place
}

// Limits are what the inventory knows better than the dialect.
type Limits struct {
	Entries int // 0 where it does not say
}

// Numbers is the range of filter numbers that are ours, both included; zero on dialects
// that name their filters.
type Numbers struct{ First, Last int }

// Algorithms are what an old SSH server needs besides what is safe; empty for none.
type Algorithms struct {
	Kex      []string
	Ciphers  []string
	HostKeys []string
	MACs     []string
}

// Attach is an interface and a direction in which the policy is to hold.
type Attach struct {
	Interface  string
	Direction  string        // in or out
	Pools      []string      // nil for all
	PoolPlaces []sheet.Place // where each of Pools stands
	Families   []string      // ipv4, ipv6 or both, IPv4 first
	Existing   string        // refuse, chain or embed
	Place      sheet.Place
}

// The words of the file.
const (
	IPv4 = "ipv4"
	IPv6 = "ipv6"

	SSH  = "ssh"
	GNMI = "gnmi"

	Native = "native" // the dialect's own confirmed commit
	Reload = "reload" // a reload that is cancelled on success
	None   = "none"

	Verify = "verify" // the device's certificate is checked
	Off    = "off"    // no TLS

	Replace      = "replace"       // each list of ours is replaced
	UnionReplace = "union_replace" // the same with the operation of that name

	Refuse = "refuse"
	Chain  = "chain"
	Embed  = "embed"
)

// defaultNumbers is the range of an RTX whose inventory names none.
var defaultNumbers = Numbers{250000, 259999}

// lastNumber is the highest filter number of an RTX: its command reference, chapter 8.1.10.
const lastNumber = 21474836

// Dialects are the words that a device's `dialect` may be.
func Dialects() []string {
	return []string{"iosxe", "iosxr", "junos", "rtx", "openconfig", "nftables"}
}

// Variants are the words that `variant` may be on a device of dialect openconfig: how its model
// deviates from the published one.
func Variants() []string { return []string{"iosxr", "iosxe", "eos", "sonic", "sets"} }

// Target is host:port, brackets around an IPv6 address.
func (d Device) Target() string { return net.JoinHostPort(d.Address, strconv.Itoa(d.Port)) }

// Has reports whether the device bears a label with this value.
func (d Device) Has(key, value string) bool {
	v, bears := d.Labels[key]
	return bears && v == value
}

// HasFamily reports whether the attachment carries a family: ipv4 or ipv6.
func (a Attach) HasFamily(family string) bool {
	for _, f := range a.Families {
		if f == family {
			return true
		}
	}
	return false
}

// Device finds a device by name; the error has the nearest name as a hint.
func (i Inventory) Device(name string) (Device, error) {
	for _, d := range i.Devices {
		if d.Name == name {
			return d, nil
		}
	}
	return Device{}, unknown("device", name, i.Names())
}

// Names are the devices' names, in the order of the file.
func (i Inventory) Names() []string {
	out := make([]string, len(i.Devices))
	for n, d := range i.Devices {
		out[n] = d.Name
	}
	return out
}

// fold is an interface name as routers compare it: without regard to case.
func fold(s string) string { return strings.ToLower(s) }
