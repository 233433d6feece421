// Package plan is the sheet of paper between the desk and the field: everything that a
// push needs, as a file that people review, approve and keep.
package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"op25b/acl"
)

// Version is the version of the file format.
const Version = 1

// Plan is the whole of it. Its ID is the SHA-256 of the rest.
type Plan struct {
	Version int    `json:"version"`
	ID      string `json:"id"`
	Author  string `json:"author"`
	At      string `json:"at"`    // the date whose meaning this is: 2005-01-31
	Phase   string `json:"phase"` // the phase asked for, else the one in force that started last
	Valid   Valid  `json:"valid"`
	Inputs  Inputs `json:"inputs"`
	Gates   Gates  `json:"gates"`
	Waves   []Wave `json:"waves"`
}

// Valid is the dates between which the policy means the same: from the first, before the second.
// An empty bound is open. The dates are midnights in the policy's time zone; "" is that of the
// window, or the machine's.
type Valid struct {
	From     string `json:"from"`
	Until    string `json:"until"`
	Timezone string `json:"timezone,omitempty"`
}

// Inputs are the digests of what the plan was made from; "" for a file that is not there.
type Inputs struct {
	Policy    string `json:"policy"`
	Lock      string `json:"lock"`
	Inventory string `json:"inventory"`
	Rollout   string `json:"rollout"`
	Templates string `json:"templates"`
}

// Gates are the conditions of the march, from rollout.yaml.
type Gates struct {
	Parallel       int      `json:"parallel"`
	MaxFailed      int      `json:"max-failed"`
	MaxFailedTotal int      `json:"max-failed-total"`
	Confirm        string   `json:"confirm"` // a duration: 10m
	Window         *Window  `json:"window,omitempty"`
	Approvals      int      `json:"approvals"`
	Signers        []string `json:"signers,omitempty"`
}

// Window is when a push may run.
type Window struct {
	Days     []string `json:"days"`
	From     string   `json:"from"`
	To       string   `json:"to"`
	Timezone string   `json:"timezone"`
	Freeze   []Freeze `json:"freeze,omitempty"`
}

// Freeze is days without changes, both included.
type Freeze struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Wave is devices that are changed side by side, before the next wave.
type Wave struct {
	Name  string `json:"name"`
	Soak  string `json:"soak"` // a duration, "" for none
	Steps []Step `json:"steps"`
}

// The methods by which a step changes its device.
const (
	None    = "none"    // nothing to do
	Swap    = "swap"    // a new generation beside the old one, then the binding
	InPlace = "inplace" // lines of the list that is bound
	Commit  = "commit"  // one commit
	Set     = "set"     // one gNMI Set
)

// Step is what happens to one device.
type Step struct {
	Device   string   `json:"device"`
	Dialect  string   `json:"dialect"`
	Address  string   `json:"address"` // host:port
	Via      Via      `json:"via"`
	Revert   string   `json:"revert"` // native, reload or none
	Identity Identity `json:"identity"`
	Attach   []Attach `json:"attach"`
	Numbers  *Numbers `json:"numbers,omitempty"` // on dialects that number filters: ours
	Have     string   `json:"have"`
	Want     string   `json:"want"`
	Cleaned  string   `json:"cleaned"`
	Before   []string `json:"before"`
	After    []string `json:"after"`
	Method   string   `json:"method"`
	Stage    []string `json:"stage"`
	Switch   []string `json:"switch"`
	Do       []string `json:"do"`
	Undo     []string `json:"undo"`
	Cleanup  []string `json:"cleanup"`
	Entries  Entries  `json:"entries"`
	Changes  []Change `json:"changes"`
	Closes   []string `json:"closes"`
	Opens    []string `json:"opens"`
	Packets  []Row    `json:"packets"`
	Proof    Proof    `json:"proof"`
}

// Via is how the device is reached.
type Via struct {
	Transport   string `json:"transport"`
	Credentials string `json:"credentials"`
	Jump        string `json:"jump,omitempty"`
	// TLS is "off" for a gNMI channel without TLS, "" for one whose certificate is checked.
	TLS string `json:"tls,omitempty"`
	// Algorithms are what an old SSH server needs besides what is safe.
	Algorithms *Algorithms `json:"algorithms,omitempty"`
}

// Algorithms are names of SSH algorithms, by kind.
type Algorithms struct {
	Kex      []string `json:"kex,omitempty"`
	Ciphers  []string `json:"ciphers,omitempty"`
	HostKeys []string `json:"hostkeys,omitempty"`
	MACs     []string `json:"macs,omitempty"`
}

// Identity is what is known of the device behind the address. An empty field is not known.
type Identity struct {
	Hostname string `json:"hostname"`
	Serial   string `json:"serial,omitempty"`
	// HostKey is the key that the inventory pins; where it pins none, the key that was seen over SSH
	// while planning. Over TLS an authority vouches for the device instead.
	HostKey string `json:"hostkey,omitempty"`
}

