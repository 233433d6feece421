package pusher_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/lab"
	"op25b/lab/iosxe"
	"op25b/pusher"
)

// counted is a script whose terms count as ours do: all but the last. Other dialects count anyway.
func counted(s script) script {
	if s.kind.Dialect != "junos" {
		return s
	}
	count := func(lines []string) []string {
		var out []string
		for _, l := range lines {
			for _, term := range []string{"relay", "block"} {
				if head, _, found := strings.Cut(l, " term "+term+" then "); found {
					out = append(out, head+" term "+term+" then count "+term)
				}
			}
			out = append(out, l)
		}
		return out
	}
	s.first, s.stage = count(s.first), count(s.stage)
	return s
}

// soak is one router in the field from before a switch to the end of a soak.
type soak struct {
	*field
	script script
	server *lab.Server
	former []pusher.Signals
	begin  pusher.Signals
}

func newSoak(t *testing.T, s script) *soak {
	k := &soak{field: newField(t), script: counted(s)}
	k.server = k.add("r1", k.script)
	k.believe()
	return k
}

func (k *soak) listen() pusher.Signals {
	k.t.Helper()
	s, err := k.pusher.Listen(context.Background(), k.steps["r1"])
	k.must(err)
	return s
}

// send lets n packets come to the customers' interface.
func (k *soak) send(p lab.Packet, n int) {
	for range n {
		k.server.Device().Send(k.script.kind.Interface, "in", p)
	}
}

// change samples twice before the switch, with traffic in between, pushes, and samples again.
func (k *soak) change() {
	k.t.Helper()
	k.former = append(k.former, k.listen())
	k.send(free, 3)
	k.former = append(k.former, k.listen())
	expect(k.t, k.push(k.plan([]string{"r1"}), pusher.Options{Through: "wave-1"}), "r1", pusher.Done, pusher.Cleaned)
	k.begin = k.listen()
}

// says compares the reasons at the end of the soak: each of want stands in one of them, in order.
func (k *soak) says(want ...string) {
	k.t.Helper()
	end := k.listen()
	got := end.Since(k.begin, k.former...)
	for i, w := range want {
		if i >= len(got) || !strings.Contains(got[i], w) {
			k.t.Errorf("reason %d is not %q: %q", i+1, w, got)
			return
		}
	}
	if len(got) != len(want) {
		k.t.Errorf("%d reasons, want %d: %q", len(got), len(want), got)
	}
}

// Traffic goes on as before, and the account says how much of it.
func TestSignalsOfAQuietSoak(t *testing.T) {
	t.Parallel()
	accounts := map[string]string{
		"iosxe": "deny 3 packets, permit 12",
		"iosxr": "deny 3 packets, permit 12",
		"junos": "deny 3 packets, permit 0; the last entry of OP25B-IN-V4-G2, which permits the rest, has no counter",
		"rtx":   "rtx has no counters",
	}
	each(t, func(t *testing.T, s script) {
		k := newSoak(t, s)
		k.change()
		k.send(free, 12)
		k.send(blocked, 3)
		k.says()
		if got, want := k.listen().Account(k.begin), accounts[s.kind.Dialect]; got != want {
			t.Errorf("the account is %q, want %q", got, want)
		}
	})
}

// The last permit counts no more: a reason where it was counting before the switch and the device
// can tell.
func TestSignalsOfADeadPermit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		k := newSoak(t, s)
		k.change()
		k.send(blocked, 3)
		var want []string
		if d := s.kind.Dialect; d == "iosxe" || d == "iosxr" {
			want = []string{s.kind.Interface + " in ipv4: OP25B-IN-V4-G2 30, which permits the rest, stands still at 0 packets"}
		}
		k.says(want...)
		k.former = k.former[1:] // a single sample, in which it had counted
		k.says(want...)
		k.former = nil // nothing is known of the time before
		k.says()
	})
}

// The line had no traffic before either.
func TestSignalsOfAnIdleLine(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		k := newSoak(t, s)
		k.change()
		k.former = []pusher.Signals{k.former[0], k.former[0]}
		k.says()
	})
}

