package pusher

import (
	"strings"
	"testing"

	"op25b/plan"
)

// What is ours may differ between running and startup; what is not ours may not, not even by its place.
func TestOthers(t *testing.T) {
	const text = "hostname r1\ninterface Gi1\n ip access-group OP25B-IN-V4-G1 in\n shutdown\n!\ninterface Gi2\n description up\n!\n" +
		"ip access-list extended OP25B-IN-V4-G1\n 10 permit tcp any host 192.0.2.25 eq smtp\n!\nip access-list extended VTY\n 10 permit tcp any any eq 22\n!\n"
	step := plan.Step{Do: []string{"ip access-list extended OP25B-IN-V4-G2", " remark relays", " 10 permit tcp any host 192.0.2.30 eq smtp",
		"interface Gi1", " ip access-group OP25B-IN-V4-G2 in"}}
	for name, c := range map[string]struct {
		old, now string
		same     bool
	}{
		"nothing":                   {"", "", true},
		"our binding":               {"OP25B-IN-V4-G1 in", "OP25B-IN-V4-G2 in", true},
		"our list is gone":          {"ip access-list extended OP25B-IN-V4-G1\n 10 permit tcp any host 192.0.2.25 eq smtp\n!\n", "", true},
		"padding":                   {" description up", " description  up ", true},
		"a line of somebody":        {" description up", " description down", false},
		"a line in another block":   {" shutdown\n!\ninterface Gi2\n", "!\ninterface Gi2\n shutdown\n", false},
		"a line in somebody's list": {"any any eq 22", "any any eq 23", false},
	} {
		if got := others(step, text, strings.Replace(text, c.old, c.now, 1)); got != c.same {
			t.Errorf("%s: %v", name, got)
		}
	}
}