// Attach is an attachment of the inventory.
type Attach struct {
	Interface string   `json:"interface"`
	Direction string   `json:"direction"`
	Families  []string `json:"families"`
}

// Numbers is the range of filter numbers that are ours.
type Numbers struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

// Entries are how many entries the device holds for us before, after, and while both
// generations stand, against its limit; a limit of 0 is not known.
type Entries struct {
	Before int `json:"before"`
	After  int `json:"after"`
	Peak   int `json:"peak"`
	Limit  int `json:"limit"`
}

// Change is one line of the difference: + added, - removed, ~ changed, > moved, = spelled otherwise.
type Change struct {
	Sign string `json:"sign"`
	Line string `json:"line"`
	Why  string `json:"why"`
}

// Row is packets whose verdict changes, in the policy's own words and in addresses, with one of
// them and the lines that decide it before and after.
type Row struct {
	Change  string   `json:"change"` // closes or opens
	Words   string   `json:"words"`  // flets-east -> vodafone, tcp/25
	Packets string   `json:"packets"`
	At      []string `json:"at"` // GigabitEthernet0/0/1 out ipv4
	Witness string   `json:"witness"`
	Before  string   `json:"before"`
	After   string   `json:"after"`
}

// The changes of a row.
const (
	Closes = "closes"
	Opens  = "opens"
)

// Proof is what was proved of the step.
type Proof struct {
	Meaning      string `json:"meaning"` // equal
	Others       string `json:"others"`  // unchanged
	Moments      int    `json:"moments"`
	WrongMoments int    `json:"wrong_moments"`
}

// Digest is the SHA-256 of some bytes, as plans write it: sha256:….
func Digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// State is the digest of canonical lines: what have, want and cleaned hold.
func State(lines []string) string { return Digest([]byte(strings.Join(lines, "\n"))) }

// Owner tells the step's own objects on the device.
func (s Step) Owner() acl.Owner {
	if s.Numbers == nil {
		return acl.Owner{}
	}
	return acl.Owner{First: s.Numbers.First, Last: s.Numbers.Last}
}

// Points are the points of the step's attachments.
func (s Step) Points() []acl.Point {
	var out []acl.Point
	for _, a := range s.Attach {
		for _, f := range a.Families {
			out = append(out, acl.Point{Interface: a.Interface, Direction: acl.Direction(a.Direction), Family: family(f)})
		}
	}
	return out
}

// Short is the id as people type it: its first 12 hex digits.
func (p Plan) Short() string { return p.ID[:min(12, len(p.ID))] }

// Sealed is the plan with its id.
func (p Plan) Sealed() Plan {
	p.ID = ""
	p.ID = strings.TrimPrefix(Digest(p.canonical()), "sha256:")
	return p
}

// canonical is the plan as bytes: keys sorted, one spelling only.
func (p Plan) canonical() []byte {
	plain, err := encode(p)
	if err != nil {
		return nil
	}
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(plain))
	decoder.UseNumber()
	if decoder.Decode(&tree) != nil {
		return nil
	}
	if top, is := tree.(map[string]any); is && p.ID == "" {
		delete(top, "id")
	}
	out, _ := encode(tree)
	return out
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// Write writes the plan as a file's bytes.
func (p Plan) Write(w io.Writer) error {
	_, err := w.Write(p.canonical())
	return err
}

// ErrNotAPlan says that a file is not a plan, or was changed after it was made.
var ErrNotAPlan = errors.New("not a plan, or changed since it was made")

// MaxFile is the longest plan file that is read.
const MaxFile = 1 << 30

// Open reads a plan file and recomputes its id.
func Open(path string) (Plan, error) {
	f, err := os.Open(path)
	if err != nil {
		return Plan{}, err
	}
	defer f.Close()
	p, err := Read(io.LimitReader(f, MaxFile))
	if err != nil {
		return Plan{}, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// Read reads a plan and recomputes its id: an unknown key, another version or another id
// is an error.
func Read(r io.Reader) (Plan, error) {
	var p Plan
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Plan{}, fmt.Errorf("%w: %v", ErrNotAPlan, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Plan{}, fmt.Errorf("%w: something stands behind it", ErrNotAPlan)
	}
	if p.Version != Version {
		return Plan{}, fmt.Errorf("%w: version %d is not %d", ErrNotAPlan, p.Version, Version)
	}
	if sealed := p.Sealed(); sealed.ID != p.ID {
		return Plan{}, fmt.Errorf("%w: its id is %.12s, but its content has %.12s", ErrNotAPlan, p.ID, sealed.ID)
	}
	return p, nil
}
