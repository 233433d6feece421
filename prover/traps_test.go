package prover_test

import (
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/policy"
	"op25b/prover"
	"op25b/templates"
)

// A trap is something about a router's filters that is easily read wrong, shown by what becomes
// of one packet. This table is the index of all of them: what a dialect's own tests hold beside
// is named in also, FILE TestName.
type trap struct {
	name string
	text string // in the dialect's words; bound out at the dialect's port where it says so itself
	says []said
	also string
}

// said is one packet and its fate: permit, deny or unknown.
type said struct {
	packet packet.Packet
	want   acl.Action
}

// pkt is tcp to port 25, the packet that everything here is about.
func pkt(src, dst string) packet.Packet {
	p := packet.Packet{Protocol: packet.TCP, Src: netip.MustParseAddr(src), Dst: netip.MustParseAddr(dst), SrcPort: 1025, DstPort: 25}
	p.Family = packet.FamilyOf(p.Src)
	return p
}

func mail() packet.Packet  { return pkt("203.0.113.5", "198.51.100.3") }
func mail6() packet.Packet { return pkt("2001:db8:1::5", "2001:db8:2::3") }

func to(p packet.Packet, port uint16) packet.Packet { p.DstPort = port; return p }

func from(p packet.Packet, port uint16) packet.Packet { p.SrcPort = port; return p }

func of(p packet.Packet, protocol uint8) packet.Packet { p.Protocol = protocol; return p }

func later(p packet.Packet) packet.Packet {
	p.Fragment, p.SrcPort, p.DstPort = packet.Later, 0, 0
	return p
}

func ack(p packet.Packet) packet.Packet { p.Flags = packet.Established; return p }

// Where the texts of the table bind their lists, always outward.
func port(dialect string) string {
	return map[string]string{"iosxe": "GigabitEthernet0/0/1", "iosxr": "TenGigE0/0/0/1", "junos": "ge-0/0/1.0", "rtx": "lan2"}[dialect]
}

const (
	permit, deny, unknown = acl.Permit, acl.Deny, acl.Unknown

	// the heads of the texts
	xe4 = "interface GigabitEthernet0/0/1\n ip access-group L out\nip access-list extended L\n"
	xe6 = "interface GigabitEthernet0/0/1\n ipv6 traffic-filter L out\nipv6 access-list L\n"
	xr4 = "interface TenGigE0/0/0/1\n ipv4 access-group L egress\n!\nipv4 access-list L\n"
	xr6 = "interface TenGigE0/0/0/1\n ipv6 access-group L egress\n!\nipv6 access-list L\n"
	ju4 = "set interfaces ge-0/0/1 unit 0 family inet filter output L\n"
	ju6 = "set interfaces ge-0/0/1 unit 0 family inet6 filter output L\n"
	t1  = "set firewall family inet filter L term 1 "
	t2  = "set firewall family inet filter L term 2 "
	t3  = "set firewall family inet filter L term 3 "
)

func traps() map[string][]trap {
	return map[string][]trap{"iosxe": iosTraps(), "iosxr": xrTraps(), "junos": junosTraps(), "rtx": rtxTraps()}
}

