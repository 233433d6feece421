package junos

import (
	"op25b/acl/packet"
	"op25b/templates/words"
)

// portNames are the names of the manual's table "destination-port". A router prints a port as
// it was typed, so both a name and a number are read (captured vQFX 17.4).
var portNames = words.Names{
	"afs": 1483, "bgp": 179, "biff": 512, "bootpc": 68, "bootps": 67, "cmd": 514, "cvspserver": 2401, "dhcp": 67,
	"domain": 53, "eklogin": 2105, "ekshell": 2106, "exec": 512, "finger": 79, "ftp": 21, "ftp-data": 20, "http": 80,
	"https": 443, "ident": 113, "imap": 143, "kerberos-sec": 88, "klogin": 543, "kpasswd": 761, "krb-prop": 754,
	"krbupdate": 760, "kshell": 544, "ldap": 389, "ldp": 646, "login": 513, "mobileip-agent": 434, "mobilip-mn": 435,
	"msdp": 639, "netbios-dgm": 138, "netbios-ns": 137, "netbios-ssn": 139, "nfsd": 2049, "nntp": 119, "ntalk": 518,
	"ntp": 123, "pop3": 110, "pptp": 1723, "printer": 515, "radacct": 1813, "radius": 1812, "rip": 520, "rkinit": 2108,
	"smtp": 25, "snmp": 161, "snmptrap": 162, "snpp": 444, "socks": 1080, "ssh": 22, "sunrpc": 111, "syslog": 514,
	"tacacs": 49, "tacacs-ds": 65, "talk": 517, "telnet": 23, "tftp": 69, "timed": 525, "who": 513, "xdmcp": 177,
}

// protocolNames are the names of the manual's tables "protocol" and "next-header".
var protocolNames = words.Names{
	"ah": 51, "dstopts": 60, "egp": 8, "esp": 50, "fragment": 44, "gre": 47, "hop-by-hop": 0, "icmp": 1, "icmp6": 58,
	"icmpv6": 58, "igmp": 2, "ipip": 4, "ipv6": 41, "no-next-header": 59, "ospf": 89, "pim": 103, "routing": 43,
	"rsvp": 46, "sctp": 132, "tcp": 6, "udp": 17, "vrrp": 112,
}

// extensionHeaders are numbers of IPv6 headers that another header follows, or none (RFC 8200, RFC 7045).
func extensionHeaders() packet.Ranges {
	var out packet.Ranges
	for _, n := range []uint64{0, 43, 44, 51, 59, 60, 135, 139, 140} {
		out = out.Union(packet.One(n))
	}
	return out
}