// The router says that its hardware did not take a filter: during the soak, or between the
// switch and its begin. What it had said before is no reason.
func TestSignalsOfFullHardware(t *testing.T) {
	t.Parallel()
	message := map[string]string{"iosxe": "%FMCORE-4-RACL_REDUCED", "iosxr": "%L2-PFILTER_EA-3-", "junos": "DFW: jtree cutover failed"}
	byHand := map[string][2][]string{
		"iosxe": {{"interface GigabitEthernet0/0/2", "ip access-group MGMT in"}, {"interface GigabitEthernet0/0/2", "ip access-group MGMT out"}},
		"iosxr": {{"interface HundredGigE0/0/0/1", "ipv4 access-group MGMT ingress"}, {"interface HundredGigE0/0/0/1", "ipv4 access-group MGMT egress"}},
		"junos": {{"set interfaces ge-0/0/0 description busy"}, {"set interfaces ge-0/0/0 description uplink"}},
		"rtx":   {{"description lan2 busy"}, {"description lan2 customers"}},
	}
	each(t, func(t *testing.T, s script) {
		k := newSoak(t, s)
		full := func(lines []string) {
			k.clock.Advance(1e9)
			k.server.Device().Spoil(lab.Fault{TCAMLog: true})
			k.hand(k.server.Device(), s, lines)
			k.server.Device().Spoil(lab.Fault{})
		}
		full(byHand[s.kind.Dialect][0])
		k.change()
		k.send(free, 1)
		k.says()
		full(byHand[s.kind.Dialect][1])
		k.send(free, 1)
		var want []string
		if m := message[s.kind.Dialect]; m != "" {
			want = []string{m}
		}
		k.says(want...)
		k.begin = k.listen() // it was said before the soak began, but after the switch
		k.send(free, 1)
		k.says(want...)
	})
}

// The router restarts during the soak: its counters go backwards.
func TestSignalsOfARestart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		k := newSoak(t, s)
		k.change()
		k.send(blocked, 5)
		k.send(free, 5)
		k.begin = k.listen()
		k.server.Device().Restart()
		k.send(free, 1)
		switch s.kind.Dialect {
		case "iosxe", "iosxr":
			k.says("the counter of OP25B-IN-V4-G2 20 went from 5 back to 0", "the counter of OP25B-IN-V4-G2 30 went from 5 back to 1")
		case "junos":
			k.says("the counter of OP25B-IN-V4-G2 block went from 5 back to 0")
		default:
			k.says()
		}
	})
}

// An RTX drops a packet at the end of its list, though the list ends in a filter that passes
// everything: its log says so.
func TestSignalsOfALostEnd(t *testing.T) {
	t.Parallel()
	s := rtxScript()
	k := newSoak(t, s)
	k.change()
	console := k.server.Device()
	k.hand(console, s, []string{"ip lan2 secure filter in 255000 255001"})
	k.send(free, 1)
	k.hand(console, s, []string{"ip lan2 secure filter in 255000 255001 255002"})
	k.send(free, 1)
	k.says("LAN2 Rejected at IN(default) filter: TCP 203.0.113.9:1025")
}

// A log of several pages is read to its end: an RTX keeps its pager.
func TestSignalsOfALongLog(t *testing.T) {
	t.Parallel()
	s := rtxScript()
	k := newSoak(t, s)
	k.change()
	k.hand(k.server.Device(), s, []string{"ip lan2 secure filter in 255000 255001"})
	k.send(free, 60)
	k.hand(k.server.Device(), s, []string{"ip lan2 secure filter in 255000 255001 255002"})
	if got := k.listen(); !got.Logged || len(got.Trouble) != 60 {
		t.Errorf("%d lines of trouble, want 60", len(got.Trouble))
	}
}