// iosTraps are those of IOS and IOS-XE.
func iosTraps() []trap {
	return []trap{
		{"implicit end: what no entry matches is denied", xe4 + " permit tcp any any eq 587\n", []said{{mail(), deny}, {to(mail(), 587), permit}}, "iosxe/laws_test.go TestOpenEnd"},
		{"an empty list at an interface permits all", xe4, []said{{mail(), permit}}, "iosxe/spelling_test.go TestRemarks"},
		{"a list that is not there permits all", "interface GigabitEthernet0/0/1\n ip access-group GONE out\n", []said{{mail(), permit}}, "iosxe/samples_test.go TestCampus"},
		{"no list: all pass", "interface GigabitEthernet0/0/1\n description x\n", []said{{mail(), permit}}, ""},
		{"the other direction is another filter", strings.Replace(xe4, " out", " in", 1) + " deny ip any any\n", []said{{mail(), permit}}, ""},
		{"order is that of the numbers, not of the text", xe4 + " 20 permit ip any any\n 10 deny tcp any any eq smtp\n", []said{{mail(), deny}, {to(mail(), 80), permit}}, "words/ace_test.go TestNumbers"},
		{"without a number a line goes to the end", xe4 + " 100 deny tcp any any eq smtp\n permit ip any any\n", []said{{mail(), deny}, {to(mail(), 80), permit}}, "words/ace_test.go TestNumbers"},
		{"the same number twice: the second is refused, and which was typed first the text does not say", xe4 + " 10 deny tcp any any eq smtp\n 10 permit ip any any\n", []said{{mail(), unknown}}, "words/ace_test.go TestNumbers"},
		{"an entry that stands there already is not put in front", xe4 + " 10 permit ip any any\n 20 deny tcp any any eq smtp\n 5 deny tcp any any eq smtp\n", []said{{mail(), unknown}, {to(mail(), 80), permit}}, "words/ace_test.go TestNumbers"},
		{"a line without a number is not lost where the next has the number it gets", xe4 + " 10 deny tcp any any eq 587\n permit tcp any any eq smtp\n 20 deny tcp any any eq smtp\n 30 permit ip any any\n", []said{{mail(), unknown}, {to(mail(), 80), permit}}, "words/ace_test.go TestNumbers"},
		{"a line that is no entry may be anywhere in its list", xe4 + " 10 permit ip any any\n frobnicate\n", []said{{mail(), unknown}}, "iosxe/laws_test.go TestFrobnicate"},
		{"an entry that is taken away by what it says", xe4 + " 10 deny tcp any any eq smtp\n 20 permit ip any any\n no deny tcp any any eq smtp\n", []said{{mail(), unknown}}, "words/ace_test.go TestNumbers"},
		{"a ^C in a description hides nothing", "interface GigabitEthernet0/0/1\n description ^Customers\n ip access-group L out\ninterface GigabitEthernet0/0/2\n description ^Customers\nip access-list extended L\n deny ip any any\n", []said{{mail(), deny}}, "words/ace_test.go TestBanner"},
		{"a member that is taken away in other blanks", "object-group network P\n 203.0.113.0 255.255.255.0\n no 203.0.113.0  255.255.255.0\n host 192.0.2.1\n" + xe4 + " deny tcp object-group P any eq smtp\n permit ip any any\n", []said{{mail(), permit}, {pkt("192.0.2.1", "198.51.100.3"), deny}}, "words/ace_test.go TestStanding"},
		{"what the router takes but does not print: default, range, capitals, short names", xe4 + " deny ip any any\ndefault interface GigabitEthernet0/0/1\n", nil, "iosxe/spelling_test.go TestMisspelled"},
		{"two blocks of one name are one list", xe4 + " 20 permit ip any any\n!\nip access-list extended L\n 10 deny tcp any any eq smtp\n", []said{{mail(), deny}, {to(mail(), 80), permit}}, "words/ace_test.go TestNumbers"},
		{"fragments: a deny with ports lets later fragments go on", xe4 + " deny tcp any any eq smtp\n permit ip any any\n", []said{{mail(), deny}, {later(mail()), permit}}, "iosxe/twin_test.go TestEntriesAgainstTheManual"},
		{"fragments: a permit with ports takes later fragments by their addresses", xe4 + " permit tcp any host 198.51.100.3 eq smtp\n deny ip any any\n", []said{{to(mail(), 80), deny}, {later(mail()), permit}}, "iosxe/twin_test.go TestEntriesAgainstTheManual"},
		{"fragments: an entry without ports takes all of them", xe4 + " deny tcp any any\n permit ip any any\n", []said{{later(mail()), deny}}, "iosxe/twin_test.go TestEntriesAgainstTheManual"},
		{"fragments: the word takes later ones only", xe4 + " deny tcp any any fragments\n permit ip any any\n", []said{{mail(), permit}, {later(mail()), deny}}, "iosxe/twin_test.go TestEntriesAgainstTheManual"},
		{"a wildcard may have any bits, and those of the address below it do not count", xe4 + " deny tcp 203.0.113.255 0.0.0.250 any eq 25\n permit ip any any\n",
			[]said{{pkt("203.0.113.5", "198.51.100.3"), deny}, {pkt("203.0.113.7", "198.51.100.3"), deny}, {pkt("203.0.113.4", "198.51.100.3"), permit}}, "words/ace_test.go TestBudget"},
		{"an address of a standard list without a wildcard is a host", "interface GigabitEthernet0/0/1\n ip access-group 10 out\naccess-list 10 deny 203.0.113.5\naccess-list 10 permit any\n",
			[]said{{mail(), deny}, {pkt("203.0.113.6", "198.51.100.3"), permit}}, ""},
		{"eq 25 behind the source is the source port", xe4 + " deny tcp any eq smtp any\n permit ip any any\n", []said{{mail(), permit}, {from(mail(), 25), deny}}, "iosxe/spelling_test.go TestSpellings"},
		{"eq takes several ports", xe4 + " deny tcp any any eq 24 25 26\n permit ip any any\n", []said{{mail(), deny}, {to(mail(), 26), deny}, {to(mail(), 27), permit}}, "iosxe/twin_test.go TestEntriesAgainstTheManual"},
		{"neq, gt and lt leave the number itself out", xe4 + " deny tcp any any neq 25\n deny tcp any any gt 25\n deny tcp any any lt 25\n permit ip any any\n", []said{{mail(), permit}, {to(mail(), 24), deny}}, "iosxe/twin_test.go TestEntriesAgainstTheManual"},
		{"established is ACK or RST, and no SYN alone", xe4 + " permit tcp any any established\n deny tcp any any eq 25\n permit ip any any\n", []said{{mail(), deny}, {ack(mail()), permit}}, "iosxe/twin_test.go TestEntriesAgainstTheManual"},
		{"match-all is not known to be established", xe4 + " permit tcp any any match-all +ack -rst\n deny tcp any any eq 25\n", []said{{mail(), unknown}}, ""},
		{"a time range holds at times", xe4 + " permit tcp any any eq 25 time-range NIGHT\n deny ip any any\n", []said{{mail(), unknown}, {to(mail(), 80), deny}}, ""},
		{"dscp narrows, to what nobody knows", xe4 + " permit tcp any any eq 25 dscp ef\n deny ip any any\n", []said{{mail(), unknown}, {of(mail(), packet.UDP), deny}}, ""},
		{"reflect and evaluate make entries of their own", xe4 + " evaluate BACK\n deny ip any any\n", []said{{mail(), unknown}}, ""},
		{"log changes no verdict", xe4 + " deny tcp any any eq smtp log\n permit ip any any log-input\n", []said{{mail(), deny}, {to(mail(), 80), permit}}, "iosxe/capture_test.go TestLogCookie"},
		{"groups stand in groups", "object-group network IN\n host 203.0.113.5\nobject-group network OUT\n group-object IN\n" + xe4 + " deny tcp object-group OUT any eq smtp\n permit ip any any\n",
			[]said{{mail(), deny}, {pkt("203.0.113.6", "198.51.100.3"), permit}}, "words/ace_test.go TestNesting"},
		{"a group that is not there is nobody's guess", xe4 + " deny tcp object-group GONE any eq smtp\n permit ip any any\n", []said{{mail(), unknown}}, ""},
		{"IPv6: neighbour discovery stands before the implicit deny", xe6 + " permit tcp any any eq 587\n", []said{{mail6(), deny}, {of(mail6(), packet.ICMPv6), unknown}}, "iosxe/golden_test.go TestGolden"},
		{"IPv6: a deny of everything takes neighbour discovery away", xe6 + " deny ipv6 any any\n", []said{{of(mail6(), packet.ICMPv6), deny}}, "iosxe/golden_test.go TestGolden"},
		{"IPv6: ipv6 is any protocol", xe6 + " deny tcp any any eq 25\n permit ipv6 any any\n", []said{{mail6(), deny}, {of(mail6(), packet.UDP), permit}}, ""},
		{"rule zero: a word that is not understood", xe4 + " deny tcp any any eq smtp frobnicate\n permit ip any any\n", []said{{mail(), unknown}}, "iosxe/spelling_test.go TestNotIOS"},
	}
}

