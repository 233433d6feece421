package planner_test

import (
	"errors"
	"strings"
	"testing"

	"op25b/differ"
	"op25b/templates"
)

// Somebody's number that is defined nowhere stands among ours, and our pass of everything stands
// behind it. What the router does with such a number nobody knows; without ours behind it the
// rest would be dropped. That is no base on which anything can be proved.
func TestUnknownAmongOurs(t *testing.T) {
	d, err := templates.Find("rtx")
	if err != nil {
		t.Fatal(err)
	}
	e := &estate{author: newAuthor(1), dialect: "rtx", existing: "chain", today: 9}
	e.attached = []attachment{{"lan2", "out", []string{"ipv4"}, nil}}
	b := newBench(t, d, e.policy(), e.inventory(), e.today)
	const ours = "ip filter 250000 reject-nolog 203.0.113.0/24 * tcp * 25\nip filter 250001 pass-nolog * *\n"
	for row, refused := range map[string]bool{
		"250000 7 250001": true, // the rest passes by ours only
		"7 250000 250001": true,
		"250000 7":        false, // it stands by itself behind ours, and stays so
	} {
		_, err := b.desk.Draft(b.device, bare("rtx")+"ip lan2 secure filter out "+row+"\n"+ours)
		var refusal differ.Refusal
		if errors.As(err, &refusal) != refused || refused && !strings.Contains(err.Error(), "7 is bound but not defined") {
			t.Errorf("%s: %v", row, err)
		}
	}
}
