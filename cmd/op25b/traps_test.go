package main

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"op25b/lab"
	"op25b/lab/iosxe"
	"op25b/lab/iosxr"
	"op25b/lab/junos"
	"op25b/lab/rtx"
)

// The traps of other policy-to-ACL compilers, A to N. Each of them has cut customers off, or let
// spam out, with exit code 0. None may exist here.

// trap is one router of each kind, to which a policy is rendered; the lab's routers say what the
// texts do.
type trap struct{ folder }

func newTrap(t *testing.T, policy string) trap {
	f := trap{newFolder(t)}
	f.write("policy.yaml", policy)
	f.write("inventory.yaml", `version: 1
devices:
  xe-1: { address: 192.0.2.101, dialect: iosxe, attach: [{ interface: GigabitEthernet0/0/1, direction: out }] }
  xr-1: { address: 192.0.2.102, dialect: iosxr, attach: [{ interface: Bundle-Ether1.100, direction: out }] }
  mx-1: { address: 192.0.2.103, dialect: junos, attach: [{ interface: ge-0/0/1.0, direction: out }] }
  rtx-1: { address: 192.0.2.104, dialect: rtx, attach: [{ interface: lan2, direction: out }] }
`)
	f.write("rollout.yaml", "version: 1\nwaves:\n  - { name: rest }\n")
	return f
}

const trapHead = "version: 1\nisp: Example Net\ntimezone: Asia/Tokyo\nrelays-one-family: accepted\n"

var trapDevices = []string{"xe-1", "xr-1", "mx-1", "rtx-1"}

// text is what is rendered for a device on 2006-01-01.
func (f trap) text(device string) string {
	f.Helper()
	code, out, talk := f.types("render", "--at", "2006-01-01", device)
	if code != done {
		f.Fatalf("render %s: exit %d: %s", device, code, talk)
	}
	return out
}

// refused: no text, no plan, and an error that says so.
func (f trap) refused(says string) {
	f.Helper()
	for _, verb := range [][]string{{"check"}, {"render"}, {"prove"}, {"plan", "--running", "nowhere", "-o", filepath.Join(f.dir, "no.plan")}} {
		code, out, talk := f.types(append(verb, "--at", "2006-01-01")...)
		if code != failed || out != "" || !strings.Contains(talk, says) {
			f.Errorf("%s: exit %d, %q, %q; want %q", verb[0], code, out, talk, says)
		}
	}
}

// boot is a lab router that runs what is rendered for a device.
func (f trap) boot(device string) (lab.Device, string) {
	f.Helper()
	kinds := map[string]lab.Kind{"xe-1": iosxe.Kind(), "xr-1": iosxr.Kind(), "mx-1": junos.Kind(), "rtx-1": rtx.Kind()}
	ports := map[string]string{"xe-1": "GigabitEthernet0/0/1", "xr-1": "Bundle-Ether1.100", "mx-1": "ge-0/0/1.0", "rtx-1": "lan2"}
	router := kinds[device].New(lab.Setup{Hostname: device})
	if err := router.Load(f.text(device)); err != nil {
		f.Fatalf("%s does not take its text: %v", device, err)
	}
	return router, ports[device]
}

// passes asks every kind of router whether a customer reaches a mail server.
func (f trap) passes(src, dst string, want bool) {
	f.Helper()
	for _, device := range trapDevices {
		router, port := f.boot(device)
		p := lab.Packet{Src: netip.MustParseAddr(src), Dst: netip.MustParseAddr(dst), Protocol: 6, SrcPort: 1025, DstPort: 25}
		if pass, line := router.Verdict(port, "out", p); pass != want {
			f.Errorf("%s: %s -> %s passes: %v, by %q", device, src, dst, pass, line)
		}
	}
}

const phaseAll = "phases:\n  - { name: all, start: 2005-01-31, to: any, action: block }\n"