// xrTraps are those of IOS-XR, where it is not IOS over again.
func xrTraps() []trap {
	return []trap{
		{"order is that of the numbers", xr4 + " 20 permit ipv4 any any\n 10 deny tcp any any eq smtp\n", []said{{mail(), deny}}, "words/ace_test.go TestNumbers"},
		{"the same number replaces", xr4 + " 10 deny tcp any any eq smtp\n 10 permit ipv4 any any\n", []said{{mail(), permit}}, "words/ace_test.go TestNumbers"},
		{"a remark at the number of an entry", xr4 + " 10 deny tcp any any eq smtp\n 10 remark gone\n", []said{{mail(), unknown}}, "words/ace_test.go TestNumbers"},
		{"apply-group puts lines into lists and interfaces", "group G\n ipv4 access-list 'L'\n  5 permit ipv4 any any\n !\nend-group\n" + xr4 + " apply-group G\n 10 deny tcp any any eq smtp\n", []said{{mail(), unknown}}, "iosxr/spelling_test.go TestGroups"},
		{"a deeper indent is no binding of the interface", "interface TenGigE0/0/0/1\n ipv4 access-group L egress\n  ipv4 access-group OPEN egress\n", nil, "iosxr/spelling_test.go TestMisspelled"},
		{"implicit end", xr4 + " 10 permit tcp any any eq 587\n", []said{{mail(), deny}}, "iosxr/laws_test.go TestOpenEnd"},
		{"a list that is not there: nobody knows", "interface TenGigE0/0/0/1\n ipv4 access-group GONE egress\n!\n", []said{{mail(), unknown}}, ""},
		{"ipv4 is any protocol", xr4 + " 10 deny tcp any any eq 25\n 20 permit ipv4 any any\n", []said{{of(mail(), packet.UDP), permit}}, "iosxr/spelling_test.go TestNotXR"},
		{"an address has a length or a wildcard", xr4 + " 10 deny tcp 203.0.113.0/30 any eq 25\n 20 deny tcp 203.0.113.4 0.0.0.3 any eq 25\n 30 permit ipv4 any any\n",
			[]said{{mail(), deny}, {pkt("203.0.113.3", "198.51.100.3"), deny}, {pkt("203.0.113.8", "198.51.100.3"), permit}}, "iosxr/spelling_test.go TestSpellings"},
		{"a common list comes first", "interface TenGigE0/0/0/1\n ipv4 access-group common FIRST L ingress\n!\nipv4 access-list FIRST\n 10 deny tcp any any eq 25\n!\nipv4 access-list L\n 10 permit ipv4 any any\n!\n", nil, "iosxr/samples_test.go TestCommon"},
		{"a permit that sends the packet elsewhere", xr4 + " 10 permit tcp any any eq 25 nexthop1 ipv4 192.0.2.1\n 20 permit ipv4 any any\n", []said{{mail(), unknown}, {to(mail(), 80), permit}}, ""},
		{"a permit that marks the packet", xr4 + " 10 permit tcp any any eq 25 set qos-group 3\n 20 deny ipv4 any any\n", []said{{mail(), unknown}}, ""},
		{"fragments: a permit with ports takes later ones", xr4 + " 10 permit tcp any any eq 25\n 20 deny ipv4 any any\n", []said{{later(mail()), permit}}, ""},
		{"fragment-type and packet-length narrow", xr4 + " 10 deny tcp any any eq 25 packet-length gt 100\n 20 permit ipv4 any any\n", []said{{mail(), unknown}}, ""},
		{"IPv6: neighbour discovery", xr6 + " 10 permit tcp any any eq 587\n", []said{{mail6(), deny}, {of(mail6(), packet.ICMPv6), unknown}}, "iosxr/golden_test.go TestGolden"},
		{"a net-group is addresses", "object-group network ipv4 P\n 203.0.113.0/24\n!\n" + xr4 + " 10 deny tcp net-group P any eq smtp\n 20 permit ipv4 any any\n", []said{{mail(), deny}, {pkt("192.0.2.1", "198.51.100.3"), permit}}, ""},
		{"rule zero: a word that is not understood", xr4 + " 10 deny tcp any any eq smtp frobnicate\n 20 permit ipv4 any any\n", []said{{mail(), unknown}}, "iosxr/spelling_test.go TestNotXR"},
	}
}

