package policy

import (
	"errors"
	"io/fs"
	"time"

	"op25b/sheet"
)

// Lock is policy.lock: what the names of the policy's destinations were resolved to, and
// when. People review it like any other change, and a block changes only when it does.
//
// The file is YAML, JSON therefore too, and is read as strictly as the policy:
//
//	version: 1
//	destinations:
//	  docomo:                                   # a destination of the policy
//	    docomo.ne.jp:                           # a name of its `mx`
//	      addresses: [198.51.100.17, "2001:db8:6::/48"]
//	      resolver: 192.0.2.53                  # who answered
//	      time: 2026-11-22T04:00:00Z            # when, RFC 3339
//
// Every key is required. A name without addresses does not stand there: it was never
// resolved, or a failed answer kept the old addresses.
type Lock struct {
	Names []Resolved // in the order of the file
}

// Resolved is what one name of one destination was resolved to.
type Resolved struct {
	Destination string
	Name        string
	Addresses   []Prefix
	Resolver    string
	Time        time.Time
	Place       sheet.Place
}

// Find is what a name of a destination was resolved to.
func (l Lock) Find(destination, name string) (Resolved, bool) {
	for _, r := range l.Names {
		if r.Destination == destination && r.Name == name {
			return r, true
		}
	}
	return Resolved{}, false
}

// ReadLock reads the bytes of a lock; file is the name that errors give it.
func ReadLock(file string, data []byte) (Lock, error) {
	page, err := sheet.Read(file, data)
	if err != nil {
		return Lock{}, err
	}
	top := page.Top().Object("version", "destinations")
	top.Version()
	var l Lock
	for _, d := range top.Need("destinations", "").Entries() {
		destination, _ := d.Key.Name()
		for _, e := range d.Value.Entries() {
			l.Names = append(l.Names, resolved(destination, e))
		}
	}
	return l, page.Err()
}

func resolved(destination string, e sheet.Entry) Resolved {
	r := Resolved{Destination: destination, Place: e.Key.Place()}
	r.Name, _ = domain(e.Key)
	o := e.Value.Object("addresses", "resolver", "time")
	addresses := o.Need("addresses", "")
	r.Addresses = prefixes(addresses)
	r.Resolver, _ = o.Need("resolver", "").Name()
	at := o.Need("time", "")
	if s, ok := at.Text(); ok {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			at.Refuse("`time` is "+sheet.Quote(s), "write it as 2026-11-22T04:00:00Z")
		}
		r.Time = t.UTC()
	}
	return r
}

// lock puts the addresses of the lock beside those of the policy.
func (r *reader) lock() {
	var l Lock
	data, err := r.folder.read(LockName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		r.page.Refuse(sheet.Place{File: r.folder.shown(LockName)}, notThere(err), "")
		return
	default:
		r.policy.Lock = File{LockName, data}
		if l, err = ReadLock(r.folder.shown(LockName), data); err != nil {
			r.refuseAll(err)
			return
		}
	}
	for i := range r.policy.Destinations {
		d := &r.policy.Destinations[i]
		for _, name := range d.MX {
			found, ok := l.Find(d.Name, name)
			if !ok {
				r.policy.unresolved = append(r.policy.unresolved, sheet.Problem{Place: d.Place,
					What: "destination " + d.Name + ": " + name + " was never resolved", Hint: "op25b resolve --accept"})
			}
			d.Prefixes = append(d.Prefixes, found.Addresses...)
		}
	}
	r.stale(l)
}

func (r *reader) refuseAll(err error) {
	var all sheet.Errors
	if !errors.As(err, &all) {
		r.page.Refuse(sheet.Place{File: r.folder.shown(LockName)}, err.Error(), "")
	}
	for _, e := range all {
		r.page.Refuse(e.Place, e.What, e.Hint)
	}
}

// stale warns of what the lock has and the policy no longer asks for.
func (r *reader) stale(l Lock) {
	asked := map[[2]string]bool{}
	for _, d := range r.policy.Destinations {
		for _, name := range d.MX {
			asked[[2]string{d.Name, name}] = true
		}
	}
	for _, n := range l.Names {
		if !asked[[2]string{n.Destination, n.Name}] {
			r.page.Warn(n.Place, "destination "+n.Destination+" of the policy does not name "+n.Name, "op25b resolve --accept")
		}
	}
}
