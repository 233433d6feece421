package conformance_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"op25b/lab"
	"op25b/lab/conformance"
	"op25b/lab/openconfig"
)

// empty is a router with interfaces and nothing bound.
const empty = `{
 "openconfig-interfaces:interfaces": {"interface": [
  {"name": "Ethernet1", "config": {"name": "Ethernet1", "type": "iana-if-type:ethernetCsmacd"}},
  {"name": "Ethernet2", "config": {"name": "Ethernet2", "type": "iana-if-type:ethernetCsmacd"},
   "subinterfaces": {"subinterface": [{"index": 100, "config": {"index": 100}}]}}
 ]},
 "openconfig-system:system": {"config": {"hostname": "edge1"}}
}`

// fleetOf starts a router of the lab, and makes the bench whose inventory has it.
func fleetOf(t *testing.T, o openconfig.Options, extra ...string) (bench, *openconfig.Router, *lab.Fleet) {
	t.Helper()
	router := openconfig.New("edge1", o)
	if err := router.Load(empty); err != nil {
		t.Fatal(err)
	}
	fleet := &lab.Fleet{Door: lab.Door{User: "op", Password: secret}}
	t.Cleanup(func() { fleet.Close() })
	server, err := fleet.Add("edge1", router)
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, device{address: server.Address().String(), interfaces: "Ethernet1/in Ethernet2.100/out", extra: extra})
	b.write("ca.pem", fleet.Authority())
	b.env = append(b.env, "OP25B_TLS_CA="+filepath.Join(b.dir, "ca.pem"))
	return b, router, fleet
}

// pushed plans against the router and pushes.
func (b bench) pushed(at string) (out string, code int) {
	b.t.Helper()
	os.Remove(filepath.Join(b.dir, "one.plan"))
	b.does("plan", "--at", at, "-o", "one.plan")
	var p struct{ ID string }
	if err := json.Unmarshal([]byte(b.read("one.plan")), &p); err != nil {
		b.t.Fatal(err)
	}
	return b.try("push", "one.plan", "--yes="+p.ID[:12], "--outside-window")
}

// TestLab: every configuration that a router of the lab has on the way through whole plans, pushed
// by the command, is one that the published models take.
func TestLab(t *testing.T) {
	var seen atomic.Int64
	check := func(document []byte) error {
		seen.Add(1)
		return conformance.Validate(document)
	}
	b, router, _ := fleetOf(t, openconfig.Options{Check: check})
	for _, phase := range []string{"vodafone", "mobile", "everyone", "over"} {
		before := seen.Load()
		if out, code := b.pushed(phases()[phase]); code != 0 {
			t.Fatalf("%s: exit %d\n%s", phase, code, out)
		}
		if seen.Load() == before {
			t.Errorf("%s: nothing was checked", phase)
		}
		if err := conformance.Validate([]byte(router.Running())); err != nil {
			t.Errorf("%s: %v", phase, err)
		}
		if out, code := b.try("diff", "--at", phases()[phase]); code != 0 {
			t.Errorf("%s: exit %d\n%s", phase, code, out)
		}
	}
}

// TestLabRefuses: a Set that ygot does not take is refused by the router, the push says so, and
// nothing of it is there.
func TestLabRefuses(t *testing.T) {
	check := func(document []byte) error {
		return conformance.Validate(regexp.MustCompile(`"destination-port": *25`).ReplaceAll(document, []byte(`"destination-port":70000`)))
	}
	b, router, _ := fleetOf(t, openconfig.Options{Check: check})
	had := router.Running()
	out, code := b.pushed(phases()["mobile"])
	if code == 0 || !strings.Contains(out, "ygot") {
		t.Errorf("exit %d\n%s", code, out)
	}
	if now := router.Running(); now != had {
		t.Errorf("changed to\n%s", now)
	}
}

// TestLabIsStricter: the lab's own reading of the models refuses every document that ygot refuses,
// and what ygot overlooks as well. So what the lab takes is what the models take.
func TestLabIsStricter(t *testing.T) {
	load := func(document string) error { return openconfig.New("edge1", openconfig.Options{}).Load(document) }
	if err := load(sound); err != nil {
		t.Fatal(err)
	}
	for _, d := range append(damages(), gaps()...) {
		if err := load(d.done(t, sound)); err == nil {
			t.Errorf("%s: taken", d.name)
		}
	}
	taken, refused := 0, 0
	random := rand.New(rand.NewPCG(25, 1))
	for range 800 {
		document := muddled(random)
		if load(document) != nil {
			refused++
			continue
		}
		taken++
		if ygot := conformance.Validate([]byte(document)); ygot != nil {
			t.Errorf("the lab takes what ygot refuses: %v\n%s", ygot, document)
		}
	}
	if taken < 40 || refused < 40 {
		t.Errorf("%d documents were taken and %d refused, so little was tried", taken, refused)
	}
}

// muddled is the sound document in which a value or two are others, at one place or wherever they
// stand. The hostname, which nobody writes, is left alone.
func muddled(random *rand.Rand) string {
	values := regexp.MustCompile(`: ?("[^"]*"|\d+)`)
	more := []string{`0`, `1`, `25`, `"25"`, `"25..30"`, `"30..25"`, `"ANY"`, `65535`, `65536`, `4294967295`, `"openconfig-acl:ACCEPT"`, `"REJECT"`, `"ACL_IPV6"`,
		`"openconfig-packet-match-types:IP_UDP"`, `"IP_PIM"`, `6`, `"6"`, `255`, `256`, `"10.0.0.0/8"`, `"10.0.0.1/8"`, `"2001:db8::/32"`, `"Ethernet1"`, `""`, `true`, `null`}
	document, rest, _ := strings.Cut(sound, ` "openconfig-system:system"`)
	for range 1 + random.IntN(2) {
		places := values.FindAllStringSubmatchIndex(document, -1)
		at := places[random.IntN(len(places))][2:]
		was, word := document[at[0]:at[1]], more[random.IntN(len(more))]
		if random.IntN(2) == 0 {
			document = strings.ReplaceAll(document, ": "+was, ": "+word)
		} else {
			document = document[:at[0]] + word + document[at[1]:]
		}
	}
	return document + ` "openconfig-system:system"` + rest
}