// A. A misspelled key, or an empty value, never makes a rule wider: it is an error.
func TestTrapAWidening(t *testing.T) {
	whole := trapHead + "pools:\n  flets: { prefixes: [203.0.113.0/24], except: [203.0.113.128/29] }\nrelays: [192.0.2.25]\n" +
		"exemptions:\n  - { name: acme, sources: [203.0.113.77], expires: 2030-01-01 }\ndestinations:\n  docomo: { prefixes: [198.18.0.0/28] }\n" +
		"phases:\n  - { name: all, start: 2005-01-31, pools: [flets], to: [docomo], action: block }\n"
	for _, value := range []string{"[]", "", "~", `""`, "{}", "false", "0", `"flets,docomo"`} {
		for _, key := range []string{"prefixes: [203.0.113.0/24]", "except: [203.0.113.128/29]", "relays: [192.0.2.25]", "sources: [203.0.113.77]", "prefixes: [198.18.0.0/28]", "pools: [flets]", "to: [docomo]"} {
			name, _, _ := strings.Cut(key, ":")
			broken := strings.Replace(whole, key, name+": "+value, 1)
			newTrap(t, broken).refused("policy.yaml:")
		}
	}
	for _, key := range []string{"prefixes:", "except:", "relays:", "sources:", "pools: [", "to:", "expires:"} {
		newTrap(t, strings.Replace(whole, key, strings.Replace(key, ":", "_:", 1), 1)).refused("unknown key")
	}
	f := newTrap(t, whole)
	for _, device := range trapDevices {
		for _, line := range strings.Split(f.text(device), "\n") {
			if strings.Contains(line, "deny tcp any any") || strings.Contains(line, "reject-nolog * *") {
				t.Errorf("%s: %q cuts everybody off", device, line)
			}
		}
	}
}

// B. A group of pools does not swallow the fixed customers inside them.
func TestTrapBExcludesInGroups(t *testing.T) {
	f := newTrap(t, trapHead+"pools:\n  a: { prefixes: [203.0.113.0/24, 198.51.100.0/24], except: [203.0.113.128/29] }\nrelays: [192.0.2.25]\n"+phaseAll)
	if text := f.text("xr-1"); !strings.Contains(text, "deny tcp net-group OP25B-OUT-POOL-V4-G1 any eq smtp") {
		t.Errorf("no group is used:\n%s", text)
	}
	f.passes("203.0.113.130", "8.8.8.8", true)
	f.passes("203.0.113.136", "8.8.8.8", false)
}

// C. N pools towards M carriers are N + M members and few lines, and no line is there twice.
func TestTrapCNoProduct(t *testing.T) {
	var pools, carriers []string
	for i := range 100 {
		pools = append(pools, fmt.Sprintf("10.%d.0.0/20", i))
		carriers = append(carriers, fmt.Sprintf("198.18.%d.0/28", i))
	}
	f := newTrap(t, trapHead+"pools:\n  a: { prefixes: ["+strings.Join(pools, ",")+"] }\nrelays: [192.0.2.25]\ndestinations:\n  carriers: { prefixes: ["+strings.Join(carriers, ",")+"] }\n"+
		"phases:\n  - { name: all, start: 2005-01-31, to: [carriers], action: block }\n")
	for _, device := range trapDevices {
		lines := strings.Split(f.text(device), "\n")
		if len(lines) > 300 {
			t.Errorf("%s: %d lines for 100 pools and 100 carriers", device, len(lines))
		}
		slices.Sort(lines)
		for i := 1; i < len(lines); i++ {
			if lines[i] == lines[i-1] && strings.ContainsAny(lines[i], "0123456789") && lines[i][0] != '#' {
				t.Errorf("%s: %q is there twice", device, lines[i])
			}
		}
	}
	f.passes("10.99.15.255", "198.18.99.15", false)
	f.passes("10.99.16.0", "198.18.99.15", true)
}

// D. A group means what its lines say: one pool alone first, then both; and a pool that is
// withdrawn leaves the routers with its group.
func TestTrapDGroupMeaning(t *testing.T) {
	policy := trapHead + "pools:\n  a: { prefixes: [10.1.0.0/24, 10.3.0.0/24] }\n  b: { prefixes: [10.2.0.0/24, 10.4.0.0/24] }\nrelays: [192.0.2.25]\n" +
		"destinations:\n  one: { prefixes: [198.18.1.0/24, 198.18.3.0/24] }\n  two: { prefixes: [198.18.2.0/24, 198.18.4.0/24] }\n" +
		"phases:\n  - { name: first, start: 2005-01-31, pools: [b], to: [one], action: block }\n  - { name: second, start: 2005-02-01, pools: [a, b], to: [two], action: block }\n"
	f := newTrap(t, policy)
	f.passes("10.2.0.1", "198.18.1.1", false)
	f.passes("10.1.0.1", "198.18.1.1", true)
	f.passes("10.1.0.1", "198.18.2.1", false)
	f.passes("10.4.0.1", "198.18.4.1", false)
	running := filepath.Join(f.dir, "old")
	for _, device := range trapDevices {
		router, _ := f.boot(device)
		f.write("old/"+device+".cfg", router.Running())
	}
	f.write("policy.yaml", strings.Replace(policy, "10.3.0.0/24", "10.5.0.0/24", 1))
	code, out, talk := f.types("diff", "--at", "2006-01-01", "--running", running)
	if code != differs || strings.Count(out, "opens  ") != 4 || strings.Count(out, "closes ") != 4 {
		t.Errorf("exit %d\n%s%s", code, out, talk)
	}
	_, out, _ = f.types("plan", "--at", "2006-01-01", "--running", running, "-o", filepath.Join(f.dir, "p.plan"), "--format", "json")
	for _, line := range []string{"no object-group network OP25B-OUT-", "no object-group network ipv4 OP25B-OUT-", "delete policy-options prefix-list OP25B-OUT-"} {
		if !strings.Contains(out, line) {
			t.Errorf("the old group stays: no %q", line)
		}
	}
}

