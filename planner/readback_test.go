package planner_test

import (
	"testing"

	"op25b/inventory"
	"op25b/templates"
)

// policies is how many random policies are rendered and read back.
const policies = 10_000

// TestEveryTextIsReadBack renders seeded random policies on every dialect in turn: each text reads
// back, entry by entry, as what was meant, and means the policy.
func TestEveryTextIsReadBack(t *testing.T) {
	dialects := templates.All()
	rendered := 0
	for seed := range uint64(policies) {
		d := dialects[seed%uint64(len(dialects))]
		a := newAuthor(seed)
		c := &change{T: t, author: a, seed: seed, dialect: d, inventory: a.inventory(d.Name(), "refuse")}
		inv, err := inventory.Read("inventory.yaml", []byte(c.inventory))
		if err != nil {
			t.Fatal(err)
		}
		c.device = inv.Devices[0]
		if err := c.want(); err != nil {
			t.Fatal(err)
		}
		text, err := c.desk.Text(c.device)
		if err != nil && !known(err) {
			t.Fatalf("seed %d, %s: %v\n%s", seed, d.Name(), err, c.policy)
		}
		if len(text.Back.Lists) > 0 {
			rendered++
		}
	}
	if rendered < policies/2 {
		t.Errorf("only %d of %d policies block anything", rendered, policies)
	}
}
