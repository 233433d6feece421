package rtx

import (
	"strings"
	"testing"
)

// TestEmbedded: the lines of an embedded file are no commands.
func TestEmbedded(t *testing.T) {
	const before, file = "ip lan2 secure filter out 1 2\nip filter 1 reject * * tcp * 25\n",
		"embedded file notify.lua <<EOF\nip filter 1 pass * * * * *\n200 is no rest of a line\ndynamic 5\n---more---\nEOF\n"
	const after = "ip filter 2 pass *\nschedule at 1 startup * lua emfs:/notify.lua\n"
	c, err := Dialect{}.Parse("\ufeff" + before + file + after)
	if err != nil || len(c.Lists) != 2 || len(c.Bindings) != 1 || c.Lists[0].Entries[0].String() != "deny tcp any -> any port 25 log" {
		t.Errorf("%+v, %v", c, err)
	}
	cut := before + strings.TrimSuffix(file, "EOF\n")
	if _, err := (Dialect{}).Parse(cut); err == nil || !strings.Contains(err.Error(), "line 3: ") {
		t.Errorf("a file that is not closed: %v", err)
	}
	if Complete(cut) == nil || Complete(before+file+after) != nil {
		t.Errorf("Complete: %v and %v", Complete(cut), Complete(before+file+after))
	}
}
