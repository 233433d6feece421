package openconfig_test

import (
	"testing"

	"github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/protobuf/proto"

	"op25b/lab"
	"op25b/lab/openconfig"
)

// A document that boots the router is what the router then prints, and boots it again.
func FuzzLoad(f *testing.F) {
	f.Add(openconfig.Kind().Config("oc-1", 1))
	f.Add(`{"openconfig-system:system":{"config":{"hostname":"n"}}}`)
	f.Add(`{"openconfig-acl:acl":{"acl-sets":{"acl-set":[{"name":"]\\","type":"ACL_IPV6","config":{"name":"]\\","type":"ACL_IPV6"}}]}}}`)
	f.Fuzz(func(t *testing.T, document string) {
		r := openconfig.New("oc-1", openconfig.Options{})
		empty := r.Running()
		if err := r.Load(document); err != nil {
			if r.Running() != empty {
				t.Fatalf("%v, but it was loaded", err)
			}
			return
		}
		text := r.Running()
		if err := r.Load(text); err != nil || r.Running() != text {
			t.Fatalf("%v\n%s\nis now\n%s", err, text, r.Running())
		}
	})
}

// Whatever a SetRequest says, the router is as it was or boots again with what it has; and what it
// takes back is what was there.
func FuzzSet(f *testing.F) {
	for _, lines := range [][]string{whole(), {"delete /..."}, {"delete /acl/*/acl-set[name=*]"}, {`replace / {}`}, {"union_replace " + setA + " " + valueA}} {
		text, err := proto.Marshal(ops(&testing.T{}, lines...))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		req := &gnmi.SetRequest{}
		if proto.Unmarshal(text, req) != nil {
			return
		}
		r := openconfig.New("oc-1", openconfig.Options{Clock: &lab.HandClock{}})
		if err := r.Load(openconfig.Kind().Config("oc-1", 1)); err != nil {
			t.Fatal(err)
		}
		before := r.Running()
		err := r.Edit(req)
		now := r.Running()
		if err != nil && now != before {
			t.Fatalf("%v, but now there is\n%s", err, now)
		}
		if err := r.Load(now); err != nil || r.Running() != now {
			t.Fatalf("%v\n%s\nis now\n%s", err, now, r.Running())
		}
	})
}
