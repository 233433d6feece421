package openconfig

import (
	"maps"
	"slices"
	"strings"
)

// statement is one node of the schema.
type statement struct {
	name   string
	module string // of the namespace
	sort   sort
	kids   []*statement
	keys   []string  // of a list
	is     valueType // of a leaf or leaf-list
	state  bool      // config false
	must   bool      // mandatory
}

type sort int

const (
	container sort = iota
	list
	leaf
	leafList
)

const (
	aclModule       = "openconfig-acl"
	setsModule      = "openconfig-defined-sets"
	interfaceModule = "openconfig-interfaces"
	systemModule    = "openconfig-system"
	platformModule  = "openconfig-platform"
)

func box(name string, kids ...*statement) *statement { return &statement{name: name, kids: kids} }

// rows is a list; its keys stand in front of its name: "name type acl-set".
func rows(keysAndName string, kids ...*statement) *statement {
	words := strings.Fields(keysAndName)
	return &statement{name: words[len(words)-1], sort: list, keys: words[:len(words)-1], kids: kids}
}

func one(name string, t valueType) *statement { return &statement{name: name, sort: leaf, is: t} }

func many(name string, t valueType) *statement { return &statement{name: name, sort: leafList, is: t} }

func needed(s *statement) *statement { s.must = true; return s }

func readOnly(s *statement) *statement {
	s.state = true
	for _, k := range s.kids {
		readOnly(k)
	}
	return s
}

// settings is the pair of containers that OpenConfig has everywhere: config, and state with the
// same leaves and what the device adds.
func settings(leaves []*statement, added ...*statement) []*statement {
	var state []*statement
	for _, l := range leaves {
		same := *l
		same.must = false
		state = append(state, &same)
	}
	return []*statement{box("config", leaves...), readOnly(box("state", append(state, added...)...))}
}

// under gives everything below a root its module.
func under(module string, s *statement) *statement {
	s.module = module
	for _, k := range s.kids {
		under(module, k)
	}
	return s
}

