package templates_test

import (
	"strings"
	"testing"

	"op25b/acl"
	"op25b/templates"
)

// FuzzRehearse types foreign lines to foreign texts: nothing falls over, and a text to which
// nothing is typed says what Parse says.
func FuzzRehearse(f *testing.F) {
	f.Add(uint8(0), "interface GigabitEthernet0/0/1\n ip access-group L out\nip access-list extended L\n 10 permit ip any any\nend\n", "interface GigabitEthernet0/0/1\n no ip access-group L out\nno ip access-list extended L")
	f.Add(uint8(1), "ipv4 access-list L\n 10 permit ipv4 any any\n!\nend\n", "ipv4 access-list L\n no 10\n 20 deny tcp any any eq smtp")
	f.Add(uint8(2), "set interfaces ge-0/0/1 unit 0 family inet filter output L\nset firewall family inet filter L term 1 then accept\n", "delete firewall family inet filter L term 1\nset firewall family inet filter L term 2 then discard")
	f.Add(uint8(3), "pp select 1\n ip pp secure filter out 1\nip filter 1 pass * *\n", "pp select 1\nno ip pp secure filter out\npp select none\nno ip filter 1")
	f.Add(uint8(4), `{"openconfig-acl:acl": {"acl-sets": {"acl-set": [{"name": "L", "type": "ACL_IPV4"}]}}}`, "update /acl/acl-sets/acl-set[name=L][type=ACL_IPV4]/acl-entries/acl-entry[sequence-id=10] {\"actions\":{\"config\":{\"forwarding-action\":\"ACCEPT\"}}}\ndelete /acl/interfaces")
	f.Fuzz(func(t *testing.T, dialect uint8, text, typed string) {
		all := templates.All()
		d := all[int(dialect)%len(all)]
		_, _ = d.Rehearse(text, strings.Split(typed, "\n"))
		parsed, err := d.Parse(text)
		if err != nil {
			return
		}
		idle, err := d.Rehearse(text, nil)
		if err != nil {
			t.Fatalf("%s: %q is a text, but not with nothing typed to it: %v", d.Name(), text, err)
		}
		owner := acl.Owner{First: 250000, Last: 259999}
		a, b := parsed.Canonical(nil, owner), idle.Canonical(nil, owner)
		if strings.Join(a, "\n") != strings.Join(b, "\n") {
			t.Errorf("%s: %q says\n%s\nand with nothing typed to it\n%s", d.Name(), text, strings.Join(a, "\n"), strings.Join(b, "\n"))
		}
	})
}
