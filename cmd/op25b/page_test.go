package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	udiff "github.com/rogpeppe/go-internal/diff"

	"op25b/journal"
	"op25b/plan"
	"op25b/pusher"
)

// boardPlan is a small plan: two borders whose change is the same, a line router, and one that
// has nothing to do.
func boardPlan() plan.Plan {
	border := func(name, address, line string) plan.Step {
		return plan.Step{Device: name, Dialect: "iosxe", Address: address, Via: plan.Via{Transport: "ssh", Credentials: "core"}, Revert: "native",
			Identity: plan.Identity{Hostname: name}, Attach: []plan.Attach{{Interface: "GigabitEthernet0/0/1", Direction: "out", Families: []string{"ipv4"}}},
			Have: plan.State([]string{name}), Want: plan.State([]string{"want"}), Cleaned: plan.State([]string{"cleaned"}),
			Method: plan.Swap,
			Stage:  []string{"ip access-list extended OP25B-OUT-V4-G2", " 10 permit tcp any host 192.0.2.25 eq smtp", " 20 deny tcp 203.0.113.0 0.0.0.255 any eq smtp", " 30 permit ip any any"},
			Switch: []string{"interface GigabitEthernet0/0/1", " ip access-group OP25B-OUT-V4-G2 out"},
			Do: []string{"ip access-list extended OP25B-OUT-V4-G2", " 10 permit tcp any host 192.0.2.25 eq smtp", " 20 deny tcp 203.0.113.0 0.0.0.255 any eq smtp", " 30 permit ip any any",
				"interface GigabitEthernet0/0/1", " ip access-group OP25B-OUT-V4-G2 out"},
			Undo:    []string{"interface GigabitEthernet0/0/1", " ip access-group OP25B-OUT-V4-G1 out", "no ip access-list extended OP25B-OUT-V4-G2"},
			Cleanup: []string{"no ip access-list extended OP25B-OUT-V4-G1"},
			Entries: plan.Entries{Before: 3, After: 3, Peak: 6, Limit: 4000},
			Changes: []plan.Change{
				{Sign: "+", Line: "permit tcp any host 192.0.2.25 eq smtp", Why: "policy.yaml:8"},
				{Sign: ">", Line: "permit tcp host 203.0.113.77 any eq smtp", Why: "policy.yaml:10"},
				{Sign: "-", Line: "deny tcp 203.0.113.0 0.0.0.255 198.51.100.0 0.0.0.15 eq smtp", Why: "policy.yaml:12"},
				{Sign: "~", Line: "bind GigabitEthernet0/0/1 out ipv4 OP25B-OUT-V4-G1 -> OP25B-OUT-V4-G2"},
			},
			Closes: []string{"tcp 203.0.113.0/24 -> any except 192.0.2.25,198.51.100.0/28 port 25"},
			Packets: []plan.Row{{Change: plan.Closes, Words: "flets-east -> anywhere but vodafone, tcp/25, except 1 relay", Packets: "tcp 203.0.113.0/24 -> any except 192.0.2.25,198.51.100.0/28 port 25",
				At: []string{"GigabitEthernet0/0/1 out ipv4"}, Witness: "tcp 203.0.113.0:1025 -> 192.0.2.2:25",
				Before: "line " + line + ": OP25B-OUT-V4-G1: 40 permit ip any any", After: "OP25B-OUT-V4-G2: 20 deny tcp 203.0.113.0 0.0.0.255 any eq smtp"}},
			Proof: plan.Proof{Meaning: "equal", Others: "unchanged", Moments: 7},
		}
	}
	line := border("sap-line-1", "192.0.2.104:22", "31")
	line.Dialect, line.Revert, line.Cleanup = "rtx", "none", nil
	line.Entries = plan.Entries{Before: 90, After: 110, Peak: 118, Limit: 129}
	line.Closes, line.Opens = nil, []string{"tcp 203.0.113.77 -> any port 25"}
	line.Packets = nil
	same := plan.Step{Device: "tsuruga-1", Dialect: "rtx", Address: "192.0.2.105:22", Revert: "native", Method: plan.None, Attach: line.Attach}
	p := plan.Plan{Version: plan.Version, Author: "sato", At: "2006-07-26", Phase: "everyone", Valid: plan.Valid{From: "2006-07-26", Until: "2007-01-01"},
		Inputs: plan.Inputs{Policy: plan.Digest([]byte("policy")), Inventory: plan.Digest([]byte("inventory")), Rollout: plan.Digest([]byte("rollout"))},
		Gates: plan.Gates{Parallel: 20, MaxFailed: 1, MaxFailedTotal: 3, Confirm: "10m", Approvals: 1, Signers: []string{"tanaka@example.net"},
			Window: &plan.Window{Days: []string{"tue", "wed"}, From: "02:00", To: "05:00", Timezone: "Asia/Tokyo", Freeze: []plan.Freeze{{From: "2006-08-10", To: "2006-08-16"}}}},
		Waves: []plan.Wave{
			{Name: "canary", Soak: "30m", Steps: []plan.Step{line, same}},
			{Name: "rest", Steps: []plan.Step{border("tyo-edge-1", "192.0.2.101:22", "62"), border("tyo-edge-2", "192.0.2.102:22", "40")}},
		}}
	return p.Sealed()
}

