package inventory

import (
	"strings"
	"testing"
)

const mixed = `version: 1
defaults: { transport: ssh, port: 2022, revert: reload, jump: op@192.0.2.9 }
devices:
  oc1:
    address: 192.0.2.1
    dialect: openconfig
    attach: [{ interface: Ethernet1, direction: in }]
  xe1:
    address: 192.0.2.2
    dialect: iosxe
    attach: [{ interface: Gi1, direction: in }]
`

// TestMixed: what the defaults say of SSH is not for a device that is reached over gNMI.
func TestMixed(t *testing.T) {
	inv, err := Read("i.yaml", []byte(mixed))
	if err != nil {
		t.Fatal(err)
	}
	oc, xe := inv.Devices[0], inv.Devices[1]
	if oc.Transport != GNMI || oc.Port != 9339 || oc.Revert != Native || oc.TLS != Verify || oc.Set != Replace || oc.Variant != "" || oc.Jump != "" {
		t.Errorf("%+v", oc)
	}
	if xe.Transport != SSH || xe.Port != 2022 || xe.Revert != Reload || xe.TLS != "" || xe.Set != "" || xe.Jump != "op@192.0.2.9" {
		t.Errorf("%+v", xe)
	}
	over, err := Read("i.yaml", []byte(strings.Replace(mixed, "transport: ssh, port: 2022, revert: reload, jump: op@192.0.2.9", "transport: gnmi, port: 57400", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if oc, xe := over.Devices[0], over.Devices[1]; oc.Port != 57400 || xe.Port != 22 || xe.Transport != SSH {
		t.Errorf("%+v\n%+v", oc, xe)
	}
	one, err := Read("i.yaml", []byte(strings.Replace(mixed, "dialect: openconfig\n", "dialect: openconfig\n    variant: iosxr\n    set: union_replace\n    tls: off\n    port: 50051\n", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if oc := one.Devices[0]; oc.Variant != "iosxr" || oc.Set != UnionReplace || oc.TLS != Off || oc.Port != 50051 {
		t.Errorf("%+v", oc)
	}
}

// TestRefusedModel: what is for gNMI only, and what is not for it.
func TestRefusedModel(t *testing.T) {
	for _, c := range []struct{ device, key, want string }{
		{"openconfig", "transport: ssh", "i.yaml:7:16: dialect `openconfig` is not reached over ssh\nhint: write `transport: gnmi`, or leave it out"},
		{"openconfig", "revert: reload", "i.yaml:7:13: `revert: reload` is not for dialect openconfig"},
		{"openconfig", "variant: nokia", "i.yaml:7:14: `variant` is `nokia`"},
		{"openconfig", "tls: maybe", "i.yaml:7:10: `tls` is `maybe`"},
		{"openconfig", "set: merge", "i.yaml:7:10: `set` is `merge`"},
		{"openconfig", "jump: op@192.0.2.9", "i.yaml:7:11: `jump` is not for dialect openconfig: jump hosts are for SSH\nhint: leave it out, and run op25b where"},
		{"openconfig", "tls: off\n    hostkey: SHA256:" + strings.Repeat("A", 43), "i.yaml:8:14: `hostkey` pins the key of a certificate, and with `tls: off` there is none\nhint: leave one of the two out"},
		{"iosxe", "transport: gnmi", "i.yaml:11:16: dialect `iosxe` is not reached over gnmi"},
		{"iosxe", "variant: eos", "i.yaml:11:14: `variant` is for dialect openconfig"},
		{"iosxe", "set: replace", "i.yaml:11:10: `set` is for dialect openconfig"},
		{"iosxe", "tls: off", "i.yaml:11:10: `tls` is for dialect openconfig"},
	} {
		text := strings.Replace(mixed, "dialect: "+c.device+"\n", "dialect: "+c.device+"\n    "+c.key+"\n", 1)
		if _, err := Read("i.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %s: %v", c.device, c.key, err)
		}
	}
}

// TestOneInterfaceTwice: Ethernet1 and Ethernet1.0 are one interface where they are words of the model.
func TestOneInterfaceTwice(t *testing.T) {
	at := func(words ...string) string {
		var all []string
		for _, w := range words {
			name, direction, _ := strings.Cut(w, " ")
			all = append(all, "{ interface: "+name+", direction: "+direction+" }")
		}
		return strings.Join(all, ", ")
	}
	const twice = "is attached twice: also in line 7"
	for _, c := range []struct{ device, from, points, want string }{
		{"openconfig", at("Ethernet1 in"), at("Ethernet1 out", "Ethernet1.0 out"), "Ethernet1.0 out " + twice},
		{"openconfig", at("Ethernet1 in"), at("ethernet1.0 in", "Ethernet1 in"), "Ethernet1 in " + twice},
		{"openconfig", at("Ethernet1 in"), at("Ethernet1.0 in", "Ethernet1.0 in"), "Ethernet1.0 in " + twice},
		{"openconfig", at("Ethernet1 in"), at("Ethernet1 in", "Ethernet1.0 out", "Ethernet1.10 in", "Ethernet10 in"), ""},
		{"iosxe", at("Gi1 in"), at("Gi1 in", "Gi1.0 in"), ""},
	} {
		text := strings.Replace(mixed, "["+c.from+"]", "["+c.points+"]", 1)
		if text == mixed {
			t.Fatalf("%s is not in the file", c.from)
		}
		_, err := Read("i.yaml", []byte(text))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s at %s: %v", c.device, c.points, err)
		}
	}
}
