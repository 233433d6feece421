package conformance_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// leavesOf are the leaves of a JSON_IETF tree: full paths and values, keys of lists in brackets,
// identities without their modules. Keys themselves are in the paths, so they are left out.
func leavesOf(t *testing.T, under, text string) map[string]string {
	t.Helper()
	var v any
	reader := json.NewDecoder(strings.NewReader(text))
	reader.UseNumber()
	if err := reader.Decode(&v); err != nil {
		t.Fatal(err)
	}
	leaves := map[string]string{}
	flatten(leaves, under, v)
	return leaves
}

// keysOf are the keys of the lists of openconfig-acl and openconfig-interfaces, in their order.
func keysOf(list string) []string {
	switch list {
	case "acl-set", "prefix-set":
		return []string{"name", "type"}
	case "ingress-acl-set", "egress-acl-set":
		return []string{"set-name", "type"}
	case "acl-entry":
		return []string{"sequence-id"}
	case "subinterface":
		return []string{"index"}
	}
	return nil
}

func flatten(leaves map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, child := range v {
			flatten(leaves, path+"/"+unprefixed(name), child)
		}
	case []any:
		for _, child := range v {
			one, is := child.(map[string]any)
			if !is {
				leaves[path] = fmt.Sprint(v)
				return
			}
			list := path[strings.LastIndex(path, "/")+1:]
			keys := keysOf(list)
			if list == "interface" {
				keys = []string{"name"}
				if _, there := one["id"]; there {
					keys = []string{"id"}
				}
			}
			entry := path
			for _, key := range keys {
				entry += fmt.Sprintf("[%s=%s]", key, unprefixed(fmt.Sprint(one[key])))
			}
			for name, child := range one {
				if !slices.Contains(keys, name) {
					flatten(leaves, entry+"/"+unprefixed(name), child)
				}
			}
		}
	default:
		leaves[path] = unprefixed(fmt.Sprint(v))
	}
}

// unprefixed is a name or an identity without its module.
func unprefixed(word string) string {
	if module, rest, there := strings.Cut(word, ":"); there && (strings.HasPrefix(module, "openconfig-") || module == "iana-if-type") {
		return rest
	}
	return word
}

// withoutKeys are leaves less the keys of lists, which a path says already.
func withoutKeys[Value any](leaves map[string]Value) map[string]string {
	left := map[string]string{}
	for path, value := range leaves {
		if !isKey(path) {
			left[path] = unprefixed(fmt.Sprint(value))
		}
	}
	return left
}

// isKey reports whether a leaf is a key of the list in which it stands.
func isKey(path string) bool {
	cut := strings.LastIndex(path, "/")
	list := path[:cut]
	return strings.HasSuffix(list, "]") && strings.Contains(list[strings.LastIndex(list, "/"):], "["+path[cut+1:]+"=")
}
