package openconfig_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"op25b/lab/openconfig"
)

// yanglint asks the validator of libyang about a document, with the models that were published.
func yanglint(t *testing.T, models, document string) (good bool, says string) {
	t.Helper()
	out, err := exec.Command("yanglint", "-t", "config", "-p", models, filepath.Join(models, "openconfig-packet-match-types.yang"),
		filepath.Join(models, "openconfig-interfaces.yang"), filepath.Join(models, "iana-if-type.yang"),
		filepath.Join(models, "openconfig-icmpv4-types.yang"), filepath.Join(models, "openconfig-acl.yang"), write(t, document+"\n")).CombinedOutput()
	var errors []string
	for _, l := range strings.Split(string(out), "\n") {
		if strings.HasPrefix(l, "libyang err") {
			errors = append(errors, l)
		}
	}
	return err == nil, strings.Join(errors, "\n")
}

// The router takes what the models allow, and no more. The fragments stand in an entry of
// a set of IPv4. Ranges of fragment offsets are left out: as the pattern in the model is quoted, it
// takes `1\.\.2` and not `1..2`, which it surely means.
func TestSchemaAgainstYanglint(t *testing.T) {
	models := "../../../shared/data/yang"
	if _, err := os.Stat(models); err != nil {
		t.Skip("the folder of YANG models is absent")
	}
	if _, err := exec.LookPath("yanglint"); err != nil {
		t.Skip("yanglint is absent")
	}
	const action = `,"actions":{"config":{"forwarding-action":"openconfig-acl:DROP"}}`
	var fragments []string
	v4 := func(leaf string) string { return `,"ipv4":{"config":{` + leaf + `}}` + action }
	for _, leaf := range []string{`"source-address":"192.0.2.0/24"`, `"source-address":"192.0.2.1/24"`, `"source-address":"192.0.2.1"`, `"source-address":"192.0.2.0/33"`,
		`"source-address":"192.0.2.0/024"`, `"source-address":"2001:db8::/32"`, `"protocol":6`, `"protocol":"6"`, `"protocol":255`, `"protocol":"IP_TCP"`,
		`"protocol":"openconfig-packet-match-types:IP_TCP"`, `"protocol":"openconfig-packet-match-types:IP_SCTP"`, `"dscp":63`, `"dscp":64`, `"dscp-set":[1,2]`, `"dscp-set":1`,
		`"hop-limit":255`, `"hop-limit":256`, `"length":65535`, `"length":-1`, `"fragment-offsets":[8192]`,
		`"source-address-prefix-set":"P"`, `"source-address-prefix-set":"Q"`, `"source-flow-label":1`, `"nothing":1`} {
		fragments = append(fragments, v4(leaf))
	}
	for _, leaf := range []string{`"destination-port":25`, `"destination-port":"25"`, `"destination-port":"25..26"`, `"destination-port":"26..25"`, `"destination-port":"ANY"`,
		`"destination-port":"any"`, `"destination-port":65536`, `"destination-port":"1..65536"`, `"destination-port":"00025..00026"`, `"destination-port":"000025..26"`,
		`"builtin-detail":"FRAGMENT"`, `"detail-mode":"BUILTIN","builtin-detail":"FRAGMENT"`, `"detail-mode":"BUILTIN","builtin-detail":"SYN"`,
		`"detail-mode":"EXPLICIT","explicit-tcp-flags":["openconfig-packet-match-types:TCP_ACK"]`, `"detail-mode":"EXPLICIT","explicit-tcp-flags":["TCP_ACK"]`,
		`"detail-mode":"BUILTIN","explicit-tcp-flags":["openconfig-packet-match-types:TCP_ACK"]`, `"destination-port-set":"Q"`} {
		fragments = append(fragments, `,"transport":{"config":{`+leaf+`}}`+action)
	}
	fragments = append(fragments, ``, action, `,"actions":{"config":{"forwarding-action":"DROP"}}`, `,"actions":{"config":{"forwarding-action":"openconfig-acl:BLOCK"}}`,
		`,"actions":{"config":{"forwarding-action":"openconfig-acl:DROP","log-action":"openconfig-acl:LOG_SYSLOG"}}`, `,"ipv6":{"config":{"source-address":"2001:db8::/32"}}`+action,
		`,"ipv4":{"icmpv4":{"config":{"type":"openconfig-icmpv4-types:ECHO"}}}`+action, `,"ipv4":{"icmpv4":{"config":{"type":"ECHO"}}}`+action,
		`,"l2":{"config":{"ethertype":2048}}`+action, `,"input-interface":{"interface-ref":{"config":{"interface":"Ethernet1"}}}`+action,
		`,"input-interface":{"interface-ref":{"config":{"interface":"Ethernet9"}}}`+action)
	good := 0
	for _, f := range fragments {
		document := `{"openconfig-defined-sets:defined-sets":{"ipv4-prefix-sets":{"ipv4-prefix-set":[{"name":"P","config":{"name":"P","prefix":["192.0.2.0/24"]}}]}},` +
			`"openconfig-interfaces:interfaces":{"interface":[{"name":"Ethernet1","config":{"name":"Ethernet1","type":"iana-if-type:ethernetCsmacd"}}]},` +
			`"openconfig-acl:acl":{"acl-sets":{"acl-set":[{"name":"A","type":"openconfig-acl:ACL_IPV4","config":{"name":"A","type":"openconfig-acl:ACL_IPV4"},` +
			`"acl-entries":{"acl-entry":[{"sequence-id":10,"config":{"sequence-id":10}` + f + `}]}}]}}}`
		r := openconfig.New("oc-1", openconfig.Options{})
		err := r.Load(document)
		want, says := yanglint(t, models, document)
		if want != (err == nil) {
			t.Errorf("%s\nthe router says %v, yanglint %v: %s", f, err, want, says)
		}
		if err != nil {
			continue
		}
		good++
		if again, says := yanglint(t, models, r.Running()); !again {
			t.Errorf("yanglint of what the router prints: %s\n%s", says, r.Running())
		}
	}
	if good < 10 || good > len(fragments)-10 {
		t.Errorf("%d of %d fragments are good: that is no test", good, len(fragments))
	}
}

// The configuration of the fleet is one that the models allow.
func TestFleetConfigAgainstYanglint(t *testing.T) {
	models := "../../../shared/data/yang"
	if _, err := os.Stat(models); err != nil {
		t.Skip("the folder of YANG models is absent")
	}
	if _, err := exec.LookPath("yanglint"); err != nil {
		t.Skip("yanglint is absent")
	}
	config := openconfig.Kind().Config("oc-1", 1)
	config = config[:strings.Index(config, `,`+"\n"+`  "openconfig-system`)] + "}" // whose model is not in the folder
	if good, says := yanglint(t, models, config); !good {
		t.Error(says)
	}
}
