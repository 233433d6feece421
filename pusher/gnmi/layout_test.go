package gnmi

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRowsInOneOrder: the text is the same whatever the order in which the device tells the rows.
func TestRowsInOneOrder(t *testing.T) {
	for _, names := range [][]string{{"2", "10", "1a"}, {"1", "01"}, {"+1", "1"}, {"18446744073709551616", "9", "1/1"}, {"1", "2", "10", "1/1", "1/10", "9"}} {
		texts := map[string]bool{}
		for seed := range uint64(50) {
			r := rand.New(rand.NewPCG(seed, 1))
			var rows []string
			for _, i := range r.Perm(len(names)) {
				rows = append(rows, fmt.Sprintf(`{"name":%q,"type":"ACL_IPV4","config":{"name":%q,"type":"ACL_IPV4"}}`, names[i], names[i]))
			}
			n, err := readJSON([]byte(`{"acl-sets":{"acl-set":[` + strings.Join(rows, ",") + `]}}`))
			must(t, err)
			n.settle(keyNames())
			texts[n.lay()] = true
		}
		if len(texts) != 1 {
			t.Errorf("%q are laid out in %d ways", names, len(texts))
		}
	}
}

// TestRowsWithoutKey: rows of one list that have not the same keys have one order, too.
func TestRowsWithoutKey(t *testing.T) {
	rows := []string{`{"name":"2"}`, `{"id":"1"}`, `{"name":"1","id":"2"}`}
	texts := map[string]bool{}
	for seed := range uint64(20) {
		var told []string
		for _, i := range rand.New(rand.NewPCG(seed, 1)).Perm(len(rows)) {
			told = append(told, rows[i])
		}
		n, err := readJSON([]byte(`{"interface":[` + strings.Join(told, ",") + `]}`))
		must(t, err)
		n.settle(keyNames())
		texts[n.lay()] = true
	}
	if len(texts) != 1 {
		t.Errorf("they are laid out in %d ways", len(texts))
	}
}

// TestKeysAreOrdered: whatever the keys, they have one order, in which no two are alike.
func TestKeysAreOrdered(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	key := func() string {
		var b strings.Builder
		for range r.IntN(4) {
			b.WriteByte("0129a/+"[r.IntN(7)])
		}
		return b.String()
	}
	for range 200_000 {
		a, b, c := key(), key(), key()
		if (compareKeys(a, b) == 0) != (a == b) || compareKeys(a, b) != -compareKeys(b, a) {
			t.Fatalf("%q and %q: %d and %d", a, b, compareKeys(a, b), compareKeys(b, a))
		}
		if compareKeys(a, b) <= 0 && compareKeys(b, c) <= 0 && compareKeys(a, c) > 0 {
			t.Fatalf("%q, %q, %q are in order, and the last is before the first", a, b, c)
		}
	}
	for _, two := range [][2]string{{"9", "10"}, {"01", "1"}, {"1", "02"}, {"10", "1a"}, {"18446744073709551615", "18446744073709551616"}} {
		if compareKeys(two[0], two[1]) >= 0 {
			t.Errorf("%s is not before %s", two[0], two[1])
		}
	}
}