// junosTraps are those of Junos.
func junosTraps() []trap {
	const x = "set firewall family inet6 filter L term 1 "
	chain := "set firewall family inet filter A term 1 from protocol udp\nset firewall family inet filter A term 1 then discard\n"
	return []trap{
		{"implicit end: discard", ju4 + t1 + "from protocol udp\n" + t1 + "then accept\n", []said{{mail(), deny}}, "junos/trap_test.go TestTerm"},
		{"no filter: all pass", "set interfaces ge-0/0/1 unit 0 family inet address 192.0.2.1/30\n", []said{{mail(), permit}}, ""},
		{"a filter that is not there: such a text is no router's", ju4, []said{{mail(), unknown}}, "junos/trap_test.go TestUndefinedIsUnknown"},
		{"a term without then accepts", ju4 + t1 + "from protocol tcp\n" + t2 + "then discard\n", []said{{mail(), permit}, {of(mail(), packet.UDP), deny}}, "junos/trap_test.go TestTerm"},
		{"a term that only counts accepts", ju4 + t1 + "from protocol tcp\n" + t1 + "then count c\n" + t2 + "then discard\n", []said{{mail(), permit}}, "junos/trap_test.go TestTerm"},
		{"next term goes on", ju4 + t1 + "from protocol tcp\n" + t1 + "then count c\n" + t1 + "then next term\n" + t2 + "then discard\n", []said{{mail(), deny}}, "junos/trap_test.go TestTerm"},
		{"a routing-instance lets the packet go elsewhere", ju4 + t1 + "then routing-instance V\n", []said{{mail(), unknown}}, "junos/trap_test.go TestTerm"},
		{"ports imply no protocol", ju4 + t1 + "from destination-port 25\n" + t1 + "then discard\n" + t2 + "then accept\n", []said{{mail(), deny}, {of(mail(), packet.UDP), deny}}, "junos/trap_test.go TestTerm"},
		{"conditions of one kind: one is enough", ju4 + t1 + "from protocol [ udp tcp ]\n" + t1 + "from destination-port [ 24 25 ]\n" + t1 + "then discard\n" + t2 + "then accept\n", []said{{mail(), deny}, {to(mail(), 26), permit}}, "junos/twin_test.go TestTermTwin"},
		{"of overlapping addresses the longest decides", ju4 + t1 + "from source-address 203.0.113.0/24\n" + t1 + "from source-address 203.0.113.4/30 except\n" + t1 + "from source-address 203.0.113.6/32\n" + t1 + "then discard\n" + t2 + "then accept\n",
			[]said{{pkt("203.0.113.9", "198.51.100.3"), deny}, {mail(), permit}, {pkt("203.0.113.6", "198.51.100.3"), deny}, {pkt("192.0.2.9", "198.51.100.3"), permit}}, "junos/twin_test.go TestTermTwin"},
		{"nothing but except: guide and practice disagree", ju4 + t1 + "from source-address 203.0.113.4/30 except\n" + t1 + "then discard\n" + t2 + "then accept\n", []said{{mail(), unknown}}, "junos/trap_test.go TestTerm"},
		{"except with 0/0 beside it is known", ju4 + t1 + "from source-address 0.0.0.0/0\n" + t1 + "from source-address 203.0.113.4/30 except\n" + t1 + "then discard\n" + t2 + "then accept\n", []said{{mail(), permit}, {pkt("192.0.2.9", "198.51.100.3"), deny}}, "junos/trap_test.go TestTerm"},
		{"an empty prefix-list matches nothing", "set policy-options prefix-list NONE\n" + ju4 + t1 + "from source-prefix-list NONE\n" + t1 + "then discard\n" + t2 + "then accept\n", []said{{mail(), permit}}, "junos/trap_test.go TestTerm"},
		{"apply-path collects by itself", "set policy-options prefix-list P apply-path \"interfaces <*>\"\n" + ju4 + t1 + "from source-prefix-list P\n" + t1 + "then discard\n" + t2 + "then accept\n", []said{{mail(), unknown}}, "junos/trap_test.go TestTerm"},
		{"address is source or destination", ju4 + t1 + "from address 198.51.100.3/32\n" + t1 + "then discard\n" + t2 + "then accept\n", []said{{mail(), deny}, {pkt("198.51.100.3", "203.0.113.5"), deny}}, "junos/trap_test.go TestTerm"},
		{"address beside source-address may be out of order", ju4 + t1 + "from address 198.51.100.3/32\n" + t1 + "then discard\n" + t2 + "from source-address 203.0.113.0/24\n" + t2 + "then accept\n" + t3 + "then discard\n", []said{{mail(), unknown}}, "junos/trap_test.go TestTerm"},
		{"fragments: a later one has no ports", ju4 + t1 + "from protocol tcp\n" + t1 + "from destination-port 25\n" + t1 + "then discard\n" + t2 + "then accept\n", []said{{mail(), deny}, {later(mail()), permit}}, "junos/twin_test.go TestTermTwin"},
		{"tcp-established tests no protocol", ju4 + t1 + "from tcp-established\n" + t1 + "then accept\n" + t2 + "then discard\n", []said{{ack(mail()), unknown}, {of(mail(), packet.UDP), unknown}}, "junos/trap_test.go TestTerm"},
		{"IPv6: next-header is the first header only", ju6 + x + "from next-header tcp\n" + x + "from destination-port 25\n" + x + "then discard\nset firewall family inet6 filter L term 2 then accept\n", []said{{mail6(), deny}}, "junos/trap_test.go TestTerm"},
		{"a list of filters is one row: what none of them ends goes on, and only its end discards", "set interfaces ge-0/0/1 unit 0 family inet filter output-list [ A L ]\n" + chain + t1 + "from destination-port 25\n" + t1 + "then accept\n",
			[]said{{of(mail(), packet.UDP), deny}, {mail(), permit}, {to(mail(), 80), deny}}, "junos/read_test.go TestReadGolden"},
		{"an accept in the first filter of a row ends it", "set interfaces ge-0/0/1 unit 0 family inet filter output-list [ A L ]\nset firewall family inet filter A term 1 then accept\n" + t1 + "then discard\n", []said{{mail(), permit}}, "junos/read_test.go TestReadGolden"},
		{"a mask may have holes", ju4 + t1 + "from source-address 203.0.113.5/255.255.255.253\n" + t1 + "then discard\n" + t2 + "then accept\n", []said{{mail(), deny}, {pkt("203.0.113.7", "198.51.100.3"), deny}, {pkt("203.0.113.6", "198.51.100.3"), permit}}, "junos/trap_test.go TestTerm"},
		{"what is deactivated is not there", ju4 + t1 + "then discard\n" + t2 + "then accept\ndeactivate firewall family inet filter L term 1\n", []said{{mail(), permit}}, "junos/trap_test.go TestInactive"},
		{"groups and interface-ranges bind filters, also in each other", "set groups H interfaces ge-0/0/1 unit 0 family inet filter output L\nset groups G apply-groups H\nset apply-groups G\n", nil, "junos/trap_test.go TestInherited"},
		{"rule zero: a condition that is not understood", ju4 + t1 + "from frobnicate 3\n" + t1 + "then discard\n" + t2 + "then accept\n", []said{{mail(), unknown}}, "junos/trap_test.go TestTerm"},
	}
}

