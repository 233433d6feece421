package openconfig

import (
	"fmt"

	"op25b/lab"
)

// Kind is what a fleet needs to know about this player.
func Kind() lab.Kind {
	return lab.Kind{
		Dialect: "openconfig", Revert: "native", Interface: "Ethernet2",
		New:    func(s lab.Setup) lab.Device { return New(s.Hostname, Options{Clock: s.Clock}) },
		Config: fleetConfig,
	}
}

// fleetConfig is a small edge router: customers on Ethernet2, a list of somebody else's on the
// uplink.
func fleetConfig(hostname string, n int) string {
	return fmt.Sprintf(`{
  "openconfig-acl:acl": {
    "acl-sets": {"acl-set": [{
      "name": "PROTECT-CORE", "type": "openconfig-acl:ACL_IPV4",
      "config": {"name": "PROTECT-CORE", "type": "openconfig-acl:ACL_IPV4", "description": "martians"},
      "acl-entries": {"acl-entry": [
        {"sequence-id": 10, "config": {"sequence-id": 10}, "ipv4": {"config": {"source-address": "127.0.0.0/8"}},
         "actions": {"config": {"forwarding-action": "openconfig-acl:DROP"}}},
        {"sequence-id": 20, "config": {"sequence-id": 20}, "ipv4": {"config": {"source-address": "169.254.0.0/16"}},
         "actions": {"config": {"forwarding-action": "openconfig-acl:DROP"}}},
        {"sequence-id": 1000, "config": {"sequence-id": 1000}, "actions": {"config": {"forwarding-action": "openconfig-acl:ACCEPT"}}}
      ]}
    }]},
    "interfaces": {"interface": [{
      "id": "Ethernet1", "config": {"id": "Ethernet1"}, "interface-ref": {"config": {"interface": "Ethernet1"}},
      "ingress-acl-sets": {"ingress-acl-set": [{"set-name": "PROTECT-CORE", "type": "openconfig-acl:ACL_IPV4",
        "config": {"set-name": "PROTECT-CORE", "type": "openconfig-acl:ACL_IPV4"}}]}
    }]}
  },
  "openconfig-interfaces:interfaces": {"interface": [
    {"name": "Ethernet1", "config": {"name": "Ethernet1", "type": "iana-if-type:ethernetCsmacd", "description": "uplink %[2]d"},
     "subinterfaces": {"subinterface": [{"index": 0, "config": {"index": 0}}]}},
    {"name": "Ethernet2", "config": {"name": "Ethernet2", "type": "iana-if-type:ethernetCsmacd", "description": "customers"},
     "subinterfaces": {"subinterface": [{"index": 0, "config": {"index": 0}}, {"index": 100, "config": {"index": 100, "description": "wholesale"}}]}},
    {"name": "Loopback0", "config": {"name": "Loopback0", "type": "iana-if-type:softwareLoopback"}}
  ]},
  "openconfig-system:system": {"config": {"hostname": "%[1]s"}}
}
`, hostname, n)
}
