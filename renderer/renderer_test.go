package renderer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/renderer"
	"op25b/templates"
)

// point is an interface of each dialect.
func point(dialect string) acl.Binding {
	name := map[string]string{"iosxe": "GigabitEthernet0/0/1", "iosxr": "Bundle-Ether1.100", "junos": "ge-0/0/1.0", "rtx": "pp 1", "openconfig": "Ethernet1.100"}[dialect]
	return acl.Binding{Interface: name, Direction: acl.Out, Family: packet.V4}
}

// laid is a small config as a dialect holds it: leave one customer alone, stop two prefixes.
func laid(t *testing.T, d templates.Dialect) acl.Config {
	t.Helper()
	mail := packet.Any(packet.V4)
	mail.Protocols, mail.DstPorts, mail.Fragments = packet.One(packet.TCP), packet.One(25), packet.WithPorts()
	fixed, pool := mail, mail
	fixed.Src = packet.Numbers(0xcb007180, 0xcb007187)                                              // 203.0.113.128/29
	pool.Src = packet.Numbers(0xcb007100, 0xcb0071ff).Union(packet.Numbers(0xc6336400, 0xc63364ff)) // and 198.51.100.0/24
	group := acl.Group{Name: "OP25B-OUT-POOL-V4-G1", Family: packet.V4, Addresses: pool.Src}
	b := point(d.Name())
	b.Lists = []string{"OP25B-OUT-V4-G1"}
	want := acl.Config{Interfaces: []string{b.Interface}, Groups: []acl.Group{group}, Bindings: []acl.Binding{b}, Lists: []acl.List{{
		Name: "OP25B-OUT-V4-G1", Family: packet.V4, End: acl.Deny, Entries: []acl.Entry{
			{Action: acl.Permit, Match: fixed, Count: true, Why: acl.Why{Place: "policy.yaml:7", Text: "fixed flets"}},
			{Action: acl.Deny, Match: pool, SrcGroup: group.Name, Count: true, Why: acl.Why{Place: "policy.yaml:9", Text: "block all"}},
			{Action: acl.Permit, Match: packet.Any(packet.V4), Why: acl.Why{Text: "everything else"}}}}}}
	c, err := d.Lay(want, acl.Config{}, acl.Owner{First: 250000, Last: 250099})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// rendered renders with the workspace's template.
func rendered(t *testing.T, d templates.Dialect, source string) (renderer.Renderer, renderer.Text, error) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, renderer.File(d.Name()))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	r, err := renderer.New(d, dir)
	if err != nil {
		return r, renderer.Text{}, err
	}
	text, err := r.Render(laid(t, d))
	return r, text, err
}

// swap changes a piece of a template that must be there.
func swap(t *testing.T, d templates.Dialect, old, now string) string {
	t.Helper()
	if strings.Count(d.Template(), old) == 0 {
		t.Fatalf("the template of %s has no %q", d.Name(), old)
	}
	return strings.ReplaceAll(d.Template(), old, now)
}

// ending is the dialect's own template with something at the end.
func ending(d templates.Dialect, more string) string {
	return strings.TrimSuffix(strings.TrimSpace(d.Template()), "{{end -}}") + map[bool]string{true: "{{end}}\n"}[strings.HasSuffix(strings.TrimSpace(d.Template()), "{{end -}}")] + "\n" + more
}

// A template may spell and comment as it likes.
func TestHarmlessTemplates(t *testing.T) {
	for _, d := range templates.All() {
		sources := map[string]string{"its own": d.Template()}
		if d.Name() != "openconfig" { // JSON has no comments
			sources["a comment at the end"] = ending(d, map[bool]string{true: "! ours\n", false: "# ours\n"}[strings.HasPrefix(d.Name(), "ios")])
		}
		switch d.Name() {
		case "iosxe", "iosxr":
			sources["ports by number"] = swap(t, d, "{{.Match}}", `{{.Match | replace "smtp" "25"}}`)
			sources["other remarks"] = swap(t, d, "{{.Remark}}", "NOC {{.Remark | upper}}")
		case "junos":
			sources["ports by number"] = swap(t, d, "from {{.}}", `from {{. | replace "smtp" "25"}}`)
		case "rtx":
			sources["ports by name"] = swap(t, d, "{{rule .}}", `{{rule . | replace " * 25" " * smtp"}}`)
		case "openconfig":
			sources["protocols by number"] = swap(t, d, "{{range conditions .}}, {{.}}", `{{range conditions .}}, {{. | replace "\"openconfig-packet-match-types:IP_TCP\"" "6"}}`)
			sources["laid out otherwise"] = swap(t, d, ", ", ",\n      ")
			sources["without modules"] = strings.ReplaceAll(d.Template(), "openconfig-acl:", "")
			sources["a description of the set"] = swap(t, d, `"type": {{type .}}},`, `"type": {{type .}}, "description": "outbound port 25"},`)
		}
		own, err := renderer.New(d, "")
		if err != nil {
			t.Fatal(err)
		}
		plain, err := own.Render(laid(t, d))
		if err != nil {
			t.Fatal(err)
		}
		for what, source := range sources {
			r, text, err := rendered(t, d, source)
			if err != nil {
				t.Errorf("%s: %s: %v", d.Name(), what, err)
				continue
			}
			if r.Source() != source {
				t.Errorf("%s: %s: the source is another", d.Name(), what)
			}
			points := []acl.Point{point(d.Name()).Point()}
			owner := acl.Owner{First: 250000, Last: 250099}
			if strings.Join(text.Back.Canonical(points, owner), "\n") != strings.Join(plain.Back.Canonical(points, owner), "\n") {
				t.Errorf("%s: %s: another meaning:\n%s", d.Name(), what, text.Text)
			}
			if lines, err := r.Lines(acl.Config{Bindings: laid(t, d).Bindings}); err != nil || len(lines) == 0 {
				t.Errorf("%s: %s: a part: %q, %v", d.Name(), what, lines, err)
			}
		}
	}
}

