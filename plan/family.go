package plan

import "op25b/acl/packet"

func family(word string) packet.Family {
	if word == packet.V6.String() {
		return packet.V6
	}
	return packet.V4
}