// rtxTraps are those of Yamaha's routers.
func rtxTraps() []trap {
	const row, pass = "ip lan2 secure filter out ", "ip filter 9 pass * * * * *\n"
	return []trap{
		{"no list: all pass", "ip lan2 address 192.0.2.1/24\n", []said{{mail(), permit}}, ""},
		{"what no filter of the list takes is dropped", row + "1\nip filter 1 pass * * udp * *\n", []said{{mail(), deny}}, "rtx/parse_test.go TestFiltersAgainstTheTwin"},
		{"order is that of the list, not of the numbers", row + "9 1\n" + pass + "ip filter 1 reject * * tcp * 25\n", []said{{mail(), permit}}, "rtx/rtx_test.go TestStories"},
		{"a filter that no list names does nothing", row + "9\n" + pass + "ip filter 1 reject * * tcp * 25\n", []said{{mail(), permit}}, ""},
		{"of two filters of one number the later counts", row + "1 9\n" + pass + "ip filter 1 reject * * udp * 25\nip filter 1 reject * * tcp * 25\n", []said{{mail(), deny}}, ""},
		{"a number that is not there: nobody knows", row + "1 9\n" + pass, []said{{mail(), unknown}}, "rtx/parse_test.go TestPlaces"},
		{"fields that are left out are everything", row + "1 9\n" + pass + "ip filter 1 reject 203.0.113.0/24\n", []said{{mail(), deny}, {of(mail(), packet.UDP), deny}}, "rtx/parse_test.go TestFiltersAgainstTheTwin"},
		{"pass-log and pass-nolog are pass", row + "1\nip filter 1 pass-nolog * *\n", []said{{mail(), permit}}, "rtx/parse_test.go TestFiltersAgainstTheTwin"},
		{"restrict passes while the line is up", row + "1 9\n" + pass + "ip filter 1 restrict * * tcp * 25\n", []said{{mail(), unknown}, {to(mail(), 80), permit}}, "rtx/rtx_test.go TestStories"},
		{"a name instead of an address", row + "1 9\n" + pass + "ip filter 1 reject * mx.example.jp tcp * 25\n", []said{{mail(), unknown}, {to(mail(), 80), permit}}, "rtx/rtx_test.go TestStories"},
		{"ports are lists and ranges, source first", row + "1 9\n" + pass + "ip filter 1 reject * * tcp * 24-26,587\n", []said{{mail(), deny}, {to(mail(), 587), deny}, {from(to(mail(), 80), 25), permit}}, "rtx/parse_test.go TestFiltersAgainstTheTwin"},
		{"established is ACK", row + "1 2 9\n" + pass + "ip filter 1 pass * * established * 25\nip filter 2 reject * * tcp * 25\n", []said{{mail(), deny}}, "rtx/parse_test.go TestFlags"},
		{"tcpflag tests bits", row + "1 9\n" + pass + "ip filter 1 reject * * tcpflag=0x0002/0x0017 * 25\n", nil, "rtx/parse_test.go TestFlags"},
		{"fragments: a later one has no ports", row + "1 9\n" + pass + "ip filter 1 reject * * tcp * 25\n", []said{{mail(), deny}, {later(mail()), permit}}, "rtx/parse_test.go TestFiltersAgainstTheTwin"},
		{"a pp has its list where it was selected", "pp select 1\n ip pp secure filter out 1\nip filter 1 reject * *\nip lan2 secure filter out 9\n" + pass, []said{{mail(), permit}}, "rtx/rtx_test.go TestStories"},
		{"IPv6 has numbers of its own", row + "1\nip filter 1 pass * *\nipv6 lan2 secure filter out 1\nipv6 filter 1 reject * * tcp * 25\n", []said{{mail(), permit}, {mail6(), deny}}, "rtx/lay_test.go TestRoundTrip"},
		{"dynamic filters open the way back", row + "1 9 dynamic 5\n" + pass + "ip filter 1 reject * * tcp * 25\nip filter dynamic 5 * * smtp\n", nil, "rtx/rtx_test.go TestStories"},
		{"a console breaks long lines", row + "1 \n9\n", nil, "rtx/parse_test.go TestJoin"},
		{"commands may be shortened", row + "1 9\n" + pass + "ip lan2 sec fil out 9\n", nil, "rtx/rtx_test.go TestShortened"},
		{"rule zero: a word that is not understood", row + "1 9\n" + pass + "ip filter 1 reject * * frobnicate * 25\n", []said{{mail(), unknown}}, "rtx/rtx_test.go TestStories"},
	}
}

