package policy

import (
	"errors"
	"slices"

	"op25b/inventory"
	"op25b/sheet"
)

// Check holds the policy against the devices on a date. The warnings are all there are:
// those of the policy, of the inventory, and of both together. The error is sheet.Errors.
func Check(p Policy, inv inventory.Inventory, date sheet.Date) (sheet.Warnings, error) {
	warnings := slices.Concat(p.Warnings, inv.Warnings, p.expired(date), p.unattached(inv))
	var all sheet.Errors
	for _, d := range inv.Devices {
		err := p.fits(date, d)
		var found sheet.Errors
		if errors.As(err, &found) {
			for _, e := range found {
				if !slices.ContainsFunc(all, func(x sheet.Problem) bool { return x.Place == e.Place }) {
					all = append(all, e)
				}
			}
		}
	}
	return sheet.Warnings(warnings).Sorted(), all.Err()
}

// unattached warns of pools that no device carries.
func (p Policy) unattached(inv inventory.Inventory) sheet.Warnings {
	carried := map[string]bool{}
	for _, d := range inv.Devices {
		for _, a := range d.Attach {
			for _, pool := range p.attached(a) {
				carried[pool.Name] = true
			}
		}
	}
	var out sheet.Warnings
	for _, pool := range p.Pools {
		if !carried[pool.Name] {
			out = append(out, sheet.Problem{Place: pool.Place, What: "pool " + pool.Name + " is attached nowhere",
				Hint: "add it to `pools` of an attachment in the inventory"})
		}
	}
	return out
}

// attached are the pools of an attachment.
func (p Policy) attached(a inventory.Attach) []Pool {
	var out []Pool
	for _, pool := range p.Pools {
		if a.Pools == nil || slices.Contains(a.Pools, pool.Name) {
			out = append(out, pool)
		}
	}
	return out
}

// fits is an error where the policy can not be compiled for a device.
func (p Policy) fits(date sheet.Date, d inventory.Device) error {
	all := slices.Clone(p.unresolved)
	for _, a := range d.Attach {
		for i, name := range a.Pools {
			if _, known := p.pool(name); known {
				continue
			}
			at := a.Place
			if i < len(a.PoolPlaces) {
				at = a.PoolPlaces[i]
			}
			all = append(all, sheet.Problem{Place: at, What: "no pool of the policy is called " + sheet.Quote(name), Hint: sheet.DidYouMean(name, p.poolNames())})
		}
	}
	return append(all, p.throttles(date, d)...).Err()
}
