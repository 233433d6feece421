package iosxr

import (
	"strings"
	"testing"
)

// TestCaptures: what a terminal puts around a configuration changes nothing; a real ^C stands
// around a banner only.
func TestCaptures(t *testing.T) {
	const edge = "!! IOS XR Configuration 7.5.2\nhostname xr1\nipv4 access-list MAIL\n 10 deny tcp any any eq smtp\n 20 permit ipv4 any any\n!\n" +
		"interface Bundle-Ether1\n ipv4 access-group MAIL egress\n!\nend\n"
	for name, text := range map[string]string{
		"screen":     "RP/0/RSP0/CPU0:xr1#show running-config\nMon Jan  1 00:00:00.000 UTC\nBuilding configuration...\n" + edge + "\nRP/0/RSP0/CPU0:xr1#",
		"byte order": "\ufeff" + edge,
		"real ^C":    strings.Replace(edge, "hostname", "banner motd \x03\nend\ninterface X\n\x03\nhostname", 1),
	} {
		c := parse(t, text)
		if len(c.Lists) != 1 || len(c.Lists[0].Entries) != 2 || len(c.Bindings) != 1 || len(c.Interfaces) != 1 {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if _, err := (Dialect{}).Parse(strings.Replace(edge, "xr1", "xr\x03", 1)); err == nil || !strings.Contains(err.Error(), "line 2: ") {
		t.Errorf("a ^C in a name: %v", err)
	}
}
