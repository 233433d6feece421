package openconfig

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"op25b/acl"
)

// validator is yanglint with the published models; the test is skipped where one of them is absent.
func validator(t *testing.T) func(documents ...string) error {
	t.Helper()
	models, err := filepath.Abs("../../../shared/data/yang")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(models, "openconfig-acl.yang")); err != nil {
		t.Skip("../../../shared/data/yang is absent")
	}
	lint, err := exec.LookPath("yanglint")
	if err != nil {
		t.Skip("yanglint is absent; it is in the package libyang2-tools")
	}
	return func(documents ...string) error {
		args := []string{"-t", "config", "-p", models}
		for _, m := range []string{"openconfig-packet-match-types", "openconfig-interfaces", "iana-if-type", "openconfig-acl"} {
			args = append(args, filepath.Join(models, m+".yang"))
		}
		folder := t.TempDir()
		for i, d := range documents {
			path := filepath.Join(folder, fmt.Sprintf("%d.json", i))
			if err := os.WriteFile(path, []byte(d), 0o644); err != nil {
				t.Fatal(err)
			}
			args = append(args, path)
		}
		if out, err := exec.Command(lint, args...).CombinedOutput(); err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
		return nil
	}
}

// equipped is a rendered document with the interfaces that it refers to.
func equipped(t *testing.T, text string) string {
	t.Helper()
	subs := map[string][]string{}
	for _, word := range parsed(t, text).Interfaces {
		name, index, is := subinterface(word)
		if subs[name] == nil {
			subs[name] = []string{}
		}
		if is {
			subs[name] = append(subs[name], fmt.Sprintf(`{"index": %d, "config": {"index": %d}}`, index, index))
		}
	}
	var all []string
	for name, of := range subs {
		all = append(all, fmt.Sprintf(`{"name": %q, "config": {"name": %q, "type": "iana-if-type:ethernetCsmacd"}, "subinterfaces": {"subinterface": [%s]}}`, name, name, strings.Join(of, ", ")))
	}
	slices.Sort(all)
	return strings.Replace(text, "{", `{"openconfig-interfaces:interfaces": {"interface": [`+strings.Join(all, ", ")+"]},", 1)
}

// TestYang: what we write is a document of the published model, by a validator that is not ours.
func TestYang(t *testing.T) {
	valid := validator(t)
	var documents []string
	for _, v := range variants() {
		d := Dialect{Variant: v}
		documents = append(documents, equipped(t, rendered(t, d, laid(t, d, onSubinterface(), acl.Config{}))))
		for seed := range uint64(12) {
			c := laid(t, d, random(rand.New(rand.NewPCG(seed, uint64(len(v))))), acl.Config{})
			documents = append(documents, equipped(t, rendered(t, d, c)))
		}
	}
	documents = append(documents, rendered(t, Dialect{}, acl.Config{}))
	if err := valid(documents...); err == nil {
		return
	}
	for _, d := range documents {
		if err := valid(d); err != nil {
			t.Fatalf("%v\n%s", err, d)
		}
	}
	t.Error("the documents are valid one by one, but not together")
}

// TestYangRefuses shows that the validator can refuse: each change of a good document is against the
// model.
func TestYangRefuses(t *testing.T) {
	valid := validator(t)
	good := equipped(t, rendered(t, Dialect{Variant: "sets"}, laid(t, Dialect{Variant: "sets"}, onSubinterface(), acl.Config{})))
	if err := valid(good); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string][2]string{
		"a binding to a set that is not there": {`"set-name": "OP25B-OUT-V4-G1"`, `"set-name": "OP25B-OUT-V4-G9"`},
		"an identity nobody has":               {"IP_TCP", "IP_SMTP"},
		"an action nobody has":                 {"openconfig-acl:DROP", "openconfig-acl:SHAPE"},
		"fields of IPv6 in a set of IPv4":      {`"ipv4": {"config": {"source-address": "203.0.113.77/32", "protocol"`, `"ipv6": {"config": {"protocol"`},
		"a port out of range":                  {`"destination-port": 25`, `"destination-port": 70000`},
		"an interface that is not there":       {`"interface-ref": {"config": {"interface": "Ethernet1"`, `"interface-ref": {"config": {"interface": "Ethernet9"`},
		"a prefix-set that is not there":       {`-prefix-set": "OP25B-POOL-V4-G1"`, `-prefix-set": "OP25B-POOL-V4-G9"`},
		"a leaf nobody has":                    {`"destination-port": 25`, `"destination-port": 25, "established": true`},
		"no action":                            {`"forwarding-action": "openconfig-acl:ACCEPT"`, ``},
		"a key unlike its leaf":                {`{"sequence-id": 10, "config": {"sequence-id": 10`, `{"sequence-id": 10, "config": {"sequence-id": 11`},
	} {
		broken := strings.Replace(good, change[0], change[1], 1)
		if broken == good {
			t.Fatalf("%s: %q is not in the document", what, change[0])
		}
		if valid(broken) == nil {
			t.Errorf("%s is accepted", what)
		}
	}
}
