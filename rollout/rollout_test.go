package rollout

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"op25b/inventory"
	"op25b/sheet"
)

func load(t *testing.T) Rollout {
	t.Helper()
	r, err := Load("testdata/rollout.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func devices(t *testing.T) inventory.Inventory {
	t.Helper()
	inv, err := inventory.Load("../inventory/testdata/inventory.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func TestLoad(t *testing.T) {
	r := load(t)
	if len(r.Stages) != 3 || r.Stages[0].Soak != 30*time.Minute || r.Stages[1].Percent != 50 || r.Limits != (Limits{20, 1, 3}) || r.Confirm != 10*time.Minute || r.Approvals != 1 || len(r.Signers) != 2 {
		t.Errorf("%+v", r)
	}
	if r.Window == nil || strings.Join(r.Window.Names(), " ") != "tue wed thu" || r.Window.From != 120 || r.Window.To != 300 || len(r.Window.Freeze) != 2 {
		t.Errorf("%+v", r.Window)
	}
	if err := Check(r, devices(t)); err != nil {
		t.Error(err)
	}
}

func TestMissingFile(t *testing.T) {
	r, err := Load("testdata/none.yaml")
	if err != nil || r.Bytes != nil || r.Window != nil || r.Approvals != 0 {
		t.Fatalf("%+v %v", r, err)
	}
	inv := devices(t)
	if got := dealt(t, r, inv.Devices); got != "rest: tyo-edge-1 tyo-edge-2 osa-edge-1 rtx-1 rtx-2 oc-1 fw-1" {
		t.Error(got)
	}
}

func TestOnlyWaves(t *testing.T) {
	r, err := Read("r.yaml", []byte("version: 1\nwaves: [{ name: all }]\n"))
	if err != nil || r.Limits != (Limits{10, 1, 1}) || r.Confirm != 10*time.Minute || r.Window != nil {
		t.Errorf("%+v %v", r, err)
	}
}

const sound = `version: 1
waves:
  - { name: canary, one-of-each: dialect, soak: 30m }
  - { name: tokyo, select: { site: tyo }, percent: 50 }
  - { name: rest }
limits: { parallel: 20, max-failed: 2, max-failed-total: 3 }
confirm: 10m
window: { days: [tue, wed], from: "02:00", to: "05:00", timezone: Asia/Tokyo, freeze: [2026-12-31] }
approvals: 1
pairs: [[a, b]]
`

const hanakoKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGBpo3tWIDKNv9vXZATWg3kvrgSgRfjE8JErm8j0jjhU"

// TestSigners: a name, or a name and its key, in one spelling.
func TestSigners(t *testing.T) {
	r, err := Read("r.yaml", []byte(strings.Replace(sound, "approvals: 1", "approvals: 2\nsigners: [sato@example.net, '  hanako  "+hanakoKey+"  laptop of hanako ', sato@example.org]", 1)))
	if want := "sato@example.net|hanako " + hanakoKey + "|sato@example.org"; err != nil || strings.Join(r.Signers, "|") != want {
		t.Errorf("%q %v", r.Signers, err)
	}
}

// FuzzSigners: what is taken as a signer is read again as the same signer.
func FuzzSigners(f *testing.F) {
	for _, seed := range []string{"sato", "sato " + hanakoKey, "sato " + hanakoKey + " laptop", "*", "sato ssh-rsa AAAA", "ssh-ed25519 AAAA"} {
		f.Add(seed)
	}
	page := func(signer string) []byte {
		return []byte("version: 1\nwaves: [{ name: rest }]\nsigners: ['" + strings.ReplaceAll(signer, "'", "''") + "']\n")
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Read("r.yaml", page(text))
		if err != nil {
			return
		}
		again, err := Read("r.yaml", page(r.Signers[0]))
		if err != nil || len(again.Signers) != 1 || again.Signers[0] != r.Signers[0] {
			t.Fatalf("%q is %q, read again %q %v", text, r.Signers, again.Signers, err)
		}
	})
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ what, old, new, want string }{
		{"unknown key", "confirm:", "comfirm:", "r.yaml:7:1: unknown key `comfirm`\nhint: did you mean `confirm`?"},
		{"unknown key of a wave", "soak:", "soaks:", "r.yaml:3:43: unknown key `soaks`"},
		{"duplicate key", "approvals: 1", "approvals: 1\napprovals: 2", "r.yaml:10:1: key `approvals` is here twice"},
		{"version", "version: 1", "version: 0", "r.yaml:1:10: unknown version"},
		{"no waves", sound[strings.Index(sound, "waves:"):], "approvals: 1\n", "r.yaml:1:1: `waves` is missing"},
		{"empty waves", sound[strings.Index(sound, "waves:"):], "waves: []\n", "r.yaml:2:8: `waves` is an empty list"},
		{"a wave without name", "name: rest", "percent: 3", "r.yaml:5:5: `name` is missing"},
		{"a wave twice", "name: rest", "name: tokyo", "r.yaml:5:5: wave tokyo is here twice"},
		{"one of each what", "one-of-each: dialect", "one-of-each: dialct", "r.yaml:3:34: `one-of-each` is `dialct`\nhint: did you mean `dialect`?"},
		{"nobody", "percent: 50", "percent: 0", "r.yaml:4:52: `percent` is 0, which is not from 1 to 100"},
		{"more than all", "percent: 50", "percent: 101", "r.yaml:4:52: `percent` is 101"},
		{"one of each and percent", "soak: 30m", "percent: 5", "r.yaml:3:52: wave canary has both `one-of-each` and `percent`"},
		{"empty select", "{ site: tyo }", "{}", "r.yaml:4:28: `select` is empty"},
		{"soak", "30m", "30", "r.yaml:3:49: `soak`: `30` has no unit\nhint: write it as 90s, 10m, 2h or 60d"},
		{"parallel", "parallel: 20", "parallel: 0", "r.yaml:6:21: `parallel` is 0"},
		{"total below wave", "max-failed-total: 3", "max-failed-total: 1", "r.yaml:6:58: `max-failed-total` is less than `max-failed`"},
		{"confirm", "10m", "0s", "r.yaml:7:10: `confirm` is not from 1s to 1d"},
		{"day", "[tue, wed]", "[tue, wedn]", "r.yaml:8:23: an item of `days` is `wedn`\nhint: did you mean `wed`?"},
		{"day twice", "[tue, wed]", "[tue, tue]", "r.yaml:8:23: `tue` is in the list twice"},
		{"no days", "[tue, wed]", "[]", "r.yaml:8:17: `days` is an empty list"},
		{"time", `"02:00"`, `"2:00"`, "r.yaml:8:35: `2:00` is not a time of the day"},
		{"no time", `"05:00"`, `"25:00"`, "r.yaml:8:48: `25:00` is not a time of the day"},
		{"opens at 24:00", `"02:00"`, `"24:00"`, "r.yaml:8:35: a window does not open at 24:00"},
		{"never open", `"05:00"`, `"02:00"`, "r.yaml:8:48: the window closes when it opens"},
		{"no zone", ", timezone: Asia/Tokyo", "", "r.yaml:8:9: `timezone` is missing"},
		{"zone", "Asia/Tokyo", "Tokyo", "r.yaml:8:67: unknown time zone `Tokyo`"},
		{"freeze", "[2026-12-31]", "[2026-12-32]", "r.yaml:8:88: an item of `freeze`: there is no date 2026-12-32"},
		{"freeze backwards", "[2026-12-31]", "[{ from: 2027-01-04, to: 2026-12-31 }]", "r.yaml:8:112: the freeze ends before it begins"},
		{"approvals", "approvals: 1", "approvals: -1", "r.yaml:9:12: `approvals` is -1"},
		{"too few signers", "approvals: 1", "approvals: 2\nsigners: [sato]", "r.yaml:10:10: `signers` has fewer people than `approvals` asks for"},
		{"a signer twice", "approvals: 1", "signers: [sato@example.net, jiro, SATO@example.net]", "r.yaml:9:35: `SATO@example.net` is in the list twice"},
		{"a signer by his short name too", "approvals: 1", "signers: [sato@example.net, sato]", "r.yaml:9:29: `sato` is in the list twice"},
		{"one key of two", "approvals: 1", "signers: [sato " + hanakoKey + ", jiro " + hanakoKey + "]", "r.yaml:9:98: the key of `jiro` is that of `sato`\nhint: two signers are two people: give each his own key"},
		{"a key of nobody", "approvals: 1", "signers: [" + hanakoKey + "]", "r.yaml:9:11: the signer `ssh-ed25519` is a type of key\nhint: write whose key it is before it: sato@example.net ssh-ed25519 AAAA…"},
		{"a signer without key", "approvals: 1", "signers: [sato ssh-ed25519]", "r.yaml:9:11: signer sato has a type of key and no key\nhint: write a name, or a name and its key: sato@example.net ssh-ed25519 AAAA…"},
		{"half a key", "approvals: 1", "signers: [sato " + hanakoKey[:60] + "]", "r.yaml:9:11: signer sato: the key is no ssh-ed25519 key\nhint: copy the line that ssh-keygen wrote into the .pub file"},
		{"no base64", "approvals: 1", "signers: [sato ssh-rsa AAA%]", "r.yaml:9:11: signer sato: the key is not base64"},
		{"another type than it says", "approvals: 1", "signers: [sato ssh-rsa " + hanakoKey[12:] + "]", "r.yaml:9:11: signer sato: the key is no ssh-rsa key"},
		{"an old type", "approvals: 1", "signers: [sato ssh-dss AAAA]", "r.yaml:9:11: `ssh-dss` is not a type of key that approves"},
		{"a pattern", "approvals: 1", "signers: ['*@example.net " + hanakoKey + "']", "r.yaml:9:11: `*@example.net` is not the name of one signer"},
		{"an option", "approvals: 1", "signers: ['sato cert-authority " + hanakoKey + "']", "r.yaml:9:11: `cert-authority` is not a type of key that approves"},
		{"no signers", "approvals: 1", "signers: []", "r.yaml:9:10: `signers` is an empty list"},
		{"a pair of one", "[[a, b]]", "[[a]]", "r.yaml:10:9: a pair is two devices"},
		{"a pair of itself", "[[a, b]]", "[[a, a]]", "r.yaml:10:13: `a` is in the list twice"},
	} {
		text := strings.Replace(sound, c.old, c.new, 1)
		if text == sound {
			t.Fatalf("%s: %q is not in the rollout", c.what, c.old)
		}
		_, err := Read("r.yaml", []byte(text))
		if err == nil || !strings.Contains("\n"+err.Error(), "\n"+c.want) {
			t.Errorf("%s: want\n%s\ngot\n%v", c.what, c.want, err)
		}
	}
	if _, err := Read("r.yaml", []byte(sound)); err != nil {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	r, err := Read("r.yaml", []byte(strings.NewReplacer("[[a, b]]", "[[tyo-edge-1, tyo-edge2]]", "site: tyo", "site: tky").Replace(sound)))
	if err != nil {
		t.Fatal(err)
	}
	want := "r.yaml:4:5: wave tokyo: no device bears the label site:tky\nhint: see `labels` in the inventory\n" +
		"r.yaml:10:22: no device is called `tyo-edge2`\nhint: did you mean `tyo-edge-2`?"
	if err := Check(r, devices(t)); err == nil || err.Error() != want {
		t.Errorf("want\n%s\ngot\n%v", want, err)
	}
}

// dealt is the waves in one line each.
func dealt(t *testing.T, r Rollout, devices []inventory.Device) string {
	t.Helper()
	waves, err := r.Waves(devices)
	if err != nil {
		return "error: " + err.Error()
	}
	var out []string
	for _, w := range waves {
		s := w.Name + ":"
		for _, d := range w.Devices {
			s += " " + d.Name
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

// fleet is devices written as name/dialect/site.
func fleet(text string) []inventory.Device {
	var out []inventory.Device
	for _, word := range strings.Fields(text) {
		parts := strings.Split(word, "/")
		out = append(out, inventory.Device{Name: parts[0], Dialect: parts[1], Labels: map[string]string{"site": parts[2]}})
	}
	return out
}

func TestWaves(t *testing.T) {
	all := fleet("a/iosxe/tyo b/iosxe/tyo c/junos/osa d/iosxe/tyo e/rtx/tyo f/iosxe/osa")
	for _, c := range []struct{ what, waves, pairs, want string }{
		{"one of each, half of tokyo, the rest", "[{name: canary, one-of-each: dialect}, {name: tokyo, select: {site: tyo}, percent: 50}, {name: rest}]", "",
			"canary: a c e\ntokyo: b\nrest: d f"},
		{"a wave without selector takes what is left", "[{name: canary, percent: 10}, {name: everything}]", "", "canary: a\neverything: b c d e f"},
		{"percent is rounded up", "[{name: x, percent: 34}, {name: rest}]", "", "x: a b c\nrest: d e f"},
		{"percent of those left", "[{name: x, percent: 50}, {name: y, percent: 50}, {name: rest}]", "", "x: a b c\ny: d e\nrest: f"},
		{"all of a hundred", "[{name: x, percent: 100}, {name: rest}]", "", "x: a b c d e f"},
		{"the second of a pair waits", "[{name: x, percent: 50}, {name: rest}]", "[[a, b]]", "x: a c d\nrest: b e f"},
		{"the first of a dialect that meets nobody", "[{name: x, select: {site: tyo}, one-of-each: dialect}, {name: rest}]", "[[a, e]]", "x: a\nrest: b c d e f"},
		{"the last wave splits", "[{name: rest}]", "[[a, b], [b, d]]", "rest: a c d e f\nrest-2: b"},
		{"and splits again", "[{name: rest}]", "[[a, b], [b, d], [a, d]]", "rest: a c e f\nrest-2: b\nrest-3: d"},
		{"no name twice", "[{name: rest-2, percent: 1}, {name: rest}]", "[[b, c]]", "rest-2: a\nrest: b d e f\nrest-3: c"},
		{"a middle wave without selector", "[{name: x}, {name: rest}]", "[[a, b]]", "x: a c d e f\nrest: b"},
		{"a wave that gets nobody", "[{name: x, select: {site: spk}}, {name: rest}]", "", "rest: a b c d e f"},
		{"nobody takes osaka", "[{name: x, select: {site: tyo}}]", "", "error: r.yaml:2:8: no wave takes c, f\nhint: add a last wave: - { name: rest }"},
		{"one of each and no more", "[{name: x, one-of-each: dialect}]", "", "error: r.yaml:2:8: no wave takes b, d, f\nhint: add a last wave: - { name: rest }"},
	} {
		text := "version: 1\nwaves: " + c.waves + "\n"
		if c.pairs != "" {
			text += "pairs: " + c.pairs + "\n"
		}
		r, err := Read("r.yaml", []byte(text))
		if err != nil {
			t.Fatal(c.what, err)
		}
		if got := dealt(t, r, all); got != c.want {
			t.Errorf("%s: want\n%s\ngot\n%s", c.what, c.want, got)
		}
	}
}

func TestExampleWaves(t *testing.T) {
	want := "canary: tyo-edge-1 osa-edge-1 rtx-1 oc-1 fw-1\ntokyo: tyo-edge-2\nrest: rtx-2"
	if got := dealt(t, load(t), devices(t).Devices); got != want {
		// tyo-edge-2 is the first iosxr, but its pair is in the canary wave
		t.Errorf("want\n%s\ngot\n%s", want, got)
	}
}

// Each device is in one wave, no pair is in one wave, and twice the same is the same.
func TestRandomWaves(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 2))
	for range 2000 {
		var all []inventory.Device
		for i := range 1 + rng.IntN(12) {
			all = append(all, fleet(fmt.Sprintf("d%d/%s/%s", i, []string{"iosxe", "junos", "rtx"}[rng.IntN(3)], []string{"tyo", "osa"}[rng.IntN(2)]))...)
		}
		r := Rollout{Stages: []Stage{{Name: "a", OneOfEach: "dialect"}, {Name: "b", Select: map[string]string{"site": "tyo"}, Percent: 1 + rng.IntN(100)}, {Name: "c", Percent: 1 + rng.IntN(100)}}[:rng.IntN(4)]}
		r.Stages = append(r.Stages, Stage{Name: "rest"})
		for range rng.IntN(8) {
			if x, y := rng.IntN(len(all)), rng.IntN(len(all)); x != y {
				r.Pairs = append(r.Pairs, [2]string{all[x].Name, all[y].Name})
			}
		}
		waves, err := r.Waves(all)
		if err != nil {
			t.Fatal(err)
		}
		in := map[string]int{}
		names := map[string]bool{}
		for i, w := range waves {
			if names[w.Name] || len(w.Devices) == 0 {
				t.Fatalf("wave %q with %d devices", w.Name, len(w.Devices))
			}
			names[w.Name] = true
			for _, d := range w.Devices {
				if in[d.Name] != 0 {
					t.Fatalf("%s is in two waves", d.Name)
				}
				in[d.Name] = i + 1
			}
		}
		if len(in) != len(all) {
			t.Fatalf("%d of %d devices are in a wave", len(in), len(all))
		}
		for _, p := range r.Pairs {
			if in[p[0]] == in[p[1]] {
				t.Fatalf("pair %v is in one wave: %v", p, waves)
			}
		}
		if again, _ := r.Waves(all); !reflect.DeepEqual(waves, again) {
			t.Fatal("twice is not the same")
		}
	}
}

func TestWindow(t *testing.T) {
	night := "{ days: [fri], from: \"22:00\", to: \"04:00\", timezone: Asia/Tokyo, freeze: [2026-12-31, { from: 2027-01-01, to: 2027-01-04 }] }"
	morning := "{ days: [tue, wed, thu], from: \"02:00\", to: \"05:00\", timezone: Asia/Tokyo }"
	for _, c := range []struct {
		window, at string
		open       bool
	}{
		{morning, "2026-11-24T02:00:00+09:00", true}, // a Tuesday
		{morning, "2026-11-24T01:59:59+09:00", false},
		{morning, "2026-11-24T04:59:59+09:00", true},
		{morning, "2026-11-24T05:00:00+09:00", false},
		{morning, "2026-11-23T18:00:00Z", true}, // Tuesday 03:00 in Tokyo
		{morning, "2026-11-23T03:00:00+09:00", false},
		{morning, "2026-11-27T03:00:00+09:00", false},
		{night, "2026-11-27T22:00:00+09:00", true}, // a Friday
		{night, "2026-11-28T03:59:00+09:00", true},
		{night, "2026-11-28T04:00:00+09:00", false},
		{night, "2026-11-28T23:00:00+09:00", false},
		{night, "2026-11-27T03:00:00+09:00", false},
		{night, "2027-01-01T23:00:00+09:00", false}, // a Friday in the freeze
		{night, "2027-01-08T23:00:00+09:00", true},
		{"{ from: \"00:00\", to: \"24:00\", timezone: UTC }", "2026-11-27T23:59:59Z", true},
		{"{ days: [sun], from: \"22:00\", to: \"00:00\", timezone: UTC }", "2026-11-29T23:59:59Z", true},
		{"{ days: [sun], from: \"22:00\", to: \"00:00\", timezone: UTC }", "2026-11-30T00:00:00Z", false},
		{"{ days: [sun], from: \"22:00\", to: \"02:00\", timezone: UTC }", "2026-11-30T01:00:00Z", true},
	} {
		r, err := Read("r.yaml", []byte("version: 1\nwaves: [{ name: rest }]\nwindow: "+c.window+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Window.Open(at); got != c.open {
			t.Errorf("%s at %s: open is %v", c.window, c.at, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	if data, err := os.ReadFile("testdata/rollout.yaml"); err == nil {
		f.Add(data)
	}
	f.Add([]byte(sound))
	all := fleet("a/iosxe/tyo b/iosxe/tyo c/junos/osa d/iosxe/tyo e/rtx/tyo f/iosxe/osa")
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Read("r.yaml", data)
		var found sheet.Errors
		if err != nil {
			if !errors.As(err, &found) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if len(r.Stages) == 0 || r.Limits.Parallel < 1 || r.Limits.MaxFailed < 1 || r.Confirm <= 0 {
			t.Errorf("%+v", r)
		}
		if r.Window != nil {
			r.Window.Open(time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC))
		}
		waves, err := r.Waves(all)
		n := 0
		for _, w := range waves {
			n += len(w.Devices)
		}
		if err == nil && n != len(all) {
			t.Errorf("%d of %d devices", n, len(all))
		}
	})
}