// boardRun is a run of it: the canaries went well, of the rest one went back.
func boardRun() account {
	begun := time.Date(2006, 7, 25, 17, 0, 0, 0, time.UTC) // 02:00 in Tokyo
	a := account{ID: "1b2c3d4e5f60.1", Operator: "suzuki", Host: "noc-1", Begun: begun, Ended: begun.Add(40 * time.Minute), End: "aborted", Checked: true}
	row := func(after int, wave, device, leg, what, text string) {
		a.Rows = append(a.Rows, entry{Seq: len(a.Rows) + 1, Time: begun.Add(time.Duration(after) * time.Second), Wave: wave, Device: device, Leg: leg, What: what, Text: text,
			Operator: "suzuki", Hash: strings.TrimPrefix(plan.Digest([]byte{byte(len(a.Rows))}), "sha256:")})
	}
	well := func(from int, wave, device, leg string) {
		for i, what := range []string{pusher.Connected, pusher.Checked, pusher.Armed, pusher.Sent, pusher.Staged, pusher.Switched, pusher.Verified, pusher.Confirmed, pusher.SavedConfig} {
			row(from+2*i, wave, device, leg, what, "")
		}
		row(from+20, wave, device, leg, pusher.Finished, ended(pusher.Done, pusher.After, ""))
	}
	row(0, "", "", "", overridden, "--accept-no-revert sap-line-1")
	row(1, "canary", "", "", pusher.WaveBegins, "2 devices")
	well(2, "canary", "sap-line-1", "push")
	row(3, "canary", "tsuruga-1", "push", pusher.Connected, "")
	row(4, "canary", "tsuruga-1", "push", pusher.Finished, ended(pusher.Done, pusher.After, ""))
	row(24, "canary", "", "", pusher.Soaks, "30m")
	row(1824, "canary", "", "", pusher.WaveBegins, "2 devices")
	row(1825, "canary", "sap-line-1", "soak", pusher.Finished, ended(pusher.Done, pusher.After, ""))
	row(1830, "rest", "", "", pusher.WaveBegins, "2 devices")
	row(1831, "rest", "tyo-edge-1", "push", pusher.Connected, "")
	row(1833, "rest", "tyo-edge-1", "push", pusher.Armed, "it takes the change back by itself in 10m0s")
	row(1835, "rest", "tyo-edge-1", "push", pusher.Retreats, "staging: the router says: % Invalid input")
	row(1841, "rest", "tyo-edge-1", "push", pusher.Finished, ended(pusher.RolledBack, pusher.Before, "tyo-edge-1: push: staging: the router says:\n% Invalid input"))
	row(1842, "rest", "", "", pusher.Stopped, "1 of 2 devices failed")
	return a
}

// ended is the text of a finished event, as the pusher writes it.
func ended(c pusher.Class, s pusher.State, why string) string {
	text := fmt.Sprintf("%s; it is %s", c, s)
	if why != "" {
		text += ": " + why
	}
	return text
}

