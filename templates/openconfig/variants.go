package openconfig

import (
	"fmt"

	"op25b/acl"
	"op25b/acl/packet"
)

// model is what one variant of openconfig-acl can say.
type model struct {
	Revision string // of openconfig-acl
	Entries  bool   // entries have a description
	Sets     bool   // addresses may stand in prefix-sets
	Number   bool   // protocols are numbers instead of identities
	Refused  string // why nothing is planned for it, else ""
	Source   string
}

// highest is the greatest uint32, which a sequence-id is. [openconfig-acl.yang]
const highest = 1<<32 - 1

// models are the variants by their word in the inventory. That a set has no description is common to
// all: IOS-XR takes none, and ours need none.
func models() map[string]model {
	return map[string]model{
		"": {Revision: "2023-02-06 (1.3.3)", Entries: true,
			Source: "openconfig-acl.yang 1.3.3 of openconfig/public"},
		"sets": {Revision: "2023-02-06 (1.3.3)", Entries: true, Sets: true,
			Source: "openconfig-acl.yang 1.3.3, openconfig-defined-sets.yang 1.0.0 of openconfig/public"},
		// No prefix-sets, no description of a set, counters per entry only and not per interface.
		"iosxr": {Revision: "2017-05-26 (1.0.0)", Entries: true,
			Source: "cisco-xr-openconfig-acl-deviations.yang of YangModels/yang, vendor/cisco/xr"},
		// A name serves one type only, which ours do: the family is part of each.
		"iosxe": {Revision: "2017-05-26 (1.0.0)", Entries: true,
			Source: "cisco-xe-openconfig-acl-deviation.yang of YangModels/yang, vendor/cisco/xe"},
		// Prefix lists and the port ANY are not taken.
		"eos": {Revision: "2019-11-27 (1.1.1) or later", Entries: true,
			Source: "deviations of Arista in the ACL tests of openconfig/featureprofiles"},
		"sonic": {Revision: "2018-11-21 (1.0.2)", Source: "translib/acl_app.go of sonic-net/sonic-mgmt-common",
			Refused: "SONiC gives the names of lists back with _ for -, so that ours would not be found again"},
	}
}

// model is the variant's, or an error that names the others or says why it is refused.
func (d Dialect) model() (model, error) {
	m, known := models()[d.Variant]
	if !known {
		return m, fmt.Errorf("%q is no variant of openconfig-acl: eos, iosxe, iosxr, sets, or none", d.Variant)
	}
	if m.Refused != "" {
		return m, fmt.Errorf("variant %s is refused: %s", d.Variant, m.Refused)
	}
	return m, nil
}

// Limits are those of the model: a Set is one transaction, and what it binds at a point stands
// beside what was bound there. How many entries a device holds no model says.
func (d Dialect) Limits() acl.Limits {
	m := models()[d.Variant]
	l := acl.Limits{Atomic: true, Adds: true, Counters: true, LineLength: lineLength, Source: m.Source}
	if m.Sets {
		l.Groups = packet.Families()
	}
	return l
}
