package inventory

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"op25b/sheet"
)

func load(t *testing.T) Inventory {
	t.Helper()
	inv, err := Load("testdata/inventory.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func TestLoad(t *testing.T) {
	inv := load(t)
	if got := strings.Join(inv.Names(), " "); got != "tyo-edge-1 tyo-edge-2 osa-edge-1 rtx-1 rtx-2 oc-1 fw-1" {
		t.Fatal(got)
	}
	if len(inv.Warnings) > 0 {
		t.Error(inv.Warnings)
	}
	d := inv.Devices
	at := sheet.Place{File: "testdata/inventory.yaml", Line: 4, Col: 3}
	if d[0].Place != at || d[0].Target() != "192.0.2.101:22" || d[0].Transport != SSH || d[0].Credentials != "core" || d[0].Revert != Native || d[0].Limits.Entries != 4000 || d[0].Hostname != "tyo-edge-1" {
		t.Errorf("%+v", d[0])
	}
	first := d[0].Attach[0]
	if first.Interface != "GigabitEthernet0/0/1" || first.Direction != "out" || !reflect.DeepEqual(first.Pools, []string{"flets-east"}) || first.Existing != Refuse || first.PoolPlaces[0].Line != 14 {
		t.Errorf("%+v", first)
	}
	if a := d[1].Attach; a[0].Pools != nil || !reflect.DeepEqual(a[1].Families, []string{IPv4, IPv6}) || a[1].Existing != Chain || d[1].Jump != "op@jump.example.net:2222" {
		t.Errorf("%+v", d[1])
	}
	if d[2].Target() != "[2001:db8::101]:830" || d[2].Serial != "JN1234ABCD" || !strings.HasPrefix(d[2].HostKey, "SHA256:") {
		t.Errorf("%+v", d[2])
	}
	if d[3].Numbers != (Numbers{300000, 300999}) || d[3].Revert != None || d[3].Credentials != "branch" || d[3].Attach[0].Interface != "pp 1" || d[3].Algorithms.Kex[0] != "diffie-hellman-group14-sha1" {
		t.Errorf("%+v", d[3])
	}
	if d[4].Numbers != (Numbers{250000, 259999}) || d[0].Numbers != (Numbers{}) {
		t.Error(d[4].Numbers, d[0].Numbers)
	}
}

func TestOpenConfigSpeaksGNMI(t *testing.T) {
	inv, err := Read("i.yaml", []byte("version: 1\ndevices:\n  oc: { address: 192.0.2.1, dialect: openconfig, attach: [{ interface: Ethernet1, direction: in }] }\n"))
	if err != nil {
		t.Fatal(err)
	}
	if d := inv.Devices[0]; d.Transport != GNMI || d.Port != 9339 {
		t.Errorf("%+v", d)
	}
}

const sound = `version: 1
defaults: { transport: ssh, port: 22, credentials: core }
devices:
  r1:
    address: 192.0.2.1
    dialect: rtx
    hostname: r1
    jump: op@192.0.2.9
    numbers: 250000-259999
    labels: { site: tyo }
    limits: { entries: 100 }
    attach:
      - { interface: pp 1, direction: out, pools: [east], families: [ipv4], existing: refuse }
      - { interface: lan2, direction: in }
`

func TestRefused(t *testing.T) {
	for _, c := range []struct{ what, old, new, want string }{
		{"unknown key", "dialect:", "dialekt:", "i.yaml:6:5: unknown key `dialekt`\nhint: did you mean `dialect`?"},
		{"unknown default", "credentials: core }", "user: core }", "i.yaml:2:39: unknown key `user`"},
		{"unknown key of an attachment", "existing:", "exsisting:", "i.yaml:13:77: unknown key `exsisting`"},
		{"unknown version", "version: 1", "version: 3", "i.yaml:1:10: unknown version"},
		{"two devices of a name", "  r1:\n", "  r1: {}\n  r1:\n", "i.yaml:5:3: key `r1` is here twice"},
		{"no devices", sound[strings.Index(sound, "devices:"):], "devices: {}\n", "i.yaml:3:10: `devices` is empty"},
		{"no address", "    address: 192.0.2.1\n", "", "i.yaml:5:5: `address` is missing"},
		{"no dialect", "    dialect: rtx\n", "", "i.yaml:5:5: `dialect` is missing"},
		{"no attach", sound[strings.Index(sound, "    attach:"):], "", "i.yaml:5:5: `attach` is missing"},
		{"empty attach", sound[strings.Index(sound, "    attach:"):], "    attach: []\n", "i.yaml:12:13: `attach` is an empty list"},
		{"unknown dialect", "dialect: rtx", "dialect: iosx", "i.yaml:6:14: `dialect` is `iosx`\nhint: did you mean `iosxe`?"},
		{"unknown transport", "transport: ssh", "transport: telnet", "i.yaml:2:24: `transport` is `telnet`"},
		{"unknown revert", "hostname: r1", "revert: always", "i.yaml:7:13: `revert` is `always`"},
		{"port", "port: 22", "port: 65536", "i.yaml:2:35: `port` is 65536, which is not from 1 to 65535"},
		{"address like an option", "192.0.2.1\n", "-oProxyCommand=x\n", "i.yaml:5:14: address `-oProxyCommand=x` begins with `-`"},
		{"address with a port", "192.0.2.1\n", "192.0.2.1:22\n", "i.yaml:5:14: address `192.0.2.1:22` is neither an IP address nor a host name"},
		{"not quite an address", "192.0.2.1\n", "192.0.2.256\n", "i.yaml:5:14: address `192.0.2.256` is neither"},
		{"address with a blank", "192.0.2.1\n", "a b\n", "i.yaml:5:14: address `a b` is neither"},
		{"address with a command", "192.0.2.1\n", "a;reboot\n", "i.yaml:5:14: address `a;reboot` is neither"},
		{"mapped address", "192.0.2.1\n", "::ffff:192.0.2.1\n", "i.yaml:5:14: address `::ffff:192.0.2.1` is IPv4 written as IPv6"},
		{"address with a zone", "192.0.2.1\n", "fe80::1%eth0\n", "i.yaml:5:14: address `fe80::1%eth0` has a zone"},
		{"no address at all", "192.0.2.1\n", "0.0.0.0\n", "i.yaml:5:14: address `0.0.0.0` is not the address of a device"},
		{"a prompt for a host name", "hostname: r1", "hostname: r1#", "i.yaml:7:15: host name `r1#` has a blank or a character of a prompt"},
		{"device name with a quote", "  r1:", "  r'1:", "i.yaml:4:3: name `r'1` has a '\\''"},
		{"device name with a path", "  r1:", "  ../r1:", "i.yaml:4:3: name `../r1` has a '/'"},
		{"device name with a blank", "  r1:", "  r 1:", "i.yaml:4:3: device name `r 1` has a blank"},
		{"credentials", "credentials: core", "credentials: c$re", "i.yaml:2:52: credentials `c$re` can not name environment variables"},
		{"jump", "op@192.0.2.9", "-op@192.0.2.9", "i.yaml:8:11: jump host `-op@192.0.2.9` is not user@host:port"},
		{"jump port", "op@192.0.2.9", "op@192.0.2.9:0", "i.yaml:8:11: jump host"},
		{"numbers", "250000-259999", "259999-250000", "i.yaml:9:14: `numbers` is `259999-250000`"},
		{"too few numbers", "250000-259999", "250000-250050", "i.yaml:9:14: `numbers` is `250000-250050`"},
		{"numbers beyond the last", "250000-259999", "1-21474837", "i.yaml:9:14: `numbers` is `1-21474837`"},
		{"numbers elsewhere", "dialect: rtx", "dialect: iosxe", "i.yaml:9:14: `numbers` is for dialect rtx"},
		{"a label without a value", "{ site: tyo }", "{ site: }", "i.yaml:10:21: `site` has no value"},
		{"no entries", "entries: 100", "entries: 0", "i.yaml:11:24: `entries` is 0"},
		{"interface with a question mark", "interface: pp 1", `interface: "pp ?"`, "i.yaml:13:22: interface `pp ?` is not the name of an interface"},
		{"interface with a line break", "interface: pp 1", `interface: "lan1\nno ip filter"`, "i.yaml:13:22: the text has a control character or a line break"},
		{"interface with a comment", "interface: pp 1", `interface: "lan1 ! x"`, "i.yaml:13:22: interface `lan1 ! x`"},
		{"interface with a pipe", "interface: pp 1", `interface: "lan1 | x"`, "i.yaml:13:22: interface"},
		{"interface with a semicolon", "interface: pp 1", `interface: "lan1;x"`, "i.yaml:13:22: interface"},
		{"interface with a hash", "interface: pp 1", `interface: "lan1 #"`, "i.yaml:13:22: interface"},
		{"interface with a quote", "interface: pp 1", `interface: "lan\"1"`, "i.yaml:13:22: interface"},
		{"interface with two blanks", "interface: pp 1", `interface: "pp  1"`, "i.yaml:13:22: interface `pp  1`"},
		{"interface with a last blank", "interface: pp 1", `interface: "pp "`, "i.yaml:13:22: interface `pp `"},
		{"no interface", "interface: pp 1, ", "", "i.yaml:13:9: `interface` is missing"},
		{"no direction", "direction: out, ", "", "i.yaml:13:9: `direction` is missing"},
		{"direction", "direction: out", "direction: outbound", "i.yaml:13:39: `direction` is `outbound`\nhint: write one of `in`, `out`"},
		{"empty pools", "[east]", "[]", "i.yaml:13:51: `pools` is an empty list"},
		{"null pools", "[east]", "~", "i.yaml:13:51: `pools` has no value"},
		{"family", "[ipv4]", "[ip4]", "i.yaml:13:70: an item of `families` is `ip4`\nhint: did you mean `ipv4`?"},
		{"a family twice", "[ipv4]", "[ipv4, ipv4]", "i.yaml:13:76: `ipv4` is in the list twice"},
		{"existing", "existing: refuse", "existing: replace", "i.yaml:13:87: `existing` is `replace`"},
		{"attached twice", "interface: lan2, direction: in", "interface: PP 1, direction: out", "i.yaml:14:9: PP 1 out is attached twice: also in line 13"},
		{"host key", "hostname: r1", "hostkey: SHA256:abc", "i.yaml:7:14: `hostkey` is not a fingerprint"},
		{"algorithm", "hostname: r1", "algorithms: { kex: [\"-oX\"] }", "i.yaml:7:25: `-oX` is not the name of an algorithm"},
	} {
		text := strings.Replace(sound, c.old, c.new, 1)
		if text == sound {
			t.Fatalf("%s: %q is not in the inventory", c.what, c.old)
		}
		_, err := Read("i.yaml", []byte(text))
		if err == nil || !strings.Contains("\n"+err.Error(), "\n"+c.want) {
			t.Errorf("%s: want\n%s\ngot\n%v", c.what, c.want, err)
		}
	}
	if _, err := Read("i.yaml", []byte(sound)); err != nil {
		t.Error(err)
	}
}

func TestSameAddress(t *testing.T) {
	second := strings.Replace(sound[strings.Index(sound, "  r1:"):], "r1:", "r2:", 1)
	inv, err := Read("i.yaml", []byte(sound+second))
	if err != nil || !strings.Contains(inv.Warnings.String(), "i.yaml:15:3: r1 and r2 have the same address 192.0.2.1:22") {
		t.Errorf("%v %s", err, inv.Warnings)
	}
}

func TestSelect(t *testing.T) {
	inv := load(t)
	for _, c := range []struct{ names, labels, want string }{
		{"", "", "tyo-edge-1 tyo-edge-2 osa-edge-1 rtx-1 rtx-2 oc-1 fw-1"},
		{"rtx-2 tyo-edge-1", "", "tyo-edge-1 rtx-2"},
		{"", "site:tyo", "tyo-edge-1 tyo-edge-2"},
		{"", "site:tyo site:osa", "tyo-edge-1 tyo-edge-2 osa-edge-1"},
		{"", "site:tyo site:osa role:border", "tyo-edge-1 tyo-edge-2"},
		{"", "site:tyo !tyo-edge-1", "tyo-edge-2"},
		{"!fw-1 !oc-1", "!site:tyo", "osa-edge-1 rtx-1 rtx-2"},
		{"", "rtx-1", "rtx-1"},
		{"", "site:tky", "error: no device bears the label `site:tky`\nhint: did you mean `site:tyo`?"},
		{"tyo-edge1", "", "error: no device is called `tyo-edge1`\nhint: did you mean `tyo-edge-1`?"},
		{"!tyo-edge-9", "", "error: no device is called `tyo-edge-9`"},
		{"rtx-1", "!rtx-1", "error: no device is left of 7"},
	} {
		got := ""
		picked, err := inv.Select(strings.Fields(c.names), strings.Fields(c.labels))
		for _, d := range picked {
			got += " " + d.Name
		}
		if err != nil {
			got = "error: " + err.Error()
		}
		if !strings.HasPrefix(strings.TrimSpace(got), c.want) {
			t.Errorf("%q %q: want\n%s\ngot\n%s", c.names, c.labels, c.want, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	if data, err := os.ReadFile("testdata/inventory.yaml"); err == nil {
		f.Add(data)
	}
	f.Add([]byte(sound))
	f.Fuzz(func(t *testing.T, data []byte) {
		inv, err := Read("i.yaml", data)
		var all sheet.Errors
		if err != nil && !errors.As(err, &all) {
			t.Fatalf("%T: %v", err, err)
		}
		for _, d := range inv.Devices {
			if d.Name == "" || d.Address == "" || d.Address[0] == '-' || d.Dialect == "" || d.Port == 0 || len(d.Attach) == 0 {
				t.Errorf("%+v", d)
			}
			for _, a := range d.Attach {
				if a.Interface == "" || strings.ContainsAny(a.Interface, "\"'?!#;|\n\r\t`\\") || len(a.Families) == 0 || a.Pools != nil && len(a.Pools) == 0 {
					t.Errorf("%+v", a)
				}
			}
		}
	})
}
