package openconfig

import (
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// TestCounts: the counters at the interface come first, then those of the list.
func TestCounts(t *testing.T) {
	have := acl.Config{Tails: map[string]string{"Ethernet2": "id=uplink"}}
	at := acl.Point{Interface: "Ethernet2", Direction: acl.Out, Family: packet.V6}
	ways := Dialect{}.Counts(have, "L", at)
	var got []string
	for _, w := range ways {
		got = append(got, strings.Join(w, "; "))
	}
	here := "/acl/interfaces/interface[id=uplink]/egress-acl-sets/egress-acl-set[set-name=L][type=ACL_IPV6]/acl-entries/acl-entry/state/matched-packets"
	all := "/acl/acl-sets/acl-set[name=L][type=ACL_IPV6]/acl-entries/acl-entry/state/matched-packets"
	want := "sample " + here + "|on-change " + here + "|once " + here + "|sample " + all + "|on-change " + all + "|once " + all
	if strings.Join(got, "|") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.ReplaceAll(want, "|", "\n"))
	}
	for _, odd := range []string{"", "a b", "a]", "a?"} {
		if (Dialect{}).Counts(have, odd, at) != nil {
			t.Errorf("%q would be part of a command", odd)
		}
	}
}

// TestCounted: a line a counter, and what is not understood has no count.
func TestCounted(t *testing.T) {
	const set = "/acl/acl-sets/acl-set[name=L][type=ACL_IPV4]/acl-entries/acl-entry[sequence-id=10]/state/"
	const here = "/acl/interfaces/interface[id=Ethernet1/1]/egress-acl-sets/egress-acl-set[set-name=L][type=openconfig-acl:ACL_IPV4]/acl-entries/acl-entry[sequence-id=20]/state/"
	for _, c := range []struct {
		line string
		want words.Count
		is   bool
	}{
		{set + "matched-packets 7", words.Count{Sequence: 10, Packets: 7, Known: true}, true},
		{set + `matched-packets "7"`, words.Count{Sequence: 10, Packets: 7, Known: true}, true},
		{here + "matched-packets 18446744073709551615", words.Count{Sequence: 20, Packets: 1<<64 - 1, Known: true}, true},
		{here + "matched-packets 18446744073709551616", words.Count{Sequence: 20}, true},
		{here + "matched-packets -1", words.Count{Sequence: 20}, true},
		{here + "matched-packets", words.Count{Sequence: 20}, true},
		{here + "matched-octets 7", words.Count{}, true},
		{"something else", words.Count{}, true},
		{strings.Replace(set, "name=L", "name=M", 1) + "matched-packets 7", words.Count{}, false},
		{strings.Replace(set, "ACL_IPV4", "ACL_IPV6", 1) + "matched-packets 7", words.Count{}, false},
		{"", words.Count{}, false},
	} {
		got := Dialect{}.Counted(c.line+"\n", "L", packet.V4)
		if c.want.Line = c.line; len(got) != map[bool]int{true: 1}[c.is] || c.is && got[0].Packets != c.want.Packets && got[0].Known || c.is && (got[0].Known != c.want.Known || got[0].Sequence != c.want.Sequence) {
			t.Errorf("%q: %+v, want %+v", c.line, got, c.want)
		}
	}
}

// TestSession: what a session is told, and what lines it takes.
func TestSession(t *testing.T) {
	s := Dialect{}.Session()
	g := s.Guards["native"]
	if !s.Commits() || s.Candidate != "" || g.Probe.Line == "" || g.Commit.Line == "" || g.Confirm.Line == "" || len(g.Revert) != 1 {
		t.Errorf("session %+v", s)
	}
	for _, line := range []string{"set", "delete /acl; x", "delete /acl/a?", `update /a {"b":"?"}`, "update /a", "update /a [1]", "delete /ä", "replace /a {}\n", "get", "commit /a {}"} {
		if s.Shape.MatchString(line) {
			t.Errorf("%q is taken", line)
		}
	}
	if !g.PendingIs.MatchString("pending") || g.PendingIs.MatchString("none") || !s.Locked.MatchString("FailedPrecondition: x") || s.Locked.MatchString("it takes no confirmation: FailedPrecondition: x") {
		t.Error("what a device says of a commit that is pending")
	}
	if m := s.SerialIs.FindStringSubmatch("FOC1234X\n"); len(m) != 2 || m[1] != "FOC1234X" {
		t.Errorf("serial %q", m)
	}
	if _, embeds := any(Dialect{}).(interface{ Strike(acl.List) []string }); embeds {
		t.Error("nothing goes into lists of others")
	}
}

// TestProtocolByNumber: a variant may want the number instead of the identity.
func TestProtocolByNumber(t *testing.T) {
	if a, b := (model{}).protocol(6), (model{Number: true}).protocol(6); a != `"openconfig-packet-match-types:IP_TCP"` || b != "6" {
		t.Errorf("%s and %s", a, b)
	}
}
