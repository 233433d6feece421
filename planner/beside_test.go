package planner_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"op25b/differ"
	"op25b/inventory"
	"op25b/planner"
	"op25b/policy"
	"op25b/renderer"
	"op25b/sheet"
	"op25b/templates"
)

// TestChoices: of a list of others that the inventory's word does not do for, on each dialect, in each
// family and direction, the hint names the words that do, and no other.
func TestChoices(t *testing.T) {
	can := map[string]string{
		"iosxe ipv4 in": "embed", "iosxe ipv4 out": "embed",
		"iosxr ipv4 in": "chain embed", "iosxr ipv6 in": "chain embed", "iosxr ipv4 out": "embed", "iosxr ipv6 out": "embed",
		"junos ipv4 in": "chain", "junos ipv6 in": "chain", "junos ipv4 out": "chain", "junos ipv6 out": "chain",
		"rtx ipv4 in": "chain", "rtx ipv6 in": "chain", "rtx ipv4 out": "chain", "rtx ipv6 out": "chain",
	}
	for _, d := range templates.All() {
		for _, family := range []string{inventory.IPv4, inventory.IPv6} {
			for _, way := range []string{"in", "out"} {
				name := strings.Join([]string{d.Name(), family, way}, " ")
				for _, word := range []string{inventory.Refuse, inventory.Chain, inventory.Embed} {
					works := strings.Fields(can[name])
					err := besideOthers(t, d, family, way, word)
					if slices.Contains(works, word) {
						if err != nil {
							t.Errorf("%s: existing: %s: %v", name, word, err)
						}
						continue
					}
					var refusal differ.Refusal
					if !errors.As(err, &refusal) {
						t.Errorf("%s: existing: %s: %v, want a refusal", name, word, err)
					}
					if told := wordsOf(refusal.Error() + refusal.Hint()); !slices.Equal(told, works) {
						t.Errorf("%s: existing: %s: it names %q, and what works is %q:\n%v\n%s", name, word, told, works, err, refusal.Hint())
					}
				}
			}
		}
	}
}

// TestNoChoiceBesideAFilterSet: before the numbers of a filter set that is bound by its name nothing of
// ours can be bound, so nobody is told to write that.
func TestNoChoiceBesideAFilterSet(t *testing.T) {
	d, err := templates.Find("rtx")
	if err != nil {
		t.Fatal(err)
	}
	const set = "ip lan2 address 198.51.100.1/24\nip lan2 secure filter name theirs\nip filter set theirs in 2000\nip filter 2000 pass * *\n"
	for _, word := range []string{inventory.Refuse, inventory.Chain, inventory.Embed} {
		err := drafted(t, d, inventory.IPv4, "in", word, set)
		var refusal differ.Refusal
		errors.As(err, &refusal)
		if told := wordsOf(fmt.Sprint(err) + refusal.Hint()); err == nil || len(told) > 0 {
			t.Errorf("existing: %s: %v; it names %q:\n%s", word, err, told, refusal.Hint())
		}
	}
}

// wordsOf are the words for `existing` that a text names.
func wordsOf(text string) []string {
	var out []string
	for _, word := range []string{inventory.Chain, inventory.Embed} {
		if strings.Contains(text, "`existing: "+word+"`") {
			out = append(out, word)
		}
	}
	return out
}

// besideOthers drafts the change of a router with a list of others at its only attachment.
func besideOthers(t *testing.T, d templates.Dialect, family, way, word string) error {
	t.Helper()
	return drafted(t, d, family, way, word, occupied(d.Name(), family, way))
}

func drafted(t *testing.T, d templates.Dialect, family, way, word, running string) error {
	t.Helper()
	port := map[string]string{"rtx": "lan2", "openconfig": "Ethernet1"}[d.Name()]
	if port == "" {
		port = ports(d.Name())[0]
	}
	text := fmt.Sprintf("version: 1\ndevices:\n  r-1:\n    address: 192.0.2.1\n    dialect: %s\n    attach: [{ interface: %s, direction: %s, families: [%s], existing: %s }]\n",
		d.Name(), port, way, family, word)
	if d.Name() == "rtx" {
		text += "    numbers: 250000-259999\n"
	}
	inv, err := inventory.Read("i.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Read(fstest.MapFS{"policy.yaml": {Data: []byte(secondFamily)}}, "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, err := renderer.New(d, "")
	if err != nil {
		t.Fatal(err)
	}
	desk := planner.Desk{Policy: p, Date: sheet.Date{Year: 2020, Month: 2, Day: 1}, Renderers: map[string]renderer.Renderer{d.Name(): r}}
	_, err = desk.Draft(inv.Devices[0], running)
	return err
}

// occupied is a router with a list of others at its first port, or at lan2.
func occupied(dialect, family, way string) string {
	at := inventory.Attach{Interface: ports(dialect)[0], Direction: way}
	six := family == inventory.IPv6
	switch dialect {
	case "iosxe":
		if six {
			return "hostname r-1\ninterface " + at.Interface + "\n ipv6 traffic-filter EDGE " + way + "\n!\nipv6 access-list EDGE\n sequence 10 permit ipv6 any any\n!\n"
		}
		return attached(dialect, bare(dialect), at, family) + edge(dialect, family, 100, true)
	case "iosxr":
		return attached(dialect, bare(dialect), at, family) + edge(dialect, family, 100, true)
	case "junos":
		inet := map[bool]string{false: "inet", true: "inet6"}[six]
		return bare(dialect) + "set interfaces ge-0/0/1 unit 0 family " + inet + " filter " + map[string]string{"in": "input", "out": "output"}[way] + " EDGE\n" +
			"set firewall family " + inet + " filter EDGE term z then accept\n"
	case "rtx":
		command := map[bool]string{false: "ip", true: "ipv6"}[six]
		return "ip lan2 address 198.51.100.1/24\n" + command + " lan2 secure filter " + way + " 2000\n" + command + " filter 2000 pass * *\n"
	}
	sets, kind := map[string]string{"in": "ingress", "out": "egress"}[way], map[bool]string{false: "ACL_IPV4", true: "ACL_IPV6"}[six]
	bound := fmt.Sprintf(`"%s-acl-sets": {"%[1]s-acl-set": [{"set-name": "EDGE", "type": "%s", "config": {"set-name": "EDGE", "type": "%[2]s"}}]}`, sets, kind)
	entry := `{"id": "Ethernet1", "config": {"id": "Ethernet1"}, "interface-ref": {"config": {"interface": "Ethernet1"}}, ` + bound + `}`
	return strings.Replace(bareRouter, `"openconfig-acl:acl": {}`, `"openconfig-acl:acl": {"interfaces": {"interface": [`+entry+`]}}`, 1)
}
