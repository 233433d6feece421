package gnmi

// forest holds values by their canonical paths.
type forest[V any] struct {
	step   step
	groups map[string]*group[V] // by the name of the next step
	value  V
	holds  bool
	count  int // of the values here and below
	own    int // bytes of the value here
	bytes  int // of the values here and below
}

// group is what follows under one name: one branch for each row of a list.
type group[V any] struct {
	rows  map[string]*forest[V]
	shape string
	mixed bool // not all have the same keys
}

// put stores a value, and reports whether there was none.
func (f *forest[V]) put(p path, value V) (fresh bool) {
	fresh, _ = f.weigh(p, value, 0)
	return fresh
}

// weigh is put for a value that takes so many bytes; more is how many more are held now.
func (f *forest[V]) weigh(p path, value V, bytes int) (fresh bool, more int) {
	if len(p) == 0 {
		fresh, more = !f.holds, bytes-f.own
		f.value, f.own, f.holds = value, bytes, true
	} else {
		fresh, more = f.branch(p[0]).weigh(p[1:], value, bytes)
	}
	if fresh {
		f.count++
	}
	f.bytes += more
	return fresh, more
}

func (f *forest[V]) branch(s step) *forest[V] {
	if f.groups == nil {
		f.groups = map[string]*group[V]{}
	}
	g := f.groups[s.name]
	if g == nil {
		g = &group[V]{rows: map[string]*forest[V]{}, shape: s.shape()}
		f.groups[s.name] = g
	}
	shape := s.shape()
	g.mixed = g.mixed || shape != g.shape
	at := shape + "\x00" + s.row()
	if g.rows[at] == nil {
		g.rows[at] = &forest[V]{step: s}
	}
	return g.rows[at]
}

// each visits the branches that may be of a step.
func (f *forest[V]) each(s step, visit func(*forest[V]) bool) bool {
	g := f.groups[s.name]
	if g == nil {
		return true
	}
	shape := s.shape()
	if !g.mixed && shape == g.shape && !(path{s}).wild() {
		next := g.rows[shape+"\x00"+s.row()]
		return next == nil || visit(next)
	}
	for _, next := range g.rows {
		if next.step.meets(s) && !visit(next) {
			return false
		}
	}
	return true
}

// overlaps reports whether a value is held at a path, above it or below it.
func (f *forest[V]) overlaps(p path) bool {
	if f.holds || len(p) == 0 {
		return f.count > 0
	}
	return !f.each(p[0], func(next *forest[V]) bool { return !next.overlaps(p[1:]) })
}

// above finds the value that is held at a path, or nearest above it, and how long its path is. What
// is held for another set of keys is not found.
func (f *forest[V]) above(p path) (value V, length int, found bool) {
	at, depth := f, 0
	for {
		if at.holds {
			value, length, found = at.value, depth, true
		}
		if depth == len(p) {
			return value, length, found
		}
		s := p[depth]
		g := at.groups[s.name]
		if g == nil || g.rows[s.shape()+"\x00"+s.row()] == nil {
			return value, length, found
		}
		at, depth = g.rows[s.shape()+"\x00"+s.row()], depth+1
	}
}

// cut takes out what is held at a path and below it, and gives how much that was.
func (f *forest[V]) cut(p path) (gone int) {
	if len(p) == 0 {
		gone = f.count
		*f = forest[V]{step: f.step}
		return gone
	}
	g := f.groups[p[0].name]
	f.each(p[0], func(next *forest[V]) bool {
		before := next.bytes
		gone += next.cut(p[1:])
		f.bytes -= before - next.bytes
		if next.count == 0 {
			delete(g.rows, next.step.shape()+"\x00"+next.step.row())
		}
		return true
	})
	if g != nil && len(g.rows) == 0 {
		delete(f.groups, p[0].name)
	}
	f.count -= gone
	return gone
}

// all visits every value with its path. The path is good until visit returns.
func (f *forest[V]) all(at path, visit func(p path, value V)) {
	if f.holds {
		visit(at, f.value)
	}
	for _, g := range f.groups {
		for _, next := range g.rows {
			next.all(append(at, next.step), visit)
		}
	}
}
