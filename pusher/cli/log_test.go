package cli

import (
	"context"
	"errors"
	"slices"
	"testing"

	"op25b/templates/iosxe"
	"op25b/templates/words"
)

// Lines of the log are read, also where they have no time stamp and look like the words of a
// refusal; a command that is not known is a refusal, and a log without such lines is empty.
func TestReadLog(t *testing.T) {
	r := (&router{terminal: func(c *console) {
		c.shell("edge#", map[string]string{
			"show log a": "%FM-3-UNLOADING: Unloading input label 3\n%SYS-5-CONFIG_I: Configured from console\n\n",
			"show log b": "*Jan  5 02:00:00.000: %ACLMGR-3-NOLABEL: Cannot allocate input label  \nedge#\nlast\n",
			"show log c": "           ^\n% Invalid input detected at '^' marker.\n\n",
			"show log d": "",
		})
	}}).play(t)
	d := session(t, r, iosxe.Dialect{}.Session())
	ctx := context.Background()
	for command, want := range map[string][]string{
		"show log a": {"%FM-3-UNLOADING: Unloading input label 3", "%SYS-5-CONFIG_I: Configured from console"},
		"show log b": {"*Jan  5 02:00:00.000: %ACLMGR-3-NOLABEL: Cannot allocate input label", "edge#", "last"},
		"show log d": nil,
	} {
		if got, err := d.ReadLog(ctx, command); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", command, got, err, want)
		}
	}
	var refusal words.Refusal
	if _, err := d.ReadLog(ctx, "show log c"); !errors.As(err, &refusal) {
		t.Errorf("a command that is not known: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if _, err := d.ReadLog(ctx, "show log a"); err == nil || errors.As(err, &refusal) {
		t.Errorf("a session that is over: %v", err)
	}
}