func (s *statement) kid(name string) *statement {
	for _, k := range s.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// schemaOf is what a device with these options implements. What of openconfig-acl 1.3.3 is left
// out is refused as an unknown name: MPLS fields, ICMP codes, the fields of the switching fabric.
func schemaOf(o Options) *statement {
	root := box("", under(aclModule, aclSchema(o)))
	if !o.Model2017 {
		root.kids = append(root.kids, under(setsModule, setsSchema()))
	}
	root.kids = append(root.kids, under(interfaceModule, interfacesSchema()))
	root.kids = append(root.kids, under(systemModule, box("system", settings([]*statement{
		one("hostname", matching("domain-name", `[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?`))})...)))
	root.kids = append(root.kids, under(platformModule, componentsSchema()))
	return root
}

// componentsSchema is the part of openconfig-platform that says who the device is.
func componentsSchema() *statement {
	return readOnly(box("components", rows("name component", one("name", text()), box("state", one("name", text()),
		one("type", identity("OPENCONFIG_HARDWARE_COMPONENT", "openconfig-platform-types", platformModule, "CHASSIS", "LINECARD")),
		one("description", text()), one("serial-no", text()), one("part-no", text())))))
}

func interfacesSchema() *statement {
	kinds := identity("interface-type", "iana-if-type", interfaceModule, "ethernetCsmacd", "softwareLoopback", "ieee8023adLag",
		"l3ipvlan", "l2vlan", "tunnel", "propVirtual", "other")
	common := func() []*statement { return []*statement{one("description", text()), one("enabled", boolean())} }
	sub := rows("index subinterface", append([]*statement{one("index", unsigned(32))},
		settings(append([]*statement{one("index", unsigned(32))}, common()...))...)...)
	return box("interfaces", rows("name interface", append([]*statement{one("name", text())}, append(
		settings(append([]*statement{one("name", text()), needed(one("type", kinds)), one("mtu", unsigned(16))}, common()...)),
		box("subinterfaces", sub))...)...))
}

func setsSchema() *statement {
	set := func(group, name string, items ...*statement) *statement {
		leaves := append([]*statement{one("name", text()), one("description", text())}, items...)
		return box(group, rows("name "+name, append([]*statement{one("name", text())}, settings(leaves)...)...))
	}
	v4, v6 := prefix("ipv4-prefix", 32), prefix("ipv6-prefix", 128)
	return box("defined-sets",
		set("ipv4-prefix-sets", "ipv4-prefix-set", many("prefix", v4), many("exclude-prefix", v4)),
		set("ipv6-prefix-sets", "ipv6-prefix-set", many("prefix", v6), many("exclude-prefix", v6)),
		set("port-sets", "port-set", many("port", port()), many("exclude-port", port())))
}

func aclTypes(home string) valueType {
	return identity("ACL_TYPE", aclModule, home, "ACL_IPV4", "ACL_IPV6", "ACL_L2", "ACL_MIXED", "ACL_MPLS")
}

func aclSchema(o Options) *statement {
	types := aclTypes(aclModule)
	described := func(leaves ...*statement) []*statement {
		if o.NoDescription {
			return leaves
		}
		return append(leaves, one("description", text()))
	}
	entry := append([]*statement{one("sequence-id", unsigned(32))},
		settings(described(one("sequence-id", unsigned(32))), counters()...)...)
	entry = append(entry, matchSchema(o)...)
	entry = append(entry, box("input-interface", interfaceRef()), box("actions", settings([]*statement{
		needed(one("forwarding-action", identity("FORWARDING_ACTION", aclModule, aclModule, "ACCEPT", "DROP", "REJECT"))),
		one("log-action", identity("LOG_ACTION", aclModule, aclModule, "LOG_SYSLOG", "LOG_NONE"))})...))
	set := append([]*statement{one("name", text()), one("type", types)}, settings(described(one("name", text()), one("type", types)))...)
	set = append(set, box("acl-entries", rows("sequence-id acl-entry", entry...)))
	at := append([]*statement{one("id", text())}, settings([]*statement{one("id", text())})...)
	at = append(at, interfaceRef(), boundSchema(o, "ingress", types), boundSchema(o, "egress", types))
	capability := identity("ACL_COUNTER_CAPABILITY", aclModule, aclModule, "INTERFACE_ONLY", "AGGREGATE_ONLY", "INTERFACE_AGGREGATE")
	return box("acl", readOnly(box("state", one("counter-capability", capability))),
		box("acl-sets", rows("name type acl-set", set...)), box("interfaces", rows("id interface", at...)))
}

func counters() []*statement {
	return []*statement{one("matched-packets", unsigned(64)), one("matched-octets", unsigned(64))}
}

func interfaceRef() *statement {
	return box("interface-ref", settings([]*statement{one("interface", text()), one("subinterface", unsigned(32))})...)
}

func boundSchema(o Options, side string, types valueType) *statement {
	kids := append([]*statement{one("set-name", text()), one("type", types)}, settings([]*statement{one("set-name", text()), one("type", types)})...)
	if o.capability() != "AGGREGATE_ONLY" {
		kids = append(kids, readOnly(box("acl-entries", rows("sequence-id acl-entry", one("sequence-id", unsigned(32)),
			box("state", append([]*statement{one("sequence-id", unsigned(32))}, counters()...)...)))))
	}
	return box(side+"-acl-sets", rows("set-name type "+side+"-acl-set", kids...))
}

// matchSchema is openconfig-packet-match 2.3.0, or its revision of 2017-05-26.
func matchSchema(o Options) []*statement {
	family := func(name string, address valueType, more ...*statement) *statement {
		leaves := []*statement{one("source-address", address), one("destination-address", address),
			one("dscp", ranged(8, 0, 63)), one("protocol", protocol()), one("hop-limit", ranged(8, 0, 255))}
		if !o.Model2017 {
			leaves = append(leaves, one("source-address-prefix-set", text()), one("destination-address-prefix-set", text()),
				many("dscp-set", ranged(8, 0, 63)), one("length", unsigned(16)))
		}
		return box(name, settings(append(leaves, more...))...)
	}
	label := ranged(32, 0, 1048575)
	v6 := family("ipv6", prefix("ipv6-prefix", 128), one("source-flow-label", label), one("destination-flow-label", label))
	v4 := family("ipv4", prefix("ipv4-prefix", 32))
	ports := []*statement{one("source-port", port()), one("destination-port", port())}
	if o.Model2017 {
		return []*statement{l2Schema(), v4, v6, box("transport", settings(append(ports, many("tcp-flags", tcpFlag())))...)}
	}
	v4 = family("ipv4", prefix("ipv4-prefix", 32), many("fragment-offsets", fragmentOffset()))
	icmp := func(name, module string, types map[string]int) *statement {
		return box(name, settings([]*statement{one("type", identity("TYPE", module, aclModule, namesOf(types)...))})...)
	}
	v4.kids = append(v4.kids, icmp("icmpv4", "openconfig-icmpv4-types", icmpTypes()))
	v6.kids = append(v6.kids, icmp("icmpv6", "openconfig-icmpv6-types", icmpv6Types()))
	return []*statement{l2Schema(), v4, v6, box("transport", settings(append(ports,
		one("source-port-set", text()), one("destination-port-set", text()),
		one("detail-mode", enumeration("EXPLICIT", "BUILTIN")), one("explicit-detail-match-mode", enumeration("ANY", "ALL")),
		many("explicit-tcp-flags", tcpFlag()), one("builtin-detail", enumeration("TCP_INITIAL", "TCP_ESTABLISHED", "FRAGMENT"))))...)}
}

func l2Schema() *statement {
	mac := matching("mac-address", `[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}`)
	return box("l2", settings([]*statement{one("source-mac", mac), one("source-mac-mask", mac), one("destination-mac", mac),
		one("destination-mac-mask", mac), one("ethertype", ethertype())})...)
}

func namesOf(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }
