package junos

import (
	"strings"
	"testing"
)

const (
	edgeSet   = "set system host-name j1\nset firewall family inet filter F term T then discard\nset interfaces ge-0/0/0 unit 0 family inet filter output F\n"
	edgeBrace = "system {\n    host-name j1;\n}\nfirewall {\n    family inet {\n        filter F {\n            term T {\n                then discard;\n" +
		"            }\n        }\n    }\n}\ninterfaces {\n    ge-0/0/0 {\n        unit 0 {\n            family inet {\n                filter {\n" +
		"                    output F;\n                }\n            }\n        }\n    }\n}\n"
)

// TestCaptures: what a terminal or a collector puts around a configuration changes nothing.
func TestCaptures(t *testing.T) {
	for name, text := range map[string]string{
		"screen, set":   "ops@j1> show configuration | display set | no-more \n" + edgeSet + "\n{master:0}\nops@j1> ",
		"screen, brace": "{master:0}\nops@j1> show configuration | no-more\n## Last commit: 2026-01-01 00:00:00 UTC by ops\n" + edgeBrace + "\nops@j1> exit\n",
		"configure":     "{master:0}[edit]\nops@j1# show \n" + edgeBrace + "\n{master:0}[edit]\nops@j1# ",
		"byte order":    "\ufeff" + edgeBrace,
		"collector":     "!RANCID-CONTENT-TYPE: juniper\n!\n# Chassis MX204\n" + edgeBrace,
		"set, headed":   "#RANCID-CONTENT-TYPE: juniper\n#\n" + strings.ReplaceAll(edgeSet, "\n", "\r\n"),
		"left out":      "snmp { /* OMITTED */ };\n" + edgeBrace,
	} {
		c, err := Dialect{}.Parse(text)
		if err != nil || len(c.Lists) != 1 || len(c.Bindings) != 1 || c.Hostname != "j1" || len(c.Unread) != 0 {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
		if err := Complete(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestParts: a part of a configuration is refused where the text does not tell which part it
// is, for its filters would be taken as absent.
func TestParts(t *testing.T) {
	for text, want := range map[string]string{
		"ops@j1> show configuration firewall\nfamily inet {\n    filter F {\n    }\n}\n": "line 2: \"family inet {\": a configuration has no family at its top",
		"ge-0/0/0 {\n    unit 0;\n}\n":                                     "line 1: \"ge-0/0/0 {\": a configuration has no ge-0/0/0 at its top",
		"set filter F term T then discard\n":                               "line 1: ",
		"term T {\n    then discard;\n}\n":                                 "line 1: ",
		"ops@j1> show\nsystem {\n}\nops@j1> show version\nfirewall {\n}\n": "line 4: ",
		"system {\n};;\n":                                                  "line 2: ",
	} {
		if _, err := (Dialect{}).Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestOmitted: a block that the router leaves out may hold filters.
func TestOmitted(t *testing.T) {
	for text, want := range map[string]int{
		"firewall { /* OMITTED */ };\n":                      1,
		"interfaces {\n    ge-0/0/0 { /* OMITTED */ };\n}\n": 1,
		"groups {\n    G { /* OMITTED */ };\n}\n":            1,
		"system {\n    login { /* OMITTED */ };\n}\n":        0,
	} {
		c, err := Dialect{}.Parse(text)
		if err != nil || len(c.Unread) != want {
			t.Errorf("%q: %+v, %v", text, c.Unread, err)
		}
	}
}