func printed(t *testing.T, p page, secret ...string) string {
	t.Helper()
	var out bytes.Buffer
	v := &voice{out: &out, secrets: &secrets{}}
	v.secrets.keep(secret...)
	if err := (&globals{voice: v}).printPage(p); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func boards() map[string]page {
	return map[string]page{
		"plan.html": {Plan: boardPlan(), File: "change plan"},
		"run.html":  {Plan: boardPlan(), File: "change.plan", Approvals: []string{"tanaka@example.net"}, Run: boardRun()},
	}
}

// TestPages holds both pages to their golden files.
func TestPages(t *testing.T) {
	for name, p := range boards() {
		path := filepath.Join("testdata", "page", name)
		got := printed(t, p)
		if got != printed(t, p) {
			t.Errorf("%s: the same input gives other bytes", name)
		}
		if os.Getenv("OP25B_UPDATE_GOLDEN") != "" {
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("make golden rewrites it; review the difference:\n%s", udiff.Diff(path, want, "now", []byte(got)))
		}
	}
}

// TestPagePassages: the page says of each method what happens between the lines and their effect. Of a gNMI
// Set, which is one transaction, it says nothing about staging and reading back before.
func TestPagePassages(t *testing.T) {
	staged, unbound, candidate := "nothing is staged", "read back before the switch", "read back before the commit"
	for method, want := range map[string]string{plan.Set: staged, plan.Swap: unbound, plan.InPlace: unbound, plan.Commit: candidate} {
		p := boardPlan()
		for _, w := range p.Waves {
			for i := range w.Steps {
				if w.Steps[i].Method != plan.None {
					w.Steps[i].Method = method
				}
			}
		}
		got := printed(t, page{Plan: p.Sealed(), File: "p"})
		for _, one := range []string{staged, unbound, candidate} {
			if is := strings.Contains(got, one); is != (one == want) {
				t.Errorf("%s: it says %q: %v", method, one, is)
			}
		}
		if !strings.Contains(got, "ip access-group OP25B-OUT-V4-G2 out\n</pre>") {
			t.Errorf("%s: the lines to send are not all there", method)
		}
	}
}

// TestPageOfAPlanFile is the page as people make it: of a file, the same bytes each time, and
// not of a file that was changed.
func TestPageOfAPlanFile(t *testing.T) {
	f := newFolder(t)
	path := filepath.Join(f.dir, "p.plan")
	if code, _, talk := f.types("plan", "--phase", "all", "--running", filepath.Join(f.dir, "running"), "-o", path, "--author", "noc"); code != done {
		t.Fatalf("exit %d: %s", code, talk)
	}
	code, out, talk := f.types("show", path, "--format", "html")
	if code != done {
		t.Fatalf("exit %d: %s", code, talk)
	}
	for _, words := range []string{"Phase all, 2005-01-31", "xe-1", "rtx-1", "op25b push p.plan --yes=", "0 of 1", "proved"} {
		if !strings.Contains(out, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f.write("q.plan", strings.Replace(string(b), "203.0.113.0", "203.0.113.1", 1))
	if code, out, _ := f.types("show", filepath.Join(f.dir, "q.plan"), "--format", "html"); code != failed || out != "" {
		t.Errorf("a file that was changed: exit %d, %q", code, out)
	}
}

// TestPageOfARunOfTheJournal is the report of a run, by its name and by "last".
func TestPageOfARunOfTheJournal(t *testing.T) {
	f := newFolder(t)
	path := filepath.Join(f.dir, ".op25b", "journal.db")
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	run, err := j.Begin(boardPlan(), "suzuki", "noc-1", boardRun().Begun)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range boardRun().Rows {
		if _, err := j.Write(journal.Row{Run: run.ID, Time: r.Time, Wave: r.Wave, Device: r.Device, Leg: r.Leg, What: r.What, Text: r.Text, Operator: r.Operator}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(j.End(run.ID, journal.Aborted, boardRun().Ended), j.Close()); err != nil {
		t.Fatal(err)
	}
	code, out, talk := f.types("show", run.ID, "--format", "html")
	if code != done {
		t.Fatalf("exit %d: %s", code, talk)
	}
	for _, words := range []string{"report of run " + run.ID, "the chain of the journal holds: 23 rows", "--accept-no-revert sap-line-1", "rolled back, as before", "op25b rollback " + run.ID} {
		if !strings.Contains(out, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if code, last, _ := f.types("show", "last", "--format", "html"); code != done || last != out {
		t.Errorf("last is another page, exit %d", code)
	}
	if code, _, talk := f.types("show", "nowhere.1"); code != failed || !strings.Contains(talk, "no such") {
		t.Errorf("a run that is not there: exit %d: %s", code, talk)
	}
}

// tags are the tags of a page with the names of their attributes.
func tags(text string) []string {
	attribute := regexp.MustCompile(`\s([a-zA-Z:-]+)=("[^"]*")`)
	var out []string
	for _, tag := range regexp.MustCompile(`<[^>]*>`).FindAllString(text, -1) {
		out = append(out, attribute.ReplaceAllString(tag, " $1"))
	}
	return out
}

// TestPageIsSafe plants what must not arrive in every text that a page has. The page has the
// same tags as one with harmless words, and neither controls nor secrets.
func TestPageIsSafe(t *testing.T) {
	const secret = "Planted-4711"
	bad := `"'></code></pre></title></style><script>alert(1)</script><a href="javascript:alert(1)" onclick=x>{{.}}&` + "\x1b[31m\x00\u202e\u200b\x9b\xff`" + secret
	filled := func(word string) page {
		p := page{Plan: boardPlan(), Approvals: []string{"a"}, File: "p", Run: boardRun()}
		p = scrubbed(p, func(s string) string {
			if s == "" {
				return s
			}
			return s + word
		})
		p.Run.Broken = word
		return p
	}
	known := func(p page) page { // with the words by which the page takes its turns
		for i, row := range boardRun().Rows {
			p.Run.Rows[i].What = row.What
		}
		for i, w := range boardPlan().Waves {
			for j, s := range w.Steps {
				p.Plan.Waves[i].Steps[j].Method = s.Method
			}
		}
		return p
	}
	harmless := strings.Repeat("x", len(bad))
	whole := ""
	for _, turn := range []func(page) page{known, func(p page) page { return p }} {
		planted := printed(t, turn(filled(bad)), secret)
		if got, want := tags(planted), tags(printed(t, turn(filled(harmless)))); !slices.Equal(got, want) {
			t.Errorf("foreign text makes other tags:\n%s", udiff.Diff("harmless", []byte(strings.Join(want, "\n")), "planted", []byte(strings.Join(got, "\n"))))
		}
		if !strings.Contains(planted, "alert(1)") {
			t.Error("nothing was planted")
		}
		whole += planted
	}
	for _, p := range boards() {
		whole += printed(t, p)
	}
	if strings.Contains(whole, secret) {
		t.Error("a secret is in the page")
	}
	for _, r := range whole {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x200b {
			t.Fatalf("the page has the character %U", r)
		}
	}
	for _, target := range regexp.MustCompile(`(?:href|src|action)="([^"]*)"`).FindAllStringSubmatch(whole, -1) {
		if !regexp.MustCompile(`^(#w\d+-\d+|data:,)$`).MatchString(target[1]) {
			t.Errorf("the page refers to %s", target[1])
		}
	}
	if n := strings.Count(whole, `content="default-src 'none'; style-src 'unsafe-inline'; img-src data:`); n != 4 {
		t.Errorf("%d of 4 pages have the security policy", n)
	}
	if strings.Contains(whole, "url(") || strings.Contains(whole, "@import") {
		t.Error("the style fetches something")
	}
}

// TestScrubbedReachesEveryText is the twin of the filter: no text of a page stays as it was.
func TestScrubbedReachesEveryText(t *testing.T) {
	p := scrubbed(page{Plan: boardPlan(), File: "f", Approvals: []string{"a"}, Run: boardRun()}, func(string) string { return "*" })
	n := 0
	var look func(v reflect.Value)
	look = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			if n++; v.String() != "*" {
				t.Errorf("%q was not filtered", v.String())
			}
		case reflect.Slice:
			for i := range v.Len() {
				look(v.Index(i))
			}
		case reflect.Pointer:
			if !v.IsNil() {
				look(v.Elem())
			}
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[time.Time]() {
				return
			}
			for i := range v.NumField() {
				look(v.Field(i))
			}
		}
	}
	look(reflect.ValueOf(p))
	if n < 300 {
		t.Errorf("only %d texts were looked at", n)
	}
	if !p.Run.Begun.Equal(boardRun().Begun) || p.Plan.Gates.Parallel != 20 {
		t.Error("what is no text was changed")
	}
}

// TestSameness: one block where only the name, the address and the number of a line differ; two
// where the way back does.
func TestSameness(t *testing.T) {
	steps := boardPlan().Waves[1].Steps
	if groups := sameness(steps); len(groups) != 1 {
		t.Errorf("%d groups, want 1", len(groups))
	}
	b := blockOf(steps)
	if got := b.Rows[0].Before; got != "OP25B-OUT-V4-G1: 40 permit ip any any" {
		t.Errorf("of several devices the line is %q", got)
	}
	if got := blockOf(steps[:1]).Rows[0].Before; got != "line 62: OP25B-OUT-V4-G1: 40 permit ip any any" {
		t.Errorf("of one device the line is %q", got)
	}
	steps[1].Undo = append(slices.Clone(steps[1].Undo), "no ip access-list extended OP25B-OUT-V4-G3")
	if groups := sameness(steps); len(groups) != 2 {
		t.Errorf("another undo: %d groups, want 2", len(groups))
	}
}

// TestStatesOfARun reads where devices are from the rows of the journal.
func TestStatesOfARun(t *testing.T) {
	for _, c := range []struct {
		what, text string
		want       state
	}{
		{pusher.Finished, ended(pusher.Done, pusher.After, ""), state{"good", "as wanted"}},
		{pusher.Finished, ended(pusher.Done, pusher.Cleaned, ""), state{"good", "as wanted, cleaned"}},
		{pusher.Finished, ended(pusher.Done, pusher.Before, ""), state{"back", "as before"}},
		{pusher.Finished, ended(pusher.RolledBack, pusher.Before, "why: it is so"), state{"back", "rolled back, as before"}},
		{pusher.Finished, ended(pusher.Unknown, pusher.Pending, "gone"), state{"wait", "its timer runs"}},
		{pusher.Finished, ended(pusher.Unknown, pusher.NotKnown, "gone"), state{"bad", "unknown"}},
		{pusher.Finished, ended(pusher.Unknown, pusher.After, "not saved"), state{"bad", "unknown; as wanted"}},
		{pusher.Finished, ended(pusher.Refused, pusher.Other, "stale"), state{"bad", "refused; neither as before nor as wanted"}},
		{pusher.Finished, ended(pusher.Failed, pusher.NotKnown, "no route"), state{"bad", "failed, nothing was sent; unknown"}},
		{pusher.Finished, ended(pusher.Gated, pusher.NotKnown, "stopped"), state{"none", "not started"}},
		{pusher.Finished, "something else", state{"bad", "unknown"}},
		{pusher.Connected, "", state{"wait", "begun, no end is written"}},
		{pusher.Switched, "", state{"bad", "unknown: switched, and no end is written"}},
	} {
		r := reportOf(boardPlan(), account{ID: "r.1", Rows: []entry{{Device: "tyo-edge-1", What: c.what, Text: c.text}}}, time.UTC)
		if got := r.Now("tyo-edge-1"); got != c.want {
			t.Errorf("%s %q: %v, want %v", c.what, c.text, got, c.want)
		}
		if got := r.Now("tyo-edge-2"); got != (state{"none", "not started"}) {
			t.Errorf("a device without a row: %v", got)
		}
	}
	for want, a := range map[string]account{
		"the chain of the journal was not checked":    {},
		"the chain of the journal holds: 0 rows":      {Checked: true},
		"the journal was changed: row 7 is not there": {Checked: true, Broken: "row 7 is not there"},
	} {
		if got := chainOf(a).Word; got != want {
			t.Errorf("the chain: %q, want %q", got, want)
		}
	}
}

// TestLineOfTwoLines: a line to send in which another hides reads as what it is.
func TestLineOfTwoLines(t *testing.T) {
	p := boardPlan()
	p.Waves[1].Steps[0].Undo[0] = "interface GigabitEthernet0/0/1\nreload"
	if got := printed(t, page{Plan: p}); !strings.Contains(got, "GigabitEthernet0/0/1␤reload") {
		t.Error("the line reads as two")
	}
}

// seen is what a browser says of a page at a width.
type seen struct {
	Page          string
	Width, Scroll int
	Text          string
	Links         []string
}

// wrapper shows pages in frames of some widths, opens all that is folded, and measures them.
const wrapper = `<!DOCTYPE html><meta charset="utf-8"><body>%s<pre id="out"></pre><script>
addEventListener("load", () => {
  const seen = [];
  for (const f of document.querySelectorAll("iframe")) {
    const d = f.contentDocument;
    for (const one of d.querySelectorAll("details")) one.open = true;
    seen.push({Page: f.dataset.page, Width: d.documentElement.clientWidth, Scroll: d.documentElement.scrollWidth, Text: d.body.textContent,
      Links: [...d.querySelectorAll("a")].filter(a => !d.querySelector(a.getAttribute("href"))).map(a => a.getAttribute("href"))});
  }
  document.getElementById("out").textContent = JSON.stringify(seen);
});
</script>`

// TestPagesInABrowser loads the pages in Chromium, on a phone, a tablet and a desk: all devices are
// there, nothing is wider than the window, nothing is said on the console. A page that is too wide
// and complains shows that both would be seen.
func TestPagesInABrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is absent: apt-get install chromium")
	}
	dir := t.TempDir()
	names := []string{"control.html"}
	pages := map[string]string{"control.html": `<!DOCTYPE html><body><div style="width:3000px">wide</div><script>console.error("a control complains")</script>`}
	for name, p := range boards() {
		names, pages[name] = append(names, name), printed(t, p)
	}
	many := page{Plan: crowdedPlan(60), File: "p"}
	names, pages["crowd.html"] = append(names, "crowd.html"), printed(t, many)
	frames := ""
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(pages[name]), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{400, 740, 1400} {
			frames += fmt.Sprintf(`<iframe data-page="%s" src="%s" style="border:0;width:%dpx;height:900px"></iframe>`, name, name, width)
		}
	}
	dom, console := loaded(t, browser, dir, fmt.Sprintf(wrapper, frames))
	var all []seen
	found := regexp.MustCompile(`(?s)<pre id="out">(.*?)</pre>`).FindStringSubmatch(dom)
	if found == nil || json.Unmarshal([]byte(html.UnescapeString(found[1])), &all) != nil || len(all) != 3*len(names) {
		t.Fatalf("the browser measured nothing: %.2000s\n%s", dom, console)
	}
	for _, s := range all {
		if s.Page == "control.html" {
			if s.Scroll <= s.Width {
				t.Errorf("the control is %d wide in %d: too wide is not seen", s.Scroll, s.Width)
			}
			continue
		}
		if s.Scroll > s.Width {
			t.Errorf("%s is %d wide in a window of %d", s.Page, s.Scroll, s.Width)
		}
		if len(s.Links) > 0 {
			t.Errorf("%s has links to nothing: %v", s.Page, s.Links)
		}
		p := boardPlan()
		if s.Page == "crowd.html" {
			p = many.Plan
		}
		for _, w := range p.Waves {
			for _, step := range w.Steps {
				if !strings.Contains(s.Text, step.Device) {
					t.Errorf("%s does not show %s", s.Page, step.Device)
				}
			}
		}
	}
	complaints := 0
	for _, line := range strings.Split(console, "\n") {
		if strings.Contains(line, "CONSOLE") {
			if complaints++; !strings.Contains(line, "a control complains") {
				t.Errorf("the console says %s", line)
			}
		}
	}
	if complaints != 3 {
		t.Errorf("the control complained %d times on the console, want 3:\n%s", complaints, console)
	}
}

// crowdedPlan is a plan with many devices, names as long as they may be, and long lines.
func crowdedPlan(n int) plan.Plan {
	p := boardPlan()
	base := p.Waves[1].Steps[0]
	long := strings.Repeat("203.0.113.0-203.0.113.255,", 40)
	for i := range n {
		s := base
		s.Device = fmt.Sprintf("%s-%03d", strings.Repeat("edge", 12), i)
		if i%3 == 0 {
			s.Do, s.Stage = append([]string{"ip filter 1 reject " + long}, s.Do...), append([]string{"ip filter 1 reject " + long}, s.Stage...)
			s.Changes = append([]plan.Change{{Sign: "+", Line: long, Why: "pools/" + strings.Repeat("long", 20) + ".txt:31"}}, s.Changes...)
			s.Packets = []plan.Row{{Change: plan.Opens, Words: strings.Repeat("hikari", 30), Packets: long, Before: long, After: long, Witness: long, At: []string{long}}}
		}
		p.Waves[1].Steps = append(p.Waves[1].Steps, s)
	}
	return p.Sealed()
}

// loaded opens a page that may look into its neighbours: its DOM, and what was logged.
func loaded(t *testing.T, browser, dir, text string) (dom, console string) {
	t.Helper()
	path := filepath.Join(dir, "wrapper.html")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--allow-file-access-from-files", "--enable-logging=stderr", "--window-size=1500,1000",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--dump-dom", (&url.URL{Scheme: "file", Path: path}).String())
	var out, log bytes.Buffer
	c.Stdout, c.Stderr, c.WaitDelay = &out, &log, 10*time.Second
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", browser, err, log.String())
	}
	return out.String(), log.String()
}
