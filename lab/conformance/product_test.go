package conformance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"op25b/plan"
)

// command is the product's command, built from the module that carries it.
var command string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	command = filepath.Join(dir, "op25b")
	build := exec.Command("go", "build", "-C", "../..", "-o", command, "./cmd/op25b")
	build.Stderr = os.Stderr
	code := 1
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "op25b does not build:", err)
	} else {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// The password must not appear in anything that the command writes.
const secret = "Planted-login-4711"

const policy = `version: 1
isp: Example Net
timezone: Asia/Tokyo
pools:
  flets:
    prefixes: [203.0.113.0/24, 198.51.100.0/25, "2001:db8:100::/40"]
    except: [203.0.113.128/29]
relays: [192.0.2.25, "2001:db8:25::25"]
exemptions:
  - { name: acme, sources: [203.0.113.77, "2001:db8:100::77/128"], expires: 2008-01-01 }
destinations:
  vodafone: { prefixes: [198.18.0.0/28, "2001:db8:200::/48"] }
  docomo: { prefixes: [198.18.1.0/28] }
phases:
  - { name: vodafone, start: 2005-01-31, end: 2007-01-01, to: [vodafone], action: block }
  - { name: mobile, start: 2005-07-01, end: 2007-01-01, to: [vodafone, docomo], action: block }
  - { name: everyone, start: 2006-07-26, end: 2007-01-01, to: any, action: block }
`

// phases are the dates on which the policy means something new, and one when nothing is in force.
func phases() map[string]string {
	return map[string]string{"vodafone": "2005-02-01", "mobile": "2005-08-01", "everyone": "2006-08-01", "over": "2007-06-01"}
}

// bench is a workspace with one device.
type bench struct {
	t   *testing.T
	dir string
	env []string
}

// device is what an inventory says of it beside its dialect.
type device struct {
	address, variant, interfaces string
	extra                        []string
}

func newBench(t *testing.T, d device) bench {
	t.Helper()
	b := bench{t, t.TempDir(), nil}
	host, port, there := strings.Cut(d.address, ":")
	if !there {
		host, port = "192.0.2.1", "9339"
	}
	text := "version: 1\ndevices:\n  edge1:\n    address: " + host + "\n    port: " + port + "\n    dialect: openconfig\n    credentials: core\n"
	if d.variant != "" {
		text += "    variant: " + d.variant + "\n"
	}
	for _, line := range d.extra {
		text += "    " + line + "\n"
	}
	text += "    attach:\n"
	for _, one := range strings.Fields(d.interfaces) {
		name, direction, _ := strings.Cut(one, "/")
		text += "      - { interface: " + name + ", direction: " + direction + " }\n"
	}
	b.write("inventory.yaml", text)
	b.write("policy.yaml", policy)
	b.env = []string{"HOME=" + b.dir, "USER=sato", "PATH=" + os.Getenv("PATH"),
		"OP25B_CORE_USERNAME=op", "OP25B_CORE_PASSWORD=" + secret}
	return b
}

func (b bench) write(name, text string) {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b bench) read(name string) string {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

// try calls the command in the workspace.
func (b bench) try(args ...string) (out string, code int) {
	b.t.Helper()
	var both bytes.Buffer
	c := exec.Command(command, args...)
	c.Dir, c.Env, c.Stdout, c.Stderr = b.dir, b.env, &both, &both
	err := c.Run()
	if strings.Contains(both.String(), secret) {
		b.t.Error("a password is in what the command wrote")
	}
	if exit, is := err.(*exec.ExitError); is {
		return both.String(), exit.ExitCode()
	} else if err != nil {
		b.t.Fatal(err)
	}
	return both.String(), 0
}

// does calls the command, which must succeed.
func (b bench) does(args ...string) string {
	b.t.Helper()
	out, code := b.try(args...)
	if code != 0 {
		b.t.Fatalf("op25b %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// rendered is the document that an otherwise empty device needs on a date.
func (b bench) rendered(at string) string {
	b.t.Helper()
	b.does("render", "--at", at, "-o", "rendered")
	return b.read("rendered/edge1.cfg")
}

// planned is the step from a configuration to what is wanted on a date.
func (b bench) planned(at, running string) plan.Step {
	b.t.Helper()
	b.write("running/edge1.cfg", running)
	b.does("plan", "--at", at, "--running", "running", "-o", "one.plan")
	var p plan.Plan
	if err := json.Unmarshal([]byte(b.read("one.plan")), &p); err != nil {
		b.t.Fatal(err)
	}
	return p.Waves[0].Steps[0]
}

// withInterfaces is a document to which the interfaces that its bindings refer to are added.
func withInterfaces(t *testing.T, document string) string {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(document), &all); err != nil {
		t.Fatalf("%v\n%s", err, document)
	}
	var bound struct {
		Interfaces struct {
			Interface []struct {
				Ref struct {
					Config struct {
						Interface    string
						Subinterface *int
					}
				} `json:"interface-ref"`
			}
		}
	}
	if err := json.Unmarshal(all["openconfig-acl:acl"], &bound); err != nil {
		t.Fatal(err)
	}
	indexes, order := map[string][]int{}, []string{}
	for _, one := range bound.Interfaces.Interface {
		name := one.Ref.Config.Interface
		if _, there := indexes[name]; !there {
			indexes[name], order = nil, append(order, name)
		}
		if i := one.Ref.Config.Subinterface; i != nil {
			indexes[name] = append(indexes[name], *i)
		}
	}
	var list []any
	for _, name := range order {
		list = append(list, interfaceOf(name, indexes[name]...))
	}
	if len(list) > 0 {
		all["openconfig-interfaces:interfaces"] = raw(t, map[string]any{"interface": list})
	}
	all["openconfig-system:system"] = raw(t, map[string]any{"config": map[string]any{"hostname": "edge1"}})
	return string(raw(t, all))
}

func interfaceOf(name string, indexes ...int) any {
	var subs []any
	for _, i := range indexes {
		subs = append(subs, map[string]any{"index": i, "config": map[string]any{"index": i}})
	}
	one := map[string]any{"name": name, "config": map[string]any{"name": name, "type": "iana-if-type:ethernetCsmacd"}}
	if len(subs) > 0 {
		one["subinterfaces"] = map[string]any{"subinterface": subs}
	}
	return one
}

func raw(t *testing.T, v any) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