// E. What a router cannot do is refused; a throttle never becomes a permit.
func TestTrapEThrottle(t *testing.T) {
	newTrap(t, trapHead+"pools:\n  a: { prefixes: [10.1.0.0/24] }\nrelays: [192.0.2.25]\n"+
		"phases:\n  - { name: slow, start: 2005-01-31, to: any, action: throttle, throttle: { concurrent: 10 } }\n").refused("phase slow: throttle is not built yet")
}

// F. Prefixes inside prefixes and holes inside both mean the same on every router.
func TestTrapFOneMeaning(t *testing.T) {
	f := newTrap(t, trapHead+"pools:\n  a: { prefixes: [203.0.112.0/22, 203.0.113.64/28], except: [203.0.113.64/26] }\nrelays: [192.0.2.25]\n"+phaseAll)
	f.passes("203.0.113.64", "8.8.8.8", true)
	f.passes("203.0.113.79", "8.8.8.8", true)
	f.passes("203.0.113.127", "8.8.8.8", true)
	f.passes("203.0.113.63", "8.8.8.8", false)
	f.passes("203.0.113.128", "8.8.8.8", false)
}

// G. A list that is bound is never emptied, refilled or removed: what is new stands whole, with
// its last permit, before the one line that binds it.
func TestTrapGLiveReplacement(t *testing.T) {
	f := newTrap(t, trapHead+"pools:\n  a: { prefixes: [10.1.0.0/24] }\nrelays: [192.0.2.25]\n"+phaseAll)
	running := filepath.Join(f.dir, "old")
	for _, device := range trapDevices {
		router, _ := f.boot(device)
		f.write("old/"+device+".cfg", router.Running())
	}
	f.write("policy.yaml", trapHead+"pools:\n  a: { prefixes: [10.1.0.0/24, 10.2.0.0/24] }\nrelays: [192.0.2.25]\n"+phaseAll)
	for _, device := range trapDevices {
		_, out, _ := f.types("diff", "--at", "2006-01-01", "--running", running, "--format", "commands", device)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		permit := slices.IndexFunc(lines, func(s string) bool {
			return strings.HasSuffix(s, "permit ip any any") || strings.HasSuffix(s, "permit ipv4 any any") || strings.HasSuffix(s, "term default then accept") || strings.HasSuffix(s, "pass-nolog * *")
		})
		bind := slices.IndexFunc(lines, func(s string) bool {
			return strings.Contains(s, "access-group") || strings.Contains(s, "filter output") || strings.Contains(s, "secure filter")
		})
		if permit < 0 || bind < permit {
			t.Errorf("%s: the last permit is line %d, the binding line %d:\n%s", device, permit, bind, out)
		}
		for _, line := range lines {
			if strings.Contains(line, "OP25B-OUT-V4-G1") || strings.HasPrefix(line, "no ") || strings.Contains(line, " 25000") {
				t.Errorf("%s: %q is about the list that is bound", device, line)
			}
		}
	}
}

// H. No list ends in the router's silent deny, whatever has expired.
func TestTrapHImplicitDeny(t *testing.T) {
	f := newTrap(t, trapHead+"pools:\n  a: { prefixes: [10.1.0.0/24] }\nrelays: [192.0.2.25]\nexemptions:\n  - { name: gone, sources: [10.1.0.7], expires: 2005-06-01 }\n"+
		"phases:\n  - { name: all, start: 2005-01-31, end: 2005-12-31, to: any, action: block }\n  - { name: again, start: 2005-12-31, to: any, action: monitor }\n")
	f.passes("10.1.0.7", "8.8.8.8", true)
	for _, device := range trapDevices {
		router, port := f.boot(device)
		for _, p := range []lab.Packet{{Protocol: 17, DstPort: 53}, {Protocol: 6, DstPort: 443}, {Protocol: 1, DstPort: 8}} {
			p.Src, p.Dst = netip.MustParseAddr("10.1.0.7"), netip.MustParseAddr("8.8.8.8")
			if pass, line := router.Verdict(port, "out", p); !pass {
				t.Errorf("%s: protocol %d port %d does not pass: %s", device, p.Protocol, p.DstPort, line)
			}
		}
	}
}

