package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"op25b/sheet"
)

// LockName is the lock's file, in the policy's folder.
const LockName = "policy.lock"

// Load reads policy.yaml, its pool files and its lock. Everything that is wrong comes
// back as sheet.Errors. No file outside the policy's folder is read, also not by a link.
func Load(path string) (Policy, error) {
	p, err := LoadNames(path)
	if err == nil {
		err = p.unresolved.Err()
	}
	if err != nil {
		return Policy{}, err
	}
	return p, nil
}

// LoadNames reads a policy as Load does, but names that were never resolved are no error:
// their destinations have no addresses, and For refuses. It is for who resolves them.
func LoadNames(path string) (Policy, error) {
	data, err := sheet.ReadFile(path)
	if err != nil {
		return Policy{}, err
	}
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return Policy{}, err
	}
	defer root.Close()
	return read(folder{root.FS(), filepath.Dir(path)}, filepath.Base(path), data)
}

// Read reads a policy as Load does, from the files of a folder.
func Read(files fs.FS, name string) (Policy, error) {
	f := folder{files, "."}
	data, err := f.read(name)
	if err != nil {
		return Policy{}, err
	}
	p, err := read(f, name, data)
	if err == nil {
		err = p.unresolved.Err()
	}
	if err != nil {
		return Policy{}, err
	}
	return p, nil
}

// folder is where the policy's files lie, and the name that errors give it.
type folder struct {
	files fs.FS
	name  string
}

func (f folder) shown(name string) string { return filepath.Join(f.name, filepath.FromSlash(name)) }

func (f folder) read(name string) ([]byte, error) {
	file, err := f.files.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return sheet.ReadBytes(f.shown(name), file)
}

// reader reads one policy.
type reader struct {
	folder folder
	page   *sheet.Page
	policy Policy
	notice bool
}

func read(f folder, name string, data []byte) (Policy, error) {
	page, err := sheet.Read(f.shown(name), data)
	if err != nil {
		return Policy{}, err
	}
	r := reader{folder: f, page: page, policy: Policy{Files: []File{{name, data}}}}
	r.top()
	r.policy = r.policy.measured()
	r.sound()
	if err := r.page.Err(); err != nil {
		return Policy{}, err
	}
	slices.SortStableFunc(r.policy.Phases, func(a, b Phase) int { return a.Start.Compare(b.Start) })
	r.policy.Warnings = r.page.Warnings()
	return r.policy, nil
}

func (r *reader) top() {
	o := r.page.Top().Object("version", "isp", "timezone", "pools", "relays", "relays-one-family",
		"exemptions", "destinations", "notice", "phases")
	o.Version()
	p := &r.policy
	p.ISP, _ = o.Need("isp", "write the provider's name").Text()
	p.Zone, _ = o.Need("timezone", "write the zone whose midnights begin a phase: Asia/Tokyo").Zone()
	r.pools(o.Need("pools", "write the addresses given to customers dynamically"))
	relays := o.Need("relays", "write the provider's own mail servers")
	p.Relays, p.RelaysPlace = prefixes(relays), relays.Place()
	accepted, _ := o.Get("relays-one-family").Word("accepted")
	r.exemptions(o.Get("exemptions"))
	r.destinations(o.Get("destinations"))
	r.lead(o.Get("notice"))
	r.phases(o.Need("phases", "write what begins when"))
	if accepted == "" {
		r.oneFamily()
	}
	r.lock()
}

func (r *reader) exemptions(v sheet.Value) {
	if !v.IsGiven() {
		return
	}
	for _, item := range v.Items() {
		o := item.Object("name", "sources", "reason", "ticket", "expires")
		e := Exemption{Place: o.Place()}
		e.Name, _ = o.Need("name", "").Name()
		e.Sources = prefixes(o.Need("sources", "write the customer's addresses"))
		e.Reason, _ = o.Get("reason").Text()
		e.Ticket, _ = o.Get("ticket").Text()
		e.Expires, _ = o.Need("expires", "an exemption ends: write the first day on which it does not hold").Date()
		if e.Name != "" && slices.ContainsFunc(r.policy.Exemptions, func(x Exemption) bool { return x.Name == e.Name }) {
			o.Refuse("exemption "+e.Name+" is here twice", "give it another name")
		}
		r.policy.Exemptions = append(r.policy.Exemptions, e)
	}
}

func (r *reader) destinations(v sheet.Value) {
	if !v.IsGiven() {
		return
	}
	for _, e := range v.Entries() {
		o := e.Value.Object("mx", "prefixes")
		d := Destination{Place: e.Key.Place()}
		d.Name, _ = e.Key.Name()
		if d.Name == "any" {
			e.Key.Refuse("a destination can not be called `any`", "give it another name")
		}
		mx, fixed := o.Get("mx"), o.Get("prefixes")
		if o.IsGiven() && !mx.IsGiven() && !fixed.IsGiven() {
			o.Refuse("destination "+d.Name+" is empty", "write `prefixes`, `mx` or both")
		}
		if mx.IsGiven() {
			for _, item := range mx.Items() {
				if name, ok := domain(item); ok && slices.Contains(d.MX, name) {
					item.Warn(name+" is in the list twice", "")
				} else if ok {
					d.MX = append(d.MX, name)
				}
			}
		}
		if fixed.IsGiven() {
			d.Prefixes = prefixes(fixed)
		}
		r.policy.Destinations = append(r.policy.Destinations, d)
	}
}