// A template that says something else, or less, or more, gives no text and no lines.
func TestHarmfulTemplates(t *testing.T) {
	more := map[string][]string{
		"iosxe": {"username eve privilege 15 secret x\n", "no ip access-list extended VTY\n", "do reload\n", "hostname eve\n", "interface GigabitEthernet9\n shutdown\n",
			"{{range .Bindings}}interface {{.Interface}}\n shutdown\n{{end}}", "{{range .Bindings}}interface {{.Interface}}\n no ip access-group OP25B-OUT-V4-G1 out\n{{end}}",
			"line vty 0 4\n access-class OP25B-OUT-V4-G1 in\n", "ip access-list extended OP25B-OUT-V4-G1\n 5 permit tcp any any eq 25\n", "ip access-list extended OP25B-OUT-V4-G9\n permit ip any any\n",
			"object-group network OP25B-OUT-POOL-V4-G1\n 192.0.2.0 255.255.255.0\n", "object-group network OP25B-OUT-POOL-V4-G1\n no 203.0.113.0 255.255.255.0\n"},
		"iosxr": {"commit\n", "username eve\n", "no ipv4 access-list VTY\n", "router bgp 1\n", "ipv4 access-list OP25B-OUT-V4-G1\n 5 permit tcp any any eq 25\n", "end\n", "object-group network ipv4 OP25B-OUT-POOL-V4-G1\n 0.0.0.0/0\n"},
		"junos": {"set system login user eve class super-user\n", "delete firewall\n", "set interfaces ge-0/0/1 unit 0 disable\n", "deactivate interfaces ge-0/0/1\n", "set policy-options prefix-list OP25B-OUT-POOL-V4-G1 0.0.0.0/0\n",
			"set interfaces ge-0/0/1 unit 0 family inet filter input OP25B-OUT-V4-G1\n", "set firewall family inet filter OP25B-OUT-V4-G1 term default then discard\n", "commit\n"},
		"openconfig": {"{}", `{"openconfig-acl:acl": {}}`, "# ours\n", "delete /acl\n", "replace /acl {}\n"},
		"rtx": {"no ip filter 1010\n", "administrator password x\n", "save\n", "pp select 2\n", "ip filter 9 pass * *\n", "ip filter 250000 pass * *\n", "no ip pp secure filter out\n", "clear configuration\n",
			"pp select 1\nip pp secure filter out 250000 dynamic 1\npp select none\n", "ip lan1 secure filter in 250000\n", "schedule at 1 */* 02:00 * no ip filter 250000\n"},
	}
	less := map[string][][2]string{
		"iosxe": {{"{{.Action}}", "permit"}, {"{{.Action}}", `{{if eq .Action "permit"}}deny{{else}}permit{{end}}`}, {"{{.Match}}", `{{.Match | replace "smtp" "587"}}`}, {"{{range rows $acl}}", "{{range rows $acl}}{{if eq .Action \"permit\"}}{{continue}}{{end}}"}},
		"iosxr": {{"{{.Action}}", "permit"}, {"{{.Match}}", `{{.Match | replace "tcp" "ipv4"}}`}, {" {{.}}\n{{end}}!", " {{. | replace \"/24\" \"/16\"}}\n{{end}}!"}},
		"junos": {{"then {{action $e}}", "then accept"}, {"from {{.}}", `from {{. | replace "smtp" "submission"}}`}, {"range sources $e", "range destinations $e"}},
		"openconfig": {{"{{actions .}}", `{"config": {"forwarding-action": "ACCEPT"}}`}, {"{{actions .}}", `{{actions . | replace "DROP" "ACCEPT"}}`}, {"{{range conditions .}}, {{.}}{{end}}", ""},
			{"{{.}}{{end}}", `{{. | replace "25" "587"}}{{end}}`}, {"{{.}}{{end}}", `{{. | replace "/24" "/16"}}{{end}}`}, {"{{.}}{{end}}", `{{.}}, "input-interface": {"interface-ref": {"config": {"interface": "Ethernet9"}}}{{end}}`},
			{"{{number .}}", "10"}, {`"config": {{config .}}`, `"config": {"sequence-id": 7}`}, {"{{.Ref}}", `{"config": {"interface": "Ethernet9"}}`}, {`"name": {{json .Name}}, "type"`, `"name": "EDGE", "type"`},
			{"{{- with .Lists}}", "\n\"x:default\": {\"action\": \"DROP\"},\n{{- with .Lists}}"}, {` "openconfig-acl:acl"`, ` "openconfig-system:system": {"config": {"hostname": "eve"}},` + "\n" + ` "openconfig-acl:acl"`},
			{` "openconfig-acl:acl"`, ` "openconfig-interfaces:interfaces": {"interface": [{"name": "Ethernet9", "config": {"enabled": false}}]},` + "\n" + ` "openconfig-acl:acl"`}},
		"rtx": {{"{{rule .}}", `{{rule . | replace "reject" "pass"}}`}, {"{{numbers", "250000 {{numbers"}, {"{{tail .}}", " dynamic 100"}},
	}
	for _, d := range templates.All() {
		sources := map[string]string{"nothing": "", "an unknown field": "{{.Nope}}", "an unknown word": `{{env "HOME"}}`, "cut off": "{{range .Lists}}"}
		for _, line := range more[d.Name()] {
			sources["and "+line] = ending(d, line)
		}
		for _, pair := range less[d.Name()] {
			sources[pair[1]+" for "+pair[0]] = swap(t, d, pair[0], pair[1])
		}
		for what, source := range sources {
			_, text, err := rendered(t, d, source)
			if err == nil || text.Text != "" {
				t.Errorf("%s: %s is taken:\n%s", d.Name(), what, text.Text)
			}
		}
	}
}

// A template may not say one thing for the whole and another for the part that is sent.
func TestPartsAreReadBack(t *testing.T) {
	for _, d := range templates.All() {
		evil := map[string]string{"iosxe": "no ip access-list extended VTY\n", "iosxr": "commit\n", "junos": "set system host-name eve\n", "rtx": "no ip filter 1010\n", "openconfig": "delete /acl\n"}[d.Name()]
		r, _, err := rendered(t, d, ending(d, "{{if not .Bindings}}"+evil+"{{end}}"))
		if err != nil {
			t.Errorf("%s: the whole: %v", d.Name(), err)
			continue
		}
		part := laid(t, d)
		part.Bindings = nil
		if lines, err := r.Lines(part); err == nil {
			t.Errorf("%s: the part is sent: %q", d.Name(), lines)
		}
	}
}
