package pusher_test

import (
	"strings"
	"testing"

	"op25b/pusher"
)

// A plan with a line that is no configuration of its dialect, wherever it stands, is refused
// before the device is called.
func TestLineThatIsNoConfiguration(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		f := newField(t)
		server := f.add("r1", s)
		f.believe()
		for _, spoil := range []func(stage, swap []string) (a, b []string){
			func(stage, swap []string) ([]string, []string) { return append(stage, "load anything"), swap },
			func(stage, swap []string) ([]string, []string) { return stage, append(swap, "copy a b") },
			func(stage, swap []string) ([]string, []string) { return stage, append(swap, " ") },
		} {
			p := f.plan([]string{"r1"})
			step := &p.Waves[0].Steps[0]
			step.Stage, step.Switch = spoil(step.Stage, step.Switch)
			if s.kind.Dialect == "iosxe" {
				for i, l := range step.Stage {
					step.Stage[i] = strings.Replace(l, "load anything", "reload", 1)
				}
			}
			before := server.Traffic()
			expect(t, f.push(p, pusher.Options{}), "r1", pusher.Refused, pusher.NotKnown)
			if server.Traffic() != before {
				t.Errorf("the device was called: %+v, before %+v", server.Traffic(), before)
			}
		}
	})
}
