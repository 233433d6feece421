package iosxe

import (
	"strings"
	"testing"
)

// edge is a whole configuration with one list at one interface.
const edge = `version 17.9
hostname tyo-edge-1
ip access-list extended MAIL
 10 deny tcp any any eq smtp
 20 permit ip any any
!
interface GigabitEthernet0/0/1
 ip access-group MAIL out
!
end
`

// TestCaptures: what a terminal or a collector puts around a configuration changes nothing, and
// neither does a text in it that looks like one.
func TestCaptures(t *testing.T) {
	inside := func(lines string) string { return strings.Replace(edge, "interface", lines+"interface", 1) }
	for name, text := range map[string]string{
		"screen":      "tyo-edge-1#show running-config\nBuilding configuration...\n\nCurrent configuration : 229 bytes\n!\n" + edge + "\ntyo-edge-1#",
		"byte order":  "\ufeff" + edge,
		"collector":   "!RANCID-CONTENT-TYPE: cisco\n!\n!Chassis type: ISR4331/K9\n" + edge,
		"real ^C":     inside("banner motd \x03\nend\naccess-list 10 permit any\n\x03\n"),
		"one line ^C": inside("banner login \x03Go away\x03\n"),
		"login ^C":    inside("aaa authentication banner \x03\ninterface Gi9\n\x03\n"),
		"Shift_JIS":   inside("banner exec z\n\x93\x8c\x8b\x9e\\\nend\nz\n"),
	} {
		c := parse(t, text)
		if len(c.Lists) != 1 || len(c.Lists[0].Entries) != 2 || len(c.Bindings) != 1 || len(c.Interfaces) != 1 || c.Hostname != "tyo-edge-1" {
			t.Errorf("%s: %+v", name, c)
		}
		if err := Complete(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for text, want := range map[string]string{
		inside(" description \x03\n"):                       "line 7: ",
		inside("banner motd \x03\nnever closed\n"):          "line 7: \"banner motd ^C\": the text ends before",
		inside("banner motd ^C\n\x1b[1mbold\n^C\n"):         "line 8: ",
		strings.Replace(edge, "tyo-edge-1", "a\x0cb", 1):    "line 2: ",
		"\ufeff" + strings.Replace(edge, "end\n", "", 1):    "stops here, without its end",
		strings.Replace(edge, "hostname", "% Bad: x\nh", 1): "line 2: ",
	} {
		if _, err := (Dialect{}).Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestInterfaceTemplate: a list that an interface takes from a template is not read, and said.
func TestInterfaceTemplate(t *testing.T) {
	text := "template GUEST\n ip access-group MAIL in\n!\ntemplate PLAIN\n switchport mode access\n!\n" +
		"interface GigabitEthernet1\n source template PLAIN\n!\ninterface GigabitEthernet2\n source template GUEST\n"
	if c := parse(t, text); len(c.Unread) != 1 || c.Unread[0].Line != 11 {
		t.Errorf("not read: %+v", c.Unread)
	}
}

// TestLogCookie: a word of the operator's own behind log leaves the rest of the entry known.
func TestLogCookie(t *testing.T) {
	for text, want := range map[string]string{
		"10 deny tcp any any eq smtp log MAIL":                   "the word \"MAIL\" behind log",
		"10 deny tcp any any eq smtp log-input MAIL (3 matches)": "the word \"MAIL\" behind log",
		"10 deny tcp any any eq smtp log (tag = MAIL)":           "",
		"10 deny tcp any any eq smtp log time-range NIGHT":       "the word time-range",
		"10 deny tcp any any eq smtp log MAIL and more":          "the word \"MAIL\"",
		"10 deny tcp any any eq smtp (estimate 3)":               "",
		"10 deny tcp any any eq smtp (time-left 3)":              "the words \"(time-left 3)\"",
	} {
		l, _ := parse(t, "ip access-list extended X\n "+text+"\n").List(4, "X")
		if len(l.Entries) != 1 || l.Entries[0].Unmodelled != want {
			t.Errorf("%q: %+v", text, l.Entries)
		}
	}
}