// I. A rule does not disappear: a pool of which nothing is left is an error, and a family in
// which nothing is blocked has no list at all.
func TestTrapIDisappearing(t *testing.T) {
	newTrap(t, trapHead+"pools:\n  a: { prefixes: [10.1.0.0/24], except: [10.1.0.0/25, 10.1.0.128/25] }\nrelays: [192.0.2.25]\n"+phaseAll).refused("pool a is empty: `except` takes all of it out")
	f := newTrap(t, trapHead+"pools:\n  a: { prefixes: [10.1.0.0/24, \"2001:db8:1::/48\"] }\nrelays: [192.0.2.25]\ndestinations:\n  six: { prefixes: [\"2001:db8:25::/48\"] }\n"+
		"phases:\n  - { name: all, start: 2005-01-31, to: [six], action: block }\n")
	for _, device := range trapDevices {
		text := f.text(device)
		if strings.Contains(text, "-V4-") || strings.Contains(text, "ip filter") && !strings.Contains(text, "ipv6 filter") {
			t.Errorf("%s has an IPv4 list that blocks nothing:\n%s", device, text)
		}
	}
	f.passes("2001:db8:1::1", "2001:db8:25::25", false)
	f.passes("10.1.0.1", "8.8.8.8", true)
}

// J. A port is a number, however it is written.
func TestTrapJPortNames(t *testing.T) {
	f := newTrap(t, trapHead+"pools:\n  a: { prefixes: [10.1.0.0/24] }\nrelays: [192.0.2.25]\n"+phaseAll)
	for _, device := range trapDevices {
		text := f.text(device)
		spelled := strings.ReplaceAll(strings.ReplaceAll(text, "eq smtp", "eq 25"), "port smtp", "port 25")
		if device == "rtx-1" {
			spelled = strings.ReplaceAll(text, "tcp * 25", "tcp * smtp")
		}
		if spelled == text {
			t.Errorf("%s: nothing to spell otherwise in\n%s", device, text)
		}
		f.write("respelled/"+device+".cfg", spelled)
	}
	if code, out, talk := f.types("diff", "--at", "2006-01-01", "--running", filepath.Join(f.dir, "respelled")); code != done || !strings.Contains(out, "0 to change, 4 as wanted") {
		t.Errorf("exit %d\n%s%s", code, out, talk)
	}
}

// K. What a router prints of our text is no difference, on any release; and one prefix more is one
// line more.
func TestTrapKRediff(t *testing.T) {
	policy := trapHead + "pools:\n  a: { prefixes: [10.1.0.0/24, 10.9.0.0/24, \"2001:db8:AB::/48\"], except: [10.1.0.8/29, \"2001:db8:AB:cd::/64\"] }\nrelays: [192.0.2.25, 192.0.2.26, \"2001:db8:25::25\"]\n" + phaseAll
	f := newTrap(t, policy)
	for _, device := range trapDevices {
		router, _ := f.boot(device)
		f.write("printed/"+device+".cfg", router.Running())
	}
	same := func(what string, args ...string) {
		t.Helper()
		if code, out, talk := f.types(append([]string{"diff", "--at", "2006-01-01", "--running", filepath.Join(f.dir, "printed")}, args...)...); code != done {
			t.Errorf("%s: exit %d\n%s%s", what, code, out, talk)
		}
	}
	same("as printed")
	classic := iosxe.NewClassic(lab.Setup{Hostname: "xe-1"})
	if err := classic.Load(f.text("xe-1")); err != nil {
		t.Fatal(err)
	}
	f.write("printed/xe-1.cfg", classic.Running())
	same("without sequence numbers", "xe-1")
	f.write("policy.yaml", strings.Replace(policy, "10.1.0.8/29", "10.1.0.8/29, 10.1.0.64/32", 1))
	_, out, _ := f.types("diff", "--at", "2006-01-01", "--running", filepath.Join(f.dir, "printed"), "rtx-1")
	if n := strings.Count(out, "\n  + ") + strings.Count(out, "\n  - ") + 2*strings.Count(out, "\n  ~ ip"); n > 2 {
		t.Errorf("one prefix more changes %d lines:\n%s", n, out)
	}
}

