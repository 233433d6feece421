package main

import (
	"slices"
	"strings"
	"testing"

	"op25b/lab"
)

// liar is a router whose words are not what they should be.
type liar struct {
	lab.Device
	banner string
	says   func(line, said string) string
}

func (l *liar) Banner() string {
	if l.banner != "" {
		return l.banner
	}
	return l.Device.Banner()
}

func (l *liar) Login(user string) lab.Session { return &liarSession{l.Device.Login(user), l} }

type liarSession struct {
	lab.Session
	liar *liar
}

func (s *liarSession) Enter(line string) (string, bool) {
	said, more := s.Session.Enter(line)
	if s.liar.says != nil {
		said = s.liar.says(line, said)
	}
	return said, more
}

// reads reports whether a line asks for the running or the startup configuration.
func reads(line string) bool {
	return slices.Contains([]string{"show running-config", "show startup-config", "show config", "show config 0",
		"show configuration | display inheritance no-comments | display set"}, line)
}

// lie is something that a device says.
type lie struct {
	name     string
	dialects []string
	banner   func(r *router) string
	says     func(r *router, line, said string) string
	plan     int    // the exit code of a plan, or skipped
	push     int    // of a push of a plan that was made before
	hears    string // what the command has to say
}

// skipped is no exit code.
const skipped = -1

// lies are told from the moment when a plan has been made.
func lies() []lie {
	huge := 66 << 20
	if sweeping() {
		huge = 200 << 20
	}
	running := func(change func(r *router, text string) string) func(*router, string, string) string {
		return func(r *router, line, said string) string {
			if reads(line) {
				return change(r, said)
			}
			return said
		}
	}
	refuses := func(words string) func(*router, string, string) string {
		return func(r *router, line, said string) string {
			if strings.Contains(line, "OP25B-") && !strings.HasPrefix(line, "show") || strings.HasPrefix(line, "ip filter 25") {
				return words + "\n"
			}
			return said
		}
	}
	comment := func(r *router) string { return map[bool]string{true: "#", false: "!"}[r.kind.Dialect == "rtx"] }
	return []lie{
		{name: "the truth"},
		{name: "a banner like a prompt", banner: func(r *router) string {
			return "\nWelcome to " + r.name + "#\n" + r.name + "#\n" + r.name + "> \nop@" + r.name + "> \nRP/0/RP0/CPU0:" + r.name + "#\n# \n> \n" +
				"Password: \n --More-- \n---(more)---\n[confirm]\n"
		}},
		{name: "a banner with escapes", banner: func(r *router) string { return "\x1b[2J\x1b]0;owned\x07\x1b[31mred\x00\x9b\n" }},
		{name: "a comment with escapes", dialects: []string{"iosxe", "rtx"}, says: running(func(r *router, text string) string {
			return strings.Replace(text, "\n", "\n"+comment(r)+" \x1b]0;owned\x07 \x1b[2J \u009b31m\n", 1)
		})},
		{name: "a refusal with escapes", says: refuses("\x1b[31m% Bad \x1b]0;owned\x07thing\x9b\u0085"), push: 4, hears: "Bad"},
		{name: "a refusal with our password", says: refuses("% Denied: " + loginSecret + " / " + enableSecret), push: 4, hears: "Denied: ********"},
		{name: "our password in a description", dialects: []string{"iosxe"}, says: running(func(_ *router, text string) string {
			return strings.ReplaceAll(text, "description customers", "description "+loginSecret)
		})},
		{name: "our password in our list", dialects: []string{"iosxe", "iosxr"}, says: running(func(_ *router, text string) string {
			return strings.ReplaceAll(text, " permit ", " permit "+enableSecret+" ")
		}), plan: 6, push: 6, hears: "permit ********"},
		{name: "half a configuration", says: running(func(_ *router, text string) string { return text[:len(text)/2] + "\n" }), plan: 1, push: 1},
		{name: "no configuration", says: running(func(_ *router, text string) string { return "" }), plan: 1, push: 1},
		{name: "a configuration of more than 64 MB", dialects: []string{"iosxe"}, says: running(func(_ *router, text string) string {
			return text + strings.Repeat(strings.Repeat("! ", 2000)+"\n", huge/4001)
		}), plan: 1, push: skipped, hears: "does not stop sending"},
		{name: "a banner of more than 64 MB in one line", dialects: []string{"junos"}, banner: func(*router) string { return strings.Repeat("blah ", huge/5) },
			plan: skipped, push: 1, hears: "does not stop sending"},
	}
}

// TestLies lets devices say what they should not, to a plan and to a push.
func TestLies(t *testing.T) {
	t.Parallel()
	for i, l := range lies() {
		dialects := l.dialects
		if dialects == nil {
			dialects = everyTyped() // a terminal's words; what is wrong in an answer of gNMI is told in pusher/gnmi
			if !sweeping() {
				dialects = []string{dialects[i%4], dialects[(i+1)%4]}
			}
		}
		for _, dialect := range dialects {
			t.Run(dialect+"/"+l.name, func(t *testing.T) {
				s := emptySite(t)
				var said *liar
				r := s.add(kindOf(dialect), func(d lab.Device) lab.Device { said = &liar{Device: d}; return said })
				s.ready()
				if l.banner != nil {
					said.banner = l.banner(r)
				}
				if l.says != nil {
					said.says = func(line, words string) string { return l.says(r, line, words) }
				}
				probes, old, new := s.secondProbes()
				r.expect(probes, old, new, r.instants(stepOf(s.open("next.plan"), r.name)))
				text, typed := r.Running(), len(r.configured())
				var planned, pushed result
				if l.plan != skipped {
					planned = s.must(l.plan, "plan", "-o", s.file("again.plan"))
				}
				if l.push != skipped {
					pushed = s.must(l.push, s.push("next.plan")...)
				}
				all := planned.out + planned.err + pushed.out + pushed.err
				if !strings.Contains(all, l.hears) {
					t.Errorf("it does not say %q:\n%s", l.hears, tail(all))
				}
				if len(planned.err) > 1<<16 || len(pushed.err)+len(pushed.out) > 1<<16 {
					t.Error("it says too much")
				}
				if (l.push == 1 || l.push == skipped) && (len(r.configured()) > typed || r.Running() != text) {
					t.Error("something was sent")
				}
				if l.push == 0 {
					s.arrived(probes, new)
				}
				r.unwatch()
			})
		}
	}
}
