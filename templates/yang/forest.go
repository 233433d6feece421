package yang

// Forest holds values by their canonical paths.
type Forest[V any] struct {
	step   Step
	groups map[string]*group[V] // by the name of the next step
	value  V
	holds  bool
	count  int // of the values here and below
	own    int // bytes of the value here
	bytes  int // of the values here and below
}

// group is what follows under one name: one branch for each row of a list.
type group[V any] struct {
	rows  map[string]*Forest[V]
	shape string
	mixed bool // not all have the same keys, or one stands for several
}

// Put stores a value, and reports whether there was none.
func (f *Forest[V]) Put(p Path, value V) (fresh bool) {
	fresh, _ = f.Weigh(p, value, 0)
	return fresh
}

// Weigh is Put for a value that takes so many bytes; more is how many more are held now.
func (f *Forest[V]) Weigh(p Path, value V, bytes int) (fresh bool, more int) {
	if len(p) == 0 {
		fresh, more = !f.holds, bytes-f.own
		f.value, f.own, f.holds = value, bytes, true
	} else {
		fresh, more = f.branch(p[0]).Weigh(p[1:], value, bytes)
	}
	if fresh {
		f.count++
	}
	f.bytes += more
	return fresh, more
}

func (f *Forest[V]) branch(s Step) *Forest[V] {
	if f.groups == nil {
		f.groups = map[string]*group[V]{}
	}
	g := f.groups[s.Name]
	if g == nil {
		g = &group[V]{rows: map[string]*Forest[V]{}, shape: s.Shape()}
		f.groups[s.Name] = g
	}
	shape := s.Shape()
	g.mixed = g.mixed || shape != g.shape || (Path{s}).Wild()
	at := shape + "\x00" + s.Row()
	if g.rows[at] == nil {
		g.rows[at] = &Forest[V]{step: s}
	}
	return g.rows[at]
}

// each visits the branches that may be of a step.
func (f *Forest[V]) each(s Step, visit func(*Forest[V]) bool) bool {
	g := f.groups[s.Name]
	if g == nil {
		return true
	}
	shape := s.Shape()
	if !g.mixed && shape == g.shape && !(Path{s}).Wild() {
		next := g.rows[shape+"\x00"+s.Row()]
		return next == nil || visit(next)
	}
	for _, next := range g.rows {
		if next.step.Meets(s) && !visit(next) {
			return false
		}
	}
	return true
}

// Count is how many values are held.
func (f *Forest[V]) Count() int { return f.count }

// Bytes is how much the values take that are held.
func (f *Forest[V]) Bytes() int { return f.bytes }

// Overlaps reports whether a value is held at a path, above it or below it.
func (f *Forest[V]) Overlaps(p Path) bool {
	if f.holds || len(p) == 0 {
		return f.count > 0
	}
	return !f.each(p[0], func(next *Forest[V]) bool { return !next.Overlaps(p[1:]) })
}

// Above finds the value that is held at a path, or nearest above it, and how long its path is. What
// is held for another set of keys is not found.
func (f *Forest[V]) Above(p Path) (value V, length int, found bool) {
	at, depth := f, 0
	for {
		if at.holds {
			value, length, found = at.value, depth, true
		}
		if depth == len(p) {
			return value, length, found
		}
		s := p[depth]
		g := at.groups[s.Name]
		if g == nil || g.rows[s.Shape()+"\x00"+s.Row()] == nil {
			return value, length, found
		}
		at, depth = g.rows[s.Shape()+"\x00"+s.Row()], depth+1
	}
}

// Cut takes out what is held at a path and below it, and gives how much that was.
func (f *Forest[V]) Cut(p Path) (gone int) {
	if len(p) == 0 {
		gone = f.count
		*f = Forest[V]{step: f.step}
		return gone
	}
	g := f.groups[p[0].Name]
	f.each(p[0], func(next *Forest[V]) bool {
		before := next.bytes
		gone += next.Cut(p[1:])
		f.bytes -= before - next.bytes
		if next.count == 0 {
			delete(g.rows, next.step.Shape()+"\x00"+next.step.Row())
		}
		return true
	})
	if g != nil && len(g.rows) == 0 {
		delete(f.groups, p[0].Name)
	}
	f.count -= gone
	return gone
}

// All visits every value with its path. The path is good until visit returns.
func (f *Forest[V]) All(at Path, visit func(p Path, value V)) {
	if f.holds {
		visit(at, f.value)
	}
	for _, g := range f.groups {
		for _, next := range g.rows {
			next.All(append(at, next.step), visit)
		}
	}
}