// TestTraps shows each trap by the fate of packets, read by the dialect and decided as a proof
// decides.
func TestTraps(t *testing.T) {
	for dialect, all := range traps() {
		for _, trap := range all {
			t.Run(dialect+"/"+trap.name, func(t *testing.T) {
				d, err := templates.Find(dialect)
				if err != nil {
					t.Fatal(err)
				}
				if len(trap.says) > 0 {
					c, err := d.Parse(trap.text)
					if err != nil {
						t.Fatalf("%v\n%s", err, trap.text)
					}
					for _, one := range trap.says {
						at := acl.Point{Interface: port(dialect), Direction: acl.Out, Family: one.packet.Family}
						if got, line := c.Filter(c.Binding(at)).Decide(one.packet); got != one.want {
							t.Errorf("%s is %s (%s), not %s\n%s", one.packet, got, line, one.want, trap.text)
						}
					}
				}
				if trap.also != "" {
					exists(t, trap.also)
				} else if len(trap.says) == 0 {
					t.Error("nothing shows this trap")
				}
			})
		}
	}
}

// exists holds the index to the tests that it names.
func exists(t *testing.T, also string) {
	t.Helper()
	file, name, _ := strings.Cut(also, " ")
	text, err := os.ReadFile("../templates/" + file)
	if err != nil || !strings.Contains(string(text), "func "+name+"(") {
		t.Errorf("%s: %v", also, err)
	}
}