// L. Nothing that goes wrong exits 0.
func TestTrapLExitCodes(t *testing.T) {
	f := newTrap(t, trapHead+"pools:\n  a: { prefixes: [10.1.0.0/24] }\nrelays: [192.0.2.25]\n"+phaseAll)
	good := "version: 1\ndevices:\n  xe-1: { address: 192.0.2.101, dialect: iosxe, attach: [{ interface: Gi0/0/1, direction: out }] }\n"
	for what, inventory := range map[string]string{
		"an unknown dialect":  strings.Replace(good, "iosxe", "eos", 1),
		"one not built yet":   strings.Replace(good, "iosxe", "nftables", 1),
		"an unknown pool":     strings.Replace(good, "direction: out", "direction: out, pools: [b]", 1),
		"an unknown key":      strings.Replace(good, "direction: out", "directoin: out", 1),
		"a unit left out":     strings.Replace(strings.Replace(good, "iosxe", "junos", 1), "Gi0/0/1", "ge-0/0/1", 1),
		"an RTX that is full": strings.Replace(strings.Replace(good, "iosxe", "rtx, limits: { entries: 2 }", 1), "Gi0/0/1", "lan2", 1),
	} {
		f.write("inventory.yaml", inventory)
		for _, verb := range []string{"check", "render", "prove", "golden"} {
			if code, out, talk := f.types(verb, "--phase", "all"); code != failed || out != "" || !strings.Contains(talk, "op25b: error: ") {
				t.Errorf("%s: %s: exit %d, %q, %q", what, verb, code, out, talk)
			}
		}
	}
}

// M. explain says what the rendered texts do, also about holes.
func TestTrapMExplainAgrees(t *testing.T) {
	f := newTrap(t, trapHead+"pools:\n  a: { prefixes: [203.0.112.0/22], except: [203.0.113.64/26] }\nrelays: [192.0.2.25]\nexemptions:\n  - { name: acme, sources: [203.0.114.7], expires: 2030-01-01 }\n"+
		"destinations:\n  docomo: { prefixes: [198.18.0.0/28] }\nphases:\n  - { name: docomo, start: 2005-01-31, to: [docomo], action: block }\n  - { name: watch, start: 2005-02-01, to: any, action: monitor }\n")
	for _, device := range trapDevices {
		router, port := f.boot(device)
		for _, src := range []string{"203.0.111.255", "203.0.112.0", "203.0.113.63", "203.0.113.64", "203.0.113.127", "203.0.113.128", "203.0.114.7", "203.0.115.255", "203.0.116.0"} {
			for _, dst := range []string{"192.0.2.25", "198.18.0.0", "198.18.0.15", "198.18.0.16", "8.8.8.8"} {
				code, out, _ := f.types("explain", "--at", "2006-01-01", "--src", src, "--dst", dst, device)
				p := lab.Packet{Src: netip.MustParseAddr(src), Dst: netip.MustParseAddr(dst), Protocol: 6, SrcPort: 1025, DstPort: 25}
				pass, line := router.Verdict(port, "out", p)
				if code != done || strings.Contains(out, ": blocked: ") == pass {
					t.Errorf("%s -> %s passes: %v by %q, but explain says\n%s", src, dst, pass, line, out)
				}
			}
		}
	}
}

// N. The text has nothing that a router refuses or that nobody asked for: no tags of a version
// control system, no udp, one way to name a family.
func TestTrapNSmallThings(t *testing.T) {
	f := newTrap(t, trapHead+"pools:\n  a: { prefixes: [10.1.0.0/24, \"2001:db8:1::/48\"] }\nrelays: [192.0.2.25, \"2001:db8:25::25\"]\n"+phaseAll)
	for _, device := range trapDevices {
		text := f.text(device)
		for _, word := range []string{"$", "udp", "replace", "interface-specific", "<no value>", "%!", "\t", "\r"} {
			if strings.Contains(text, word) {
				t.Errorf("%s: the text has %q:\n%s", device, word, text)
			}
		}
		if device != "rtx-1" && (!strings.Contains(text, "OP25B-OUT-V4-G1") || !strings.Contains(text, "OP25B-OUT-V6-G1")) {
			t.Errorf("%s: the two families are not named alike:\n%s", device, text)
		}
	}
	f.passes("2001:db8:1::7", "2001:db8::1", false)
	f.passes("2001:db8:1::7", "2001:db8:25::25", true)
}
