package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"op25b/lab"
)

// The stories of what must not get out, and of what must not get in: passwords, and the words of
// routers and of files.

const keySecret = "Planted-phrase-4711"

// hostile are words that would do harm on a terminal, or on a router that takes them for lines.
const hostile = "\x1b]0;owned\x07\x1b[2J\r\nreload in 1\r\nxe#\u009b31m {{ .Name }} \u0085reload\u2028reload"

// babbler is a router that greets with words of its own.
type babbler struct {
	lab.Device
	banner string
}

func (b babbler) Banner() string { return b.banner }

// keyed gives the site a key with a passphrase that the routers let in.
func (s *site) keyed() {
	s.t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(keySecret))
	if err != nil {
		s.t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		s.t.Fatal(err)
	}
	s.fleet.Door.Keys = []ssh.PublicKey{key}
	s.env["OP25B_CORE_KEY"], s.env["OP25B_CORE_PASSPHRASE"] = filepath.Join(s.dir, "id"), keySecret
	if err := os.WriteFile(s.env["OP25B_CORE_KEY"], pem.EncodeToMemory(block), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// leaks looks for the secrets in a text, and for what a terminal would obey.
func (s *site) leaks(where, text string) {
	s.t.Helper()
	for _, secret := range []string{loginSecret, enableSecret, keySecret} {
		if i := strings.Index(text, secret); i >= 0 {
			s.t.Errorf("a secret is in %s: …%s…", where, text[max(0, i-80):i+len(secret)])
		}
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 }); i >= 0 {
		s.t.Errorf("a control character is in %s: %q", where, text[max(0, i-80):i+1])
	}
}

// files looks for the secrets in everything that the command wrote into the workspace, byte by byte.
func (s *site) files() {
	s.t.Helper()
	files, err := os.ReadDir(s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	seen := 0
	for _, f := range files {
		text, err := os.ReadFile(s.file(f.Name()))
		if err != nil {
			s.t.Fatal(err)
		}
		for _, secret := range []string{loginSecret, enableSecret, keySecret} {
			if strings.Contains(string(text), secret) {
				s.t.Errorf("a secret is in %s", f.Name())
			}
		}
		if strings.HasPrefix(f.Name(), "journal.db") && len(text) > 1000 {
			seen++
		}
	}
	if seen == 0 {
		s.t.Error("there is no journal to look into")
	}
}

// TestSecrets: routers that say the passwords back, in their greeting and in their errors, and words
// that a terminal would obey. Nothing of it gets into what is printed or written, and no router is told
// a line that is not of the plan.
func TestSecrets(t *testing.T) {
	t.Parallel()
	for _, dialect := range everyDialect() {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			s := emptySite(t)
			s.env["OP25B_CORE_PASSPHRASE"] = keySecret
			if dialect == "iosxe" { // a key with a passphrase takes its time at each login
				s.keyed()
			}
			said := fmt.Sprintf("%s %s %s", loginSecret, enableSecret, keySecret)
			if dialect == "openconfig" { // it is told no other
				said = loginSecret
			}
			var babbles func(lab.Device) lab.Device
			if dialect != "openconfig" { // that greets nobody
				babbles = func(d lab.Device) lab.Device { return babbler{d, said + "\x1b]0;owned\x07\r\n"} }
			}
			s.add(kindOf(dialect), babbles)
			s.ready()
			r := s.routers[0]
			typed := len(r.configured())
			fault := lab.Fault{RefuseLine: 2, Message: "% " + said + hostile}
			if r.speaks() {
				fault = r.refusal(fault.Message)
			}
			r.Spoil(fault)
			s.leaks("the stream", s.must(4, s.push("next.plan", "--format=json")...).out)
			r.Spoil(fault)
			push := s.must(4, s.resume("next.plan")...)
			s.leaks("the report", push.out)
			s.leaks("the talk", push.err)
			if !strings.Contains(push.out, "********") {
				t.Errorf("the router's words are not told:\n%s", push.out)
			}
			for _, words := range [][]string{{"status"}, {"status", "--format=json"}, {"log", "last"}, {"log", "last", "--format=json"}, {"log"},
				{"show", "last"}, {"show", "last", "--format=json"}, {"show", "last", "--format=html"}, {"show", s.file("next.plan"), "--format=html"}} {
				one := s.must(0, words...)
				s.leaks(strings.Join(words, " "), one.out)
				s.leaks(strings.Join(words, " "), one.err)
			}
			s.files()
			if !r.speaks() { // to which no lines are typed; what a Set may have is told in pusher/gnmi
				s.ownLines(r, typed)
			}
		})
	}
}

// ownLines wants every line that a router took in configuration mode to be one of the plan, or one of
// those with which the dialect enters, checks, confirms, saves and leaves.
func (s *site) ownLines(r *router, from int) {
	s.t.Helper()
	step := stepOf(s.open("next.plan"), r.name)
	known := map[string][]string{"iosxe": {"end"}, "iosxr": {"abort", "clear", "show", "commit", "end", "root", "exit"},
		"junos": {"rollback 0", "show", "commit", "exit", "top", "rollback 1"}, "rtx": {"rollback timer", "confirm", "save", "exit", "quit"}}[r.kind.Dialect]
	var lines []string
	for _, l := range slices.Concat(step.Do, step.Undo, step.Cleanup) {
		lines = append(lines, strings.TrimSpace(l))
	}
	n := 0
	for _, l := range r.configured()[from:] {
		l = strings.TrimSpace(l)
		if n++; !slices.Contains(lines, l) && !slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(l, k) }) {
			s.t.Errorf("%s was told %q", r.name, l)
		}
	}
	if n == 0 {
		s.t.Error("it was told nothing")
	}
}