// TestRuleZero: what is not understood, wherever it stands in a list that is bound, is never
// proved: the proof fails and names the line. Where others have it at the same place it is as
// unknown before as after, and equal.
func TestRuleZero(t *testing.T) {
	for dialect, all := range traps() {
		d, err := templates.Find(dialect)
		if err != nil {
			t.Fatal(err)
		}
		for _, trap := range all {
			if !strings.HasPrefix(trap.name, "rule zero") {
				continue
			}
			c, err := d.Parse(trap.text)
			if err != nil {
				t.Fatal(err)
			}
			at := acl.Point{Interface: port(dialect), Direction: acl.Out, Family: packet.V4}
			f := c.Filter(c.Binding(at))
			var unproven prover.Unproven
			err = prover.Question{Point: at, Meaning: policy.Meaning{}, Base: acl.Open(packet.V4), Filter: f}.Prove()
			if !errors.As(err, &unproven) || !strings.Contains(err.Error(), "frobnicate") || !strings.Contains(err.Error(), "line ") {
				t.Errorf("%s: %v", dialect, err)
			}
			if err := (prover.Question{Point: at, Meaning: policy.Meaning{}, Base: f, Filter: f}).Prove(); err != nil {
				t.Errorf("%s, the same line of others before and after: %v", dialect, err)
			}
		}
	}
}

// TestBindingIsProved: the right list in the wrong direction, at another interface or in the
// other family is no proof.
func TestBindingIsProved(t *testing.T) {
	d, _ := templates.Find("iosxe")
	text := xe4 + " deny tcp 203.0.113.0 0.0.0.255 any eq smtp\n permit ip any any\n"
	c, err := d.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[acl.Point]acl.Action{
		{Interface: "GigabitEthernet0/0/1", Direction: acl.Out, Family: packet.V4}: deny,
		{Interface: "GigabitEthernet0/0/1", Direction: acl.In, Family: packet.V4}:  permit,
		{Interface: "GigabitEthernet0/0/2", Direction: acl.Out, Family: packet.V4}: permit,
	} {
		if got, line := c.Filter(c.Binding(at)).Decide(mail()); got != want {
			t.Errorf("%s: %s (%s)", at, got, line)
		}
	}
}
