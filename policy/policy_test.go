package policy

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/inventory"
	"op25b/sheet"
)

func TestDates(t *testing.T) {
	p, _ := example(t)
	for at, want := range map[string]string{
		"2004-12-31": ": - 2005-01-10",
		"2005-01-10": "watch: 2005-01-10 2005-01-31",
		"2005-01-31": "watch vodafone: 2005-01-31 2005-07-15",
		"2005-07-15": "watch vodafone flow-control: 2005-07-15 2005-07-26",
		"2006-07-25": "vodafone flow-control: 2005-07-26 2006-07-26",
		"2027-03-31": "vodafone flow-control everyone: 2027-03-31 2030-01-01",
		"2030-01-01": "vodafone flow-control: 2030-01-01 -",
	} {
		var names []string
		for _, ph := range p.InForce(date(t, at)) {
			names = append(names, ph.Name)
		}
		from, until := p.Valid(date(t, at))
		got := strings.Join(names, " ") + ":"
		for _, d := range []sheet.Date{from, until} {
			if d.IsZero() {
				got += " -"
			} else {
				got += " " + d.String()
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
	if ph, err := p.Phase("everyone"); err != nil || ph.Start != date(t, "2006-07-26") {
		t.Error(ph, err)
	}
	if _, err := p.Phase("evryone"); err == nil || err.Error() != "no phase is called `evryone`\nhint: did you mean `everyone`?" {
		t.Error(err)
	}
	if got := p.Today(time.Date(2005, 1, 30, 15, 0, 0, 0, time.UTC)); got != date(t, "2005-01-31") {
		t.Errorf("at midnight in Tokyo it is %s", got)
	}
}

func TestPhasesInOrder(t *testing.T) {
	text := strings.NewReplacer("2005-01-31, announced: 2004-11-20", "2008-01-31, announced: 2004-11-20").Replace(sound)
	p, err := Read(files(text), "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Phases[0].Name + " " + p.Phases[1].Name + " " + p.Phases[2].Name; got != "slow everyone vodafone" {
		t.Error(got)
	}
}

func TestCheck(t *testing.T) {
	p, inv := example(t)
	for _, c := range []struct{ at, want string }{
		{"2007-01-01", "<nil>"},
		{"2027-02-28", "<nil>"},
		{"2027-03-01", "testdata/example/policy.yaml:16:5: exemption acme expires on 2027-03-31\nhint: tell the customer, or agree on a new date\n<nil>"},
		{"2027-03-30", "testdata/example/policy.yaml:16:5: exemption acme expires on 2027-03-31\nhint: tell the customer, or agree on a new date\n<nil>"},
		{"2027-03-31", "testdata/example/policy.yaml:16:5: exemption acme expired on 2027-03-31\nhint: take it out, or agree on a new date with the customer\n<nil>"},
		{"2005-07-15", "testdata/example/policy.yaml:39:5: phase flow-control: throttle is not built yet, and on 2005-07-15 it would decide packets on tyo-edge-1 GigabitEthernet0/0/1 out ipv4\nhint: write `action: monitor` for now, or ask about a date on which a block phase holds all of it (--phase)"},
	} {
		warnings, err := Check(p, inv, date(t, c.at))
		if got := strings.TrimSpace(fmt.Sprintf("%s\n%v", warnings, err)); got != c.want {
			t.Errorf("%s: want\n%s\ngot\n%s", c.at, c.want, got)
		}
	}
}

// A throttle phase of which nothing is left but exempt customers and relays decides nothing.
func TestThrottleOfNobody(t *testing.T) {
	text := strings.NewReplacer("outer: { prefixes: [203.0.113.0/24], except: [203.0.113.128/25] }", "outer: { prefixes: [203.0.113.0/29] }",
		"relays:", "exemptions: [{ name: all, sources: [203.0.113.0/29], expires: 2020-01-15 }]\nrelays:",
		"to: [d], action: block", "to: [d], action: throttle, throttle: { concurrent: 3 }").Replace(nested)
	p, err := Read(fstest.MapFS{"policy.yaml": {Data: []byte(text)}}, "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := inventory.Device{Name: "r", Attach: []inventory.Attach{{Interface: "lan2", Direction: "out", Families: []string{"ipv4"}}}}
	if _, err := p.For(date(t, "2020-01-14"), d); err != nil {
		t.Error(err)
	}
	if _, err := p.For(date(t, "2020-01-15"), d); err == nil || !strings.Contains(err.Error(), "throttle is not built yet") {
		t.Errorf("the exemption is over: %v", err)
	}
}

const oneRouter = `version: 1
devices:
  r1:
    address: 192.0.2.1
    dialect: iosxe
    attach:
      - { interface: GigabitEthernet1, direction: out, pools: [east, wset] }
  r2:
    address: 192.0.2.1
    dialect: iosxe
    attach:
      - { interface: GigabitEthernet1, direction: out, pools: [west] }
`

func TestCheckBoth(t *testing.T) {
	p, err := Read(files(sound), "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	inv, err := inventory.Read("inventory.yaml", []byte(oneRouter))
	if err != nil {
		t.Fatal(err)
	}
	warnings, err := Check(p, inv, date(t, "2007-01-01"))
	if want := "inventory.yaml:7:70: no pool of the policy is called `wset`\nhint: did you mean `west`?"; err == nil || err.Error() != want {
		t.Errorf("want %s, got %v", want, err)
	}
	for _, want := range []string{"policy.yaml:8:3: pool north is attached nowhere", "inventory.yaml:8:3: r1 and r2 have the same address 192.0.2.1:22"} {
		if !strings.Contains(warnings.String(), want) {
			t.Errorf("want %s in\n%s", want, warnings)
		}
	}
	if _, err := p.For(date(t, "2007-01-01"), inv.Devices[0]); err == nil || !strings.Contains(err.Error(), "`wset`") {
		t.Errorf("For takes an unknown pool: %v", err)
	}
}

// A name that was never resolved lets nobody compile, but who resolves can read it.
func TestUnresolved(t *testing.T) {
	dir := t.TempDir()
	for name, f := range files(sound) {
		if name == LockName {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "policy.yaml")
	want := path + ":14:3: destination docomo: docomo.ne.jp was never resolved\nhint: op25b resolve --accept"
	if _, err := Load(path); err == nil || err.Error() != want {
		t.Errorf("want\n%s\ngot\n%v", want, err)
	}
	p, err := LoadNames(path)
	if err != nil || p.Destinations[1].MX[0] != "docomo.ne.jp" {
		t.Fatal(p.Destinations, err)
	}
	if _, err := p.For(date(t, "2007-01-01"), inventory.Device{}); err == nil || err.Error() != want {
		t.Errorf("For: %v", err)
	}
}

// A link out of the policy's folder is not followed.
func TestLinkOutside(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	err := errors.Join(os.WriteFile(filepath.Join(outside, "west.txt"), []byte(west), 0o644),
		os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(strings.ReplaceAll(sound, "pools/", "")), 0o644),
		os.WriteFile(filepath.Join(dir, "north.csv"), []byte(north), 0o644),
		os.WriteFile(filepath.Join(dir, LockName), []byte(lock), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "west.txt"), filepath.Join(dir, "west.txt")); err != nil {
		t.Skip("links are absent here: ", err)
	}
	if _, err := Load(filepath.Join(dir, "policy.yaml")); err == nil || !strings.Contains(err.Error(), "file `west.txt`: the file can not be read: path escapes from parent") {
		t.Error(err)
	}
}

func TestBytes(t *testing.T) {
	p, _ := example(t)
	text, err := os.ReadFile("testdata/example/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(p.Bytes()); !strings.HasPrefix(got, string(text)) || !strings.Contains(got, "# pools/flets-west.txt, ") || !strings.Contains(got, "198.18.8.0/24") || !strings.Contains(got, "Sendai") {
		t.Error(got)
	}
	alone, err := Read(fstest.MapFS{"policy.yaml": {Data: []byte(nested)}}, "policy.yaml")
	if err != nil || string(alone.Bytes()) != nested {
		t.Errorf("a policy without pool files is not its own bytes: %v", err)
	}
}

// nested has a pool in what another one excepts.
const nested = `version: 1
isp: x
timezone: UTC
pools:
  outer: { prefixes: [203.0.113.0/24], except: [203.0.113.128/25] }
  inner: { prefixes: [203.0.113.128/26], except: [203.0.113.128/32] }
relays: [192.0.2.25]
destinations:
  d: { prefixes: [198.51.100.0/28] }
  e: { prefixes: [198.51.100.0/26] }
phases:
  - { name: first, start: 2020-01-01, pools: [outer], to: [d], action: block }
  - { name: second, start: 2020-02-01, pools: [inner], to: [e], action: block }
  - { name: third, start: 2020-03-01, to: [e], action: block }
  - { name: fourth, start: 2020-04-01, end: 2020-05-01, to: any, action: block }
`

// entries are the lines of a device's lists, for one attachment to all pools.
func entries(t *testing.T, policy, at, existing string) string {
	t.Helper()
	p, err := Read(fstest.MapFS{"policy.yaml": {Data: []byte(policy)}}, "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.For(date(t, at), inventory.Device{Attach: []inventory.Attach{{Interface: "lan2", Direction: "out", Families: []string{"ipv4", "ipv6"}, Existing: existing}}})
	if err != nil {
		t.Fatal(err)
	}
	var s strings.Builder
	for _, l := range c.Lists {
		for _, e := range l.Entries {
			fmt.Fprintf(&s, "%s # %s\n", e, e.Why)
		}
		fmt.Fprintf(&s, "end %s\n", l.End)
	}
	return s.String()
}

func TestFor(t *testing.T) {
	for _, c := range []struct{ what, at, existing, want string }{
		{"nothing in force", "2019-12-31", "refuse", ""},
		{"what is excepted for another pool is not permitted, nor denied here", "2020-01-01", "refuse", `
permit tcp 203.0.113.128,203.0.113.192/26 -> any port 25 # policy.yaml:5 fixed outer
deny tcp 203.0.113.0/25,203.0.113.128,203.0.113.192/26 -> 198.51.100.0/28 port 25 # policy.yaml:12 block first
permit ipv4 any -> any # everything else
end deny
`},
		{"two pools to two places", "2020-02-01", "refuse", `
permit tcp 203.0.113.128,203.0.113.192/26 -> any port 25 # policy.yaml:5 fixed outer
deny tcp 203.0.113.0/25,203.0.113.128,203.0.113.192/26 -> 198.51.100.0/28 port 25 # policy.yaml:12 block first
deny tcp 203.0.113.128/26 -> 198.51.100.0/26 port 25 # policy.yaml:13 block second
permit ipv4 any -> any # everything else
end deny
`},
		{"the wider one covers the earlier ones", "2020-03-01", "refuse", `
permit tcp 203.0.113.128,203.0.113.192/26 -> any port 25 # policy.yaml:5 fixed outer
deny tcp 203.0.113.0/24 -> 198.51.100.0/26 port 25 # policy.yaml:14 block third
permit ipv4 any -> any # everything else
end deny
`},
		{"the relays matter only now", "2020-04-01", "refuse", `
permit tcp 203.0.113.128,203.0.113.192/26 -> any port 25 # policy.yaml:5 fixed outer
permit tcp any -> 192.0.2.25 port 25 # policy.yaml:7 relays
deny tcp 203.0.113.0/24 -> any port 25 # policy.yaml:15 block fourth
permit ipv4 any -> any # everything else
end deny
`},
		{"beside a list that is not ours", "2020-03-01", "chain", `
deny tcp 203.0.113.0/25,203.0.113.129-203.0.113.191 -> 198.51.100.0/26 port 25 # policy.yaml:14 block third
end next
`},
		{"and without the relays", "2020-04-01", "embed", `
deny tcp 203.0.113.0/25,203.0.113.129-203.0.113.191 -> any except 192.0.2.25 port 25 # policy.yaml:15 block fourth
end next
`},
		{"the end of a phase brings the earlier ones back", "2020-05-01", "chain", `
deny tcp 203.0.113.0/25,203.0.113.129-203.0.113.191 -> 198.51.100.0/26 port 25 # policy.yaml:14 block third
end next
`},
	} {
		got := entries(t, nested, c.at, c.existing)
		if got != strings.TrimPrefix(c.want, "\n") {
			t.Errorf("%s: want\n%s\ngot\n%s", c.what, c.want, got)
		}
	}
}

func TestEqualContentIsOneList(t *testing.T) {
	p, err := Read(fstest.MapFS{"policy.yaml": {Data: []byte(nested)}}, "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	v4 := []string{"ipv4", "ipv6"}
	d := inventory.Device{Hostname: "r", Attach: []inventory.Attach{
		{Interface: "lan1", Direction: "out", Families: v4, Existing: "refuse"},
		{Interface: "lan2", Direction: "out", Families: v4, Existing: "refuse", Pools: []string{"inner"}},
		{Interface: "lan3", Direction: "out", Families: v4, Existing: "refuse", Pools: []string{"inner", "outer"}},
		{Interface: "lan3", Direction: "in", Families: v4, Existing: "refuse"},
	}}
	c, err := p.For(date(t, "2020-04-01"), d)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range c.Bindings {
		got = append(got, b.Point().String()+" "+strings.Join(b.Lists, " "))
	}
	want := "lan1 out ipv4 OP25B-OUT-V4-G1|lan2 out ipv4 OP25B-OUT2-V4-G1|lan3 out ipv4 OP25B-OUT-V4-G1|lan3 in ipv4 OP25B-IN-V4-G1"
	if strings.Join(got, "|") != want || len(c.Lists) != 3 {
		t.Errorf("%s\n%d lists", strings.Join(got, "|"), len(c.Lists))
	}
	if c.Hostname != "r" || strings.Join(c.Interfaces, " ") != "lan1 lan2 lan3" || c.Undefined != acl.Unknown {
		t.Errorf("%+v", c)
	}
	var groups []string
	for _, g := range c.Groups {
		groups = append(groups, g.Name)
	}
	if got := strings.Join(groups, " "); got != "OP25B-OUT-FIXED1-V4-G1 OP25B-OUT-RELAY-V4-G1 OP25B-OUT-POOL-V4-G1 OP25B-OUT2-FIXED1-V4-G1 OP25B-OUT2-POOL-V4-G1 OP25B-IN-FIXED1-V4-G1 OP25B-IN-RELAY-V4-G1 OP25B-IN-POOL-V4-G1" {
		t.Error(got)
	}
}

func TestMeaning(t *testing.T) {
	p, inv := example(t)
	at := inv.Devices[0].Attach[0]
	for _, c := range []struct {
		at, src, dst string
		want         Verdict
		why          string
	}{
		{"2005-01-31", "203.0.113.5", "198.51.100.3", Blocked, "policy.yaml:33 block vodafone"},
		{"2005-01-30", "203.0.113.5", "198.51.100.3", Monitored, "policy.yaml:27 monitor watch"},
		{"2005-01-31", "203.0.113.5", "198.51.100.16", Untouched, "no phase in force"},
		{"2005-01-31", "203.0.113.77", "198.51.100.3", Untouched, "policy.yaml:16 exempt acme"},
		{"2027-03-31", "203.0.113.77", "198.51.100.3", Blocked, "policy.yaml:46 block everyone"},
		{"2027-03-30", "203.0.113.77", "198.51.100.3", Untouched, "policy.yaml:16 exempt acme"},
		{"2007-01-01", "203.0.113.130", "8.8.8.8", Untouched, "not from a dynamic address of this attachment"},
		{"2007-01-01", "198.18.0.1", "8.8.8.8", Untouched, "not from a dynamic address of this attachment"},
		{"2007-01-01", "203.0.113.5", "192.0.2.25", Untouched, "policy.yaml:14 relays"},
		{"2007-01-01", "2001:db8:100::1", "2001:db8:25::25", Untouched, "policy.yaml:14 relays"},
		{"2007-01-01", "2001:db8:100::1", "2001:db8:25::26", Blocked, "policy.yaml:46 block everyone"},
		{"2005-07-15", "203.0.113.5", "8.8.8.8", Throttled, "policy.yaml:39 throttle flow-control"},
		{"2005-07-15", "203.0.113.5", "198.51.100.3", Blocked, "policy.yaml:33 block vodafone"},
	} {
		src, dst := netip.MustParseAddr(c.src), netip.MustParseAddr(c.dst)
		v, w := p.Meaning(date(t, c.at), at).Verdict(packet.Packet{Family: packet.FamilyOf(src), Protocol: packet.TCP, Src: src, Dst: dst, DstPort: 25})
		if v != c.want || w.String() != c.why {
			t.Errorf("%s %s -> %s: %s (%s), want %s (%s)", c.at, c.src, c.dst, v, w, c.want, c.why)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(sound), []byte(west), []byte(north), []byte(lock))
	f.Add([]byte(nested), []byte(""), []byte(""), []byte(""))
	f.Fuzz(func(t *testing.T, policy, west, north, lock []byte) {
		p, err := Read(fstest.MapFS{"policy.yaml": {Data: policy}, "pools/west.txt": {Data: west}, "pools/north.csv": {Data: north}, "policy.lock": {Data: lock}}, "policy.yaml")
		var all sheet.Errors
		if err != nil {
			if !errors.As(err, &all) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		for _, ph := range p.Phases {
			if ph.To != nil && len(ph.To) == 0 || ph.Pools != nil && len(ph.Pools) == 0 || ph.Action == "" || ph.Start.IsZero() {
				t.Errorf("%+v", ph)
			}
			at := inventory.Attach{Interface: "lan2", Direction: "out", Families: []string{"ipv4", "ipv6"}, Existing: "refuse"}
			c, err := p.For(ph.Start, inventory.Device{Attach: []inventory.Attach{at}})
			if err == nil {
				shapely(t, c, at)
			}
		}
	})
}

func FuzzReadLock(f *testing.F) {
	f.Add([]byte(lock))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := ReadLock("policy.lock", data)
		var all sheet.Errors
		if err != nil && !errors.As(err, &all) {
			t.Fatalf("%T: %v", err, err)
		}
		for _, n := range l.Names {
			if err == nil && (len(n.Addresses) == 0 || n.Name == "" || n.Destination == "" || n.Time.IsZero()) {
				t.Errorf("%+v", n)
			}
		}
	})
}
