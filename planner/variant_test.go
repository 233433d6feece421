package planner

import (
	"strings"
	"testing"

	"op25b/acl"
	"op25b/inventory"
	"op25b/renderer"
	"op25b/templates"
)

// TestVariants: every variant that an inventory may name is one that the dialect knows, and no other is.
// That of SONiC is known, and refused with its reason.
func TestVariants(t *testing.T) {
	d, err := templates.Find("openconfig")
	if err != nil {
		t.Fatal(err)
	}
	r, err := renderer.New(d, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range append(inventory.Variants(), "", "nokia") {
		_, err := r.Fitted(templates.Model{Variant: v}).Dialect().Lay(acl.Config{}, acl.Config{}, acl.Owner{})
		if (err != nil) != (v == "nokia" || v == "sonic") || v == "sonic" && !strings.Contains(err.Error(), "SONiC") {
			t.Errorf("variant %q: %v", v, err)
		}
	}
}
