package conformance_test

import (
	"strings"
	"testing"

	"op25b/lab/conformance"
)

// sound is a document as a router with one filter holds it.
const sound = `{
 "openconfig-acl:acl": {
  "acl-sets": {"acl-set": [
   {"name": "OP25B-A1", "type": "openconfig-acl:ACL_IPV4",
    "config": {"name": "OP25B-A1", "type": "openconfig-acl:ACL_IPV4", "description": "ours"},
    "acl-entries": {"acl-entry": [
     {"sequence-id": 10,
      "config": {"sequence-id": 10, "description": "policy.yaml:14 block"},
      "ipv4": {"config": {"source-address": "203.0.113.0/24", "protocol": "openconfig-packet-match-types:IP_TCP"}},
      "transport": {"config": {"destination-port": 25}},
      "actions": {"config": {"forwarding-action": "openconfig-acl:DROP", "log-action": "openconfig-acl:LOG_SYSLOG"}}},
     {"sequence-id": 20,
      "config": {"sequence-id": 20},
      "actions": {"config": {"forwarding-action": "openconfig-acl:ACCEPT"}}}
    ]}}
  ]},
  "interfaces": {"interface": [
   {"id": "Ethernet1.100",
    "config": {"id": "Ethernet1.100"},
    "interface-ref": {"config": {"interface": "Ethernet1", "subinterface": 100}},
    "ingress-acl-sets": {"ingress-acl-set": [
     {"set-name": "OP25B-A1", "type": "openconfig-acl:ACL_IPV4", "config": {"set-name": "OP25B-A1", "type": "openconfig-acl:ACL_IPV4"}}
    ]}}
  ]}
 },
 "openconfig-interfaces:interfaces": {"interface": [
  {"name": "Ethernet1", "config": {"name": "Ethernet1", "type": "iana-if-type:ethernetCsmacd"},
   "subinterfaces": {"subinterface": [{"index": 100, "config": {"index": 100}}]}}
 ]},
 "openconfig-system:system": {"config": {"hostname": "edge1"}}
}`

// damage is what makes a document wrong: a piece of it, what stands there then, and a word of what
// is said of it.
type damage struct{ name, piece, broken, says string }

func damages() []damage {
	return []damage{
		{"binding of a set that is not there", `{"set-name": "OP25B-A1", "type": "openconfig-acl:ACL_IPV4", "config": {"set-name": "OP25B-A1", "type": "openconfig-acl:ACL_IPV4"}}`, `{"set-name": "OP25B-A2", "type": "openconfig-acl:ACL_IPV4", "config": {"set-name": "OP25B-A2", "type": "openconfig-acl:ACL_IPV4"}}`, "not equal to any target"},
		{"interface that is not there", `"config": {"interface": "Ethernet1"`, `"config": {"interface": "Ethernet9"`, "not equal to any target"},
		{"subinterface that is not there", `"subinterface": 100}`, `"subinterface": 200}`, "not equal to any target"},
		{"action that is none", "openconfig-acl:DROP", "openconfig-acl:FORGET", "ForwardingAction"},
		{"protocol that is none", "IP_TCP", "IP_PCT", "Protocol"},
		{"type that is none", "openconfig-acl:ACL_IPV4", "openconfig-acl:ACL_IPV5", "Type"},
		{"port out of range", `"destination-port": 25`, `"destination-port": 70000`, "DestinationPort"},
		{"port that is no number", `"destination-port": 25`, `"destination-port": "smtp"`, "destination-port"},
		{"prefix that is none", "203.0.113.0/24", "203.0.113.0/33", "source-address"},
		{"address of the other family", "203.0.113.0/24", "2001:db8::/32", "source-address"},
		{"leaf that is not in the model", `"log-action"`, `"log-acton"`, "unexpected field log-acton"},
		{"sequence-id out of range", `"sequence-id": 20`, `"sequence-id": 4294967296`, "outside the int range"},
		{"key that is not the leaf", `"config": {"sequence-id": 20}`, `"config": {"sequence-id": 30}`, "are different"},
		{"not JSON", `"edge1"`, `"edge1`, "invalid character"},
	}
}

func (d damage) done(t *testing.T, document string) string {
	t.Helper()
	broken := strings.ReplaceAll(document, d.piece, d.broken)
	if broken == document {
		t.Fatal("nothing was damaged")
	}
	return broken
}

func TestValidate(t *testing.T) {
	if err := conformance.Validate([]byte(sound)); err != nil {
		t.Fatalf("a sound document: %v", err)
	}
	for _, d := range damages() {
		t.Run(d.name, func(t *testing.T) {
			if err := conformance.Validate([]byte(d.done(t, sound))); err == nil || !strings.Contains(err.Error(), d.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

// gaps are what ygot takes although the model refuses it.
func gaps() []damage {
	return []damage{
		{name: "when: an IPv6 match in an IPv4 set", piece: `"ipv4": {"config": {"source-address": "203.0.113.0/24"`, broken: `"ipv6": {"config": {"source-address": "2001:db8::/32"`},
		{name: "mandatory: an entry without an action", piece: `{"forwarding-action": "openconfig-acl:ACCEPT"}`, broken: `{}`},
		{name: "key: an entry twice, which it merges", piece: `"sequence-id": 20`, broken: `"sequence-id": 10`},
	}
}

// TestGaps: nobody may rely on ygot for these.
func TestGaps(t *testing.T) {
	for _, d := range gaps() {
		t.Run(d.name, func(t *testing.T) {
			if err := conformance.Validate([]byte(d.done(t, sound))); err != nil {
				t.Errorf("refused now, so the comment of Validate says too little: %v", err)
			}
		})
	}
}
