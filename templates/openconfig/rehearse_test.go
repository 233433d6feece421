package openconfig

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// twin is a device as a table of lists and bindings: what stands in each, in the plainest form.
type twin struct {
	Sets  map[string]map[int]string // name and type, number, the entry's description
	Bound map[string]string         // interface, direction and list
}

// view is the twin's view of a document, read with encoding/json and nothing of ours.
func view(t *testing.T, text string) twin {
	t.Helper()
	var d struct {
		ACL struct {
			Sets struct {
				Set []struct {
					Name, Type string
					Entries    struct {
						Entry []struct {
							Number int `json:"sequence-id"`
							Config struct{ Description string }
						} `json:"acl-entry"`
					} `json:"acl-entries"`
				} `json:"acl-set"`
			} `json:"acl-sets"`
			Interfaces struct {
				Interface []struct {
					ID      string
					Ingress struct {
						Set []struct {
							Name string `json:"set-name"`
						} `json:"ingress-acl-set"`
					} `json:"ingress-acl-sets"`
				}
			}
		} `json:"acl"`
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	w := twin{map[string]map[int]string{}, map[string]string{}}
	for _, s := range d.ACL.Sets.Set {
		entries := map[int]string{}
		for _, e := range s.Entries.Entry {
			entries[e.Number] = e.Config.Description
		}
		w.Sets[s.Name+" "+bare(s.Type)] = entries
	}
	for _, i := range d.ACL.Interfaces.Interface {
		for _, b := range i.Ingress.Set {
			w.Bound[i.ID+" "+b.Name] = i.ID
		}
	}
	return w
}

// operate carries out a random operation on the twin, and gives its line.
func (w twin) operate(r *rand.Rand) string {
	name, typ := []string{"A", "B/1", `C]\`}[r.IntN(3)], []string{"ACL_IPV4", "ACL_IPV6"}[r.IntN(2)]
	module := []string{"", "openconfig-acl:", "oc-acl:"}[r.IntN(3)]
	path, key := "/acl/acl-sets/acl-set"+keyed("name", name)+"[type="+module+typ+"]", name+" "+typ
	identity := `"name":` + quoted(name) + `,"type":"openconfig-acl:` + typ + `"`
	n, why := 10*(1+r.IntN(4)), fmt.Sprint("why ", r.IntN(1000))
	entry := fmt.Sprintf(`{"sequence-id":%d,"config":{"sequence-id":%d,"description":"%s"}}`, n, n, why)
	there := w.Sets[key] != nil
	made := func() map[int]string {
		if !there {
			w.Sets[key] = map[int]string{}
		}
		return w.Sets[key]
	}
	switch r.IntN(9) {
	case 0:
		delete(w.Sets, key)
		return "delete " + path
	case 1:
		delete(w.Sets[key], n)
		return fmt.Sprintf("delete %s/acl-entries/acl-entry[sequence-id=%d]", path, n)
	case 2:
		if there {
			w.Sets[key] = map[int]string{}
		}
		return "delete " + path + "/acl-entries"
	case 3:
		w.Sets[key] = map[int]string{}
		return []string{"replace ", "union_replace "}[r.IntN(2)] + path + " {" + identity + "}"
	case 4:
		w.Sets[key] = map[int]string{n: why}
		return "replace " + path + " {" + identity + `,"acl-entries":{"acl-entry":[` + entry + `]}}`
	case 5:
		made()[n] = why
		return "update " + path + " {" + identity + `,"acl-entries":{"acl-entry":[` + entry + `]}}`
	case 6:
		made()[n] = why
		return fmt.Sprintf("%s %s/acl-entries/acl-entry[sequence-id=%d] %s", []string{"update", "replace"}[r.IntN(2)], path, n, entry)
	case 7:
		id := fmt.Sprint("Ethernet1/", r.IntN(3))
		w.Bound[id+" "+name] = id
		return "update /acl/interfaces/interface[id=" + id + "]/ingress-acl-sets/ingress-acl-set" + keyed("set-name", name) + "[type=ACL_IPV4] {" + `"set-name":` + quoted(name) + `,"type":"ACL_IPV4"}`
	}
	id := fmt.Sprint("Ethernet1/", r.IntN(3))
	delete(w.Bound, id+" "+name)
	return "delete /acl/interfaces/interface[id=" + id + "]/ingress-acl-sets/ingress-acl-set" + keyed("set-name", name) + "[type=" + module + "ACL_IPV4]"
}

// TestRehearseTwin carries out random operations, and holds the tree against the twin after each.
func TestRehearseTwin(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		root, err := document(`{"acl": {}}`)
		if err != nil {
			t.Fatal(err)
		}
		w := twin{map[string]map[int]string{}, map[string]string{}}
		var lines []string
		for range 40 {
			lines = append(lines, w.operate(r))
			if why := root.obey(lines[len(lines)-1]); why != "" {
				t.Fatalf("seed %d: %q: %s", seed, lines[len(lines)-1], why)
			}
			if got := view(t, written(root)); !reflect.DeepEqual(got, w) {
				t.Fatalf("seed %d: after\n%s\nthe tree is\n%v\nand the twin\n%v", seed, strings.Join(lines, "\n"), got, w)
			}
		}
	}
}

// TestRehearseRefuses what is no operation, with its line.
func TestRehearseRefuses(t *testing.T) {
	const set = "/acl/acl-sets/acl-set[name=L][type=ACL_IPV4]"
	for line, want := range map[string]string{
		"":                                 "neither delete",
		"set /acl {}":                      "neither delete",
		"delete":                           "must begin with /",
		"delete acl":                       "must begin with /",
		"delete //acl":                     "no name",
		"delete " + set + " {}":            "no value",
		"replace " + set:                   "no JSON object",
		"replace " + set + " 7":            "no JSON object",
		"replace " + set + ` {"name":"M"}`: "another name",
		"replace " + set + ` {"type":"ACL_IPV6"}`:                                               "another type",
		"replace " + set + `x {}`:                                                               "it goes on after",
		"delete /acl/acl-sets/acl-set[name=L":                                                   "does not end",
		"delete /acl/acl-sets/acl-set[L]":                                                       "no name",
		"delete /acl/acl-sets/acl-set[name=L]":                                                  "other keys",
		"delete /acl/acl-sets/acl-set[name=L][x=1]/config":                                      "other keys",
		"update /acl/acl-sets/acl-set {}":                                                       "needs keys",
		"delete /acl/acl-sets/acl-set/config":                                                   "needs keys",
		"update /acl/acl-sets[name=L] {}":                                                       "other keys",
		"update " + set + `/config {"x":[{"a":1}]}`:                                             "",
		"update " + set + `/acl-entries {"acl-entry":[{"a":1}]}`:                                "",
		"update /acl/acl-sets/acl-set[name=L][type=x:ACL_IPV4]/config " + `{"type":"ACL_IPV4"}`: "",
		"replace " + set + ` {"type":"x:ACL_IPV4"}`:                                             "another type",
		"update " + set + "/name {}":                                                            "no container",
	} {
		_, err := Dialect{}.Rehearse(`{"acl": {"acl-sets": {"acl-set": [{"name": "L", "type": "ACL_IPV4"}]}}}`, []string{"delete /nothing/there", line})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "line 2: ")) {
			t.Errorf("%q: %v, want %q", line, err, want)
		}
	}
}

// TestRehearseMakesTheTop: a device without lists gets the first one.
func TestRehearseMakesTheTop(t *testing.T) {
	c, err := Dialect{}.Rehearse(`{"openconfig-system:system": {}}`, []string{
		`replace /defined-sets/ipv4-prefix-sets/ipv4-prefix-set[name=P] {"name":"P","config":{"name":"P","prefix":["192.0.2.0/24"]}}`,
		`update /defined-sets/ipv4-prefix-sets/ipv4-prefix-set[name=P]/config {"prefix":["192.0.2.0/24","198.51.100.0/24"]}`,
		`replace /acl/acl-sets/acl-set[name=L][type=ACL_IPV4] {"config":{"name":"L","type":"ACL_IPV4"}}`})
	if got, want := printed(c), "set P ipv4: 192.0.2.0/24 198.51.100.0/24\nlist L ipv4\n  end unknown\n"; err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
}