func (r *reader) lead(v sheet.Value) {
	if !v.IsGiven() {
		return
	}
	r.notice = true
	lead := v.Object("lead").Need("lead", "write it in days: 60d")
	d, ok := lead.Duration()
	if ok && d%(24*time.Hour) != 0 {
		lead.Refuse("`lead` is not a number of days", "write it as 60d")
	}
	r.policy.Lead = int(d / (24 * time.Hour))
}

func (r *reader) phases(v sheet.Value) {
	for _, item := range v.Items() {
		o := item.Object("name", "start", "announced", "end", "pools", "to", "action", "throttle", "approximate")
		p := Phase{Place: o.Place()}
		p.Name, _ = o.Need("name", "").Name()
		p.Start, _ = o.Need("start", "write the first day on which the phase is in force").Date()
		p.End, _ = o.Get("end").Date()
		p.Announced, _ = o.Get("announced").Date()
		r.announced(o, p)
		if !p.End.IsZero() && !p.Start.IsZero() && !p.Start.Before(p.End) {
			o.Get("end").Refuse(fmt.Sprintf("phase %s ends on %s, which is not after its start", p.Name, p.End), "`end` is the first day on which the phase is over")
		}
		if pools := o.Get("pools"); pools.IsGiven() {
			p.Pools = r.names(pools, "pool", r.policy.poolNames())
		}
		p.To = r.to(o.Need("to", "write destination names, or any"))
		action, _ := o.Need("action", "write monitor, throttle or block").Word(string(Monitor), string(Throttle), string(Block))
		p.Action = Action(action)
		r.throttle(o, &p)
		if p.Name != "" && slices.ContainsFunc(r.policy.Phases, func(x Phase) bool { return x.Name == p.Name }) {
			o.Refuse("phase "+p.Name+" is here twice", "give it another name")
		}
		r.policy.Phases = append(r.policy.Phases, p)
	}
}

// announced holds a phase against the notice that customers are promised.
func (r *reader) announced(o sheet.Object, p Phase) {
	v := o.Get("announced")
	switch {
	case r.notice && !v.IsGiven():
		o.Need("announced", "the policy has a `notice`: write the day on which customers were told")
	case p.Announced.IsZero() || p.Start.IsZero():
	case p.Start.Before(p.Announced.AddDays(r.policy.Lead)):
		v.Refuse(fmt.Sprintf("phase %s is announced on %s, less than %d days before its start on %s", p.Name, p.Announced, r.policy.Lead, p.Start),
			"the earliest start is "+p.Announced.AddDays(r.policy.Lead).String())
	}
}

// to is the destinations of a phase, nil for any. Who refuses something here has noted it,
// so that nil never comes from a mistake that goes unseen.
func (r *reader) to(v sheet.Value) []string {
	if v.IsText() {
		if s, ok := v.Text(); ok && s != "any" {
			v.Refuse("`to` is "+sheet.Quote(s), "write a list of destination names: ["+s+"], or any")
		}
		return nil
	}
	var known []string
	for _, d := range r.policy.Destinations {
		known = append(known, d.Name)
	}
	return r.names(v, "destination", known)
}

// names are names of a list that must be borne by something.
func (r *reader) names(v sheet.Value, what string, known []string) []string {
	names, places := v.Names()
	for i, name := range names {
		if !slices.Contains(known, name) {
			hint := sheet.DidYouMean(name, known)
			if name == "any" {
				hint = "write `to: any`, without the brackets"
			}
			r.page.Refuse(places[i], "no "+what+" is called "+sheet.Quote(name), hint)
		}
	}
	return names
}

func (r *reader) throttle(o sheet.Object, p *Phase) {
	limit, approximate := o.Get("throttle"), o.Get("approximate")
	if p.Action != Throttle {
		if p.Action != "" {
			limit.Refuse("phase "+p.Name+" has a `throttle`, but its action is "+string(p.Action), "write `action: throttle`, or leave it out")
			approximate.Refuse("phase "+p.Name+" has `approximate`, but its action is "+string(p.Action), "write `action: throttle`, or leave it out")
		}
		return
	}
	p.Approximate = "refuse"
	if s, ok := approximate.Word("refuse", "per-source-rate", "aggregate"); ok {
		p.Approximate = s
	}
	v := o.Need("throttle", "write `throttle: { concurrent: 10, per: source }`")
	t := v.Object("concurrent", "new", "per")
	t.Get("per").Word("source")
	concurrent, fresh := t.Get("concurrent"), t.Get("new")
	if t.IsGiven() && concurrent.IsGiven() == fresh.IsGiven() {
		t.Refuse("a throttle has one of `concurrent` and `new`", "write `concurrent: 10`, or `new: 5/s`")
	}
	p.Limit.Concurrent, _ = concurrent.Number(1, 1_000_000)
	p.Limit.New, p.Limit.Every = rate(fresh)
}

// rate reads 5/s, 30/m or 100/h.
func rate(v sheet.Value) (int, time.Duration) {
	if v.IsGiven() && !v.IsText() {
		v.Refuse("`new` is not a rate", "write a rate such as 5/s, 30/m or 100/h")
		return 0, 0
	}
	s, ok := v.Text()
	if !ok {
		return 0, 0
	}
	number, unit, _ := strings.Cut(s, "/")
	n, err := strconv.Atoi(number)
	every := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
	if err != nil || n < 1 || n > 1_000_000 || every == 0 || strconv.Itoa(n) != number {
		v.Refuse("`new` is "+sheet.Quote(s), "write a rate such as 5/s, 30/m or 100/h")
		return 0, 0
	}
	return n, every
}

// notThere is an error of opening in plain words.
func notThere(err error) string {
	var path *fs.PathError
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	if errors.As(err, &path) {
		return "the file can not be read: " + path.Err.Error()
	}
	return err.Error()
}
