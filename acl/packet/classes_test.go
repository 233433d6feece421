package packet

import "testing"

// TestClassesAgainstCompare asks both ways of comparing about the same lists: those that mean the
// same, those that do not, in both families.
func TestClassesAgainstCompare(t *testing.T) {
	equal, apart := 0, 0
	for seed := range pairs(t) {
		r := newRandom(seed)
		before := r.list(1 + r.IntN(6))
		after := before
		switch seed % 3 {
		case 0:
			after = r.respelled(before)
		case 1:
			after = r.mutated(before)
		case 2:
			after = r.list(1 + r.IntN(6))
		}
		rows, err := before.Compare(after, Budget{})
		if err != nil {
			t.Fatal(err)
		}
		same, known := before.sameByClasses(after)
		if known && same != (len(rows) == 0) {
			t.Fatalf("seed %d: by classes the lists are the same: %v, but there are %d rows\n%v\n%v", seed, same, len(rows), before, after)
		}
		if known && same {
			equal++
		} else if known {
			apart++
		}
	}
	if equal < 100 || apart < 100 {
		t.Errorf("only %d equal and %d different pairs were small enough", equal, apart)
	}
}

// TestClassesAtTheEdge are sets that begin at the first and end at the last value.
func TestClassesAtTheEdge(t *testing.T) {
	for _, f := range Families() {
		whole := Any(f)
		upper := whole
		upper.Src = Between(Of(1<<31), Mask(f.Bits()))
		a := List{f, []Rule{{upper, 1}, {whole, 2}}, 3}
		b := List{f, []Rule{{upper, 1}, {whole, 2}}, 9} // nothing reaches the ends
		c := List{f, []Rule{{whole, 2}}, 3}
		if same, known := a.sameByClasses(b); !same || !known {
			t.Errorf("%s: lists whose ends nothing reaches: %v %v", f, same, known)
		}
		if same, known := a.sameByClasses(c); same || !known {
			t.Errorf("%s: lists of which one lacks a rule: %v %v", f, same, known)
		}
		none := whole
		none.DstPorts = Ranges{}
		d := List{f, []Rule{{none, 7}, {Any(V4 + V6 - f), 8}, {upper, 1}, {whole, 2}}, 3}
		if same, known := a.sameByClasses(d); !same || !known {
			t.Errorf("%s: rules that hold no packet: %v %v", f, same, known)
		}
	}
}