// A router of an old release shows numbers in its lists that its configuration does not have.
func TestSignalsWithoutNumbers(t *testing.T) {
	t.Parallel()
	s := iosxeScript()
	s.kind.New = func(setup lab.Setup) lab.Device { return iosxe.NewClassic(setup) }
	k := newSoak(t, s)
	k.send(free, 2)
	if got := k.listen().Account(pusher.Signals{}); got != "deny 0 packets, permit 2" {
		t.Errorf("%q", got)
	}
}

// The rules, one by one.
func TestSince(t *testing.T) {
	at := acl.Point{Interface: "ge-0/0/1.0", Direction: acl.Out, Family: packet.V4}
	sample := func(deny, permit uint64, trouble ...string) pusher.Signals {
		return pusher.Signals{Logged: true, Trouble: trouble, Lists: []pusher.Tally{{Point: at, List: "L", Entries: []pusher.Took{
			{Entry: "10", Action: acl.Deny, Packets: deny, Known: true}, {Entry: "20", Action: acl.Permit, Packets: permit, Known: true, Final: true}}}}}
	}
	mute := pusher.Signals{Mute: []string{"nothing"}}
	dark := sample(1, 2)
	dark.Lists[0].Entries[1].Known = false
	tests := []struct {
		name    string
		end     pusher.Signals
		begin   pusher.Signals
		former  []pusher.Signals
		reasons int
	}{
		{"all goes on", sample(5, 500), sample(1, 100), []pusher.Signals{sample(0, 10), sample(0, 20)}, 0},
		{"the permit stands still", sample(5, 100), sample(1, 100), []pusher.Signals{sample(0, 10), sample(0, 20)}, 1},
		{"it did before", sample(5, 100), sample(1, 100), []pusher.Signals{sample(0, 20), sample(0, 20)}, 0},
		{"one sample that counted", sample(5, 100), sample(1, 100), []pusher.Signals{sample(0, 20)}, 1},
		{"one sample that had not", sample(5, 100), sample(1, 100), []pusher.Signals{sample(9, 0)}, 0},
		{"the permit cannot be told now", dark, sample(1, 2), []pusher.Signals{sample(0, 20)}, 0},
		{"nor before", sample(1, 2), dark, []pusher.Signals{sample(0, 20)}, 0},
		{"nor before the switch", sample(1, 2), sample(1, 2), []pusher.Signals{dark}, 0},
		{"a device that says nothing", mute, mute, []pusher.Signals{mute}, 0},
		{"backwards", sample(0, 101), sample(1, 100), nil, 1},
		{"both backwards", sample(0, 1), sample(1, 100), nil, 2},
		{"32 bits begin anew", sample(1, 7), sample(1, 1<<32-3), nil, 0},
		{"64 bits do not", sample(1, 7), sample(1, 1<<40), nil, 1},
		{"a line that is new", sample(1, 2, "a", "b"), sample(1, 1, "a"), nil, 1},
		{"a line that is there twice", sample(1, 2, "a", "a"), sample(1, 1, "a"), nil, 1},
		{"a line that was there", sample(1, 2, "a"), sample(1, 1, "a"), nil, 0},
		{"three lines are told, and how many more there are", sample(1, 2, "a", "b", "c", "d", "e"), sample(1, 1), nil, 4},
		{"a line since the switch", sample(1, 2, "a"), sample(1, 1, "a"), []pusher.Signals{sample(0, 0)}, 1},
		{"the log could not be read before the switch", sample(1, 2, "a"), sample(1, 1, "a"), []pusher.Signals{mute}, 0},
		{"the log could never be read before", sample(1, 2, "a"), mute, []pusher.Signals{mute}, 0},
	}
	for _, test := range tests {
		if got := test.end.Since(test.begin, test.former...); len(got) != test.reasons {
			t.Errorf("%s: %q, want %d reasons", test.name, got, test.reasons)
		}
	}
	if got, want := fmt.Sprint(sample(1, 12345).Account(pusher.Signals{})), "deny 1 packet, permit 12,345"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := sample(4, 6).Account(sample(1, 1<<32-3)), "deny 3 packets, permit 9"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
