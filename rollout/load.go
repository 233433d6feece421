package rollout

import (
	"errors"
	"io/fs"
	"slices"
	"time"

	"op25b/sheet"
)

// Load reads rollout.yaml; where there is none it is Default. Everything that is wrong
// comes back as sheet.Errors.
func Load(path string) (Rollout, error) {
	page, err := sheet.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		r := Default()
		r.place = sheet.Place{File: path}
		return r, nil
	}
	if err != nil {
		return Rollout{}, err
	}
	return read(page)
}

// Read reads the bytes of a rollout; file is the name that errors give it.
func Read(file string, data []byte) (Rollout, error) {
	page, err := sheet.Read(file, data)
	if err != nil {
		return Rollout{}, err
	}
	return read(page)
}

func read(page *sheet.Page) (Rollout, error) {
	o := page.Top().Object("version", "waves", "limits", "confirm", "window", "approvals", "signers", "pairs")
	o.Version()
	r := Default()
	r.Bytes = page.Bytes
	waves := o.Need("waves", "write `waves: [{ name: rest }]`")
	r.place = waves.Place()
	r.Stages = readStages(waves)
	r.readLimits(o.Get("limits"))
	if d, ok := o.Get("confirm").Duration(); ok {
		if r.Confirm = d; d < time.Second || d > 24*time.Hour {
			o.Get("confirm").Refuse("`confirm` is not from 1s to 1d", "write how long a device waits before it takes the change back: 10m")
		}
	}
	r.Window = readWindow(o.Get("window"))
	r.Approvals, _ = o.Get("approvals").Number(0, 20)
	if v := o.Get("signers"); v.IsGiven() {
		r.Signers = readSigners(v)
		if len(r.Signers) < r.Approvals {
			v.Refuse("`signers` has fewer people than `approvals` asks for", "")
		}
	}
	r.readPairs(o.Get("pairs"))
	if err := page.Err(); err != nil {
		return Rollout{}, err
	}
	return r, nil
}

func readStages(v sheet.Value) []Stage {
	var out []Stage
	for _, item := range v.Items() {
		o := item.Object("name", "one-of-each", "select", "percent", "soak")
		s := Stage{Place: o.Place()}
		s.Name, _ = o.Need("name", "").Name()
		s.OneOfEach, _ = o.Get("one-of-each").Word("dialect")
		s.Percent, _ = o.Get("percent").Number(1, 100)
		s.Soak, _ = o.Get("soak").Duration()
		if v := o.Get("select"); v.IsGiven() {
			s.Select = readSelect(v)
		}
		if s.OneOfEach != "" && s.Percent > 0 {
			o.Get("percent").Refuse("wave "+s.Name+" has both `one-of-each` and `percent`", "keep one of them")
		}
		if s.Name != "" && slices.ContainsFunc(out, func(x Stage) bool { return x.Name == s.Name }) {
			o.Refuse("wave "+s.Name+" is here twice", "give it another name")
		}
		out = append(out, s)
	}
	return out
}

func readSelect(v sheet.Value) map[string]string {
	out := map[string]string{}
	for _, e := range v.Entries() {
		key, ok := e.Key.Name()
		value, fine := e.Value.Name()
		if ok && fine {
			out[key] = value
		}
	}
	return out
}

func (r *Rollout) readLimits(v sheet.Value) {
	o := v.Object("parallel", "max-failed", "max-failed-total")
	if n, ok := o.Get("parallel").Number(1, 10_000); ok {
		r.Limits.Parallel = n
	}
	if n, ok := o.Get("max-failed").Number(1, 100_000); ok {
		r.Limits.MaxFailed, r.Limits.MaxFailedTotal = n, n
	}
	if n, ok := o.Get("max-failed-total").Number(1, 100_000); ok {
		r.Limits.MaxFailedTotal = n
		if n < r.Limits.MaxFailed {
			o.Get("max-failed-total").Refuse("`max-failed-total` is less than `max-failed`", "the march stops before the wave would: write at least as much")
		}
	}
}

func (r *Rollout) readPairs(v sheet.Value) {
	if !v.IsGiven() {
		return
	}
	for _, item := range v.Items() {
		names, places := item.Names()
		if len(names) != 2 {
			item.Refuse("a pair is two devices", "write [tyo-edge-1, tyo-edge-2]")
			continue
		}
		r.Pairs = append(r.Pairs, [2]string{names[0], names[1]})
		r.pairs = append(r.pairs, pairPlace{[2]sheet.Place{places[0], places[1]}})
	}
}