// TestSecretsOfTheDead: a push that is killed leaves no secret in the journal and its log of writes, and
// the list of processes never shows one.
func TestSecretsOfTheDead(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{"iosxe", "openconfig"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			secretsOfTheDead(t, dialect)
		})
	}
}

func secretsOfTheDead(t *testing.T, dialect string) {
	s := emptySite(t)
	if dialect == "iosxe" {
		s.keyed()
	}
	s.add(kindOf(dialect), nil)
	s.ready()
	fault := lab.Fault{RefuseLine: 2, Message: "% " + loginSecret + enableSecret + keySecret}
	if s.routers[0].speaks() {
		fault = s.routers[0].refusal("% " + loginSecret)
		s.hurried.Store(true)
	}
	s.routers[0].Spoil(fault)
	v := s.start([]string{"CRASH_AT_ROW=12"}, s.push("next.plan")...)
	seen := make(chan string, 1) // as it was shown first
	s.striking(func(int, bool) bool {
		<-v.begun
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", v.Process.Pid)); err == nil && len(text) > 0 {
			select {
			case seen <- string(text):
			default:
			}
		}
		return false
	})
	v.run(t)
	s.striking(nil)
	shown := ""
	select {
	case shown = <-seen:
	default:
	}
	if _, err := os.Stat("/proc/self/cmdline"); err == nil && !strings.Contains(shown, "next.plan") {
		t.Errorf("the list of processes shows %q", shown)
	}
	s.leaks("the list of processes", strings.ReplaceAll(shown, "\x00", " "))
	if _, err := os.Stat(s.env["OP25B_JOURNAL"] + "-wal"); err != nil {
		t.Errorf("the push was not killed while it wrote: %v", err)
	}
	s.files()
}

// TestHostileFiles puts words that would do harm into every field of the files: each is refused with its
// place, or stands in the texts for the routers as a remark and nothing else.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	words := []string{"x\nreload", "x\r\nreload", "x\rreload", "\x1b]0;owned\x07", "x\u0085reload", "x\u2028reload", "x\x00reload",
		"{{ printf \"re%s\" \"load\" }}", "{{ .Device.Name }}", "x */ reload /*", "x\\nreload", "!\n reload", "`reload`", "$(reload)", "^C reload"}
	fields := []struct{ file, old string }{
		{"policy.yaml", "own server"}, {"policy.yaml", "name: acme"}, {"policy.yaml", "isp: Example"}, {"policy.yaml", "  east:"},
		{"policy.yaml", "  mobile:"}, {"policy.yaml", "name: mobile,"}, {"policy.yaml", "timezone: Asia/Tokyo"}, {"policy.yaml", "100.64.0.0/20"},
		{"inventory.yaml", "place: front"}, {"inventory.yaml", "credentials: core"}, {"inventory.yaml", "GigabitEthernet0/0/1"},
		{"inventory.yaml", "ge-0/0/1.0"}, {"inventory.yaml", "lan2"}, {"inventory.yaml", "  iosxe-1:"}, {"inventory.yaml", "127.0.0.1"},
	}
	s := newSite(t, everyDialect()...)
	s.write()
	texts := map[string]string{}
	for _, f := range fields {
		b, err := os.ReadFile(s.file(f.file))
		if err != nil {
			t.Fatal(err)
		}
		texts[f.file] = string(b)
	}
	rendered := 0
	for i, f := range fields {
		if !strings.Contains(texts[f.file], f.old) {
			if !strings.HasPrefix(f.old, "ge-") {
				t.Fatalf("%s has no %q", f.file, f.old)
			}
			continue
		}
		for j, w := range words {
			if (i+j)%3 > 0 && !sweeping() {
				continue
			}
			word := yamlString(w)
			key, value, is := strings.Cut(f.old, ": ")
			switch {
			case is:
				word = key + ": " + word + strings.Repeat(",", strings.Count(value, ","))
			case strings.HasSuffix(f.old, ":"):
				word = "  " + word + ":"
			}
			text := strings.ReplaceAll(strings.ReplaceAll(texts[f.file], `"`+f.old+`"`, f.old), f.old, word)
			if err := os.WriteFile(s.file(f.file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			r := s.run("render")
			where := fmt.Sprintf("%s, %s as %q", f.file, f.old, w)
			s.leaks(where, r.out)
			s.leaks(where, r.err)
			if strings.HasPrefix(w, "{{ printf") && strings.Contains(r.out, "reload") {
				t.Errorf("%s: it was carried out as a template", where)
			}
			if r.code == 0 {
				rendered++
			} else if r.out != "" || !strings.Contains(r.err, "op25b: error: ") {
				t.Errorf("%s: exit %d\n%s%s", where, r.code, r.out, r.err)
			}
			for line := range strings.FieldsFuncSeq(r.out, func(c rune) bool { return strings.ContainsRune("\n\r\u0085\u2028", c) }) {
				if bare := strings.TrimSpace(line); strings.HasPrefix(bare, "reload") {
					t.Errorf("%s: a line for a router is %q", where, line)
				}
			}
		}
		if err := os.WriteFile(s.file(f.file), []byte(texts[f.file]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if rendered == 0 {
		t.Error("every word was refused: nothing was rendered")
	}
	s.must(0, "render")
}

// yamlString is a text in double quotes.
func yamlString(w string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range w {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r < ' ':
			fmt.Fprintf(&b, `\x%02x`, r)
		case r >= 0x7f:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
