package openconfig

// What the models and specifications do not say, and how this router has it. None of it is
// confirmed by a router.
//
//   - A packet that no entry of a list takes is dropped; Options.EndPermits turns that round.
//   - An interface-ref without subinterface is that of subinterface 0, and filters no other.
//   - Several sets of one family at one point are asked in the order of their names; the first
//     entry that takes the packet decides, and the end is that of the last.
//   - An acl interface without interface-ref filters nothing: its id resolves nothing.
//   - An entry with ports takes TCP and UDP alone where no protocol is given, and no later
//     fragment, permit or not.
//   - A packet of the lab has no MAC addresses and no code of ICMP; the rest of its header is as below.
//   - Explicit TCP flags without a mode must all be set.
//   - union_replace of OpenConfig paths replaces these subtrees, not the rest of the tree.
//   - Counters of an entry that a Set writes again as it was go on.
//   - A rollback_duration of 0 in a commit is an error, as it is in set_rollback_duration.

const (
	packetSize     = 60  // octets
	packetHops     = 64  // hop limit
	packetDSCP     = 0   // and flow label
	packetFragment = 185 // the fragment offset of a later fragment
)
