package iosxe

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"op25b/acl"
)

const samples = "../../../shared/data/device-output/ios"

// sample reads a captured text; the test is skipped where the samples are absent.
func sample(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(samples, path))
	if err != nil {
		t.Skipf("the sample %s is absent", path)
	}
	return string(b)
}

func parse(t testing.TB, text string) acl.Config {
	t.Helper()
	c, err := Dialect{}.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestEverySample reads every captured configuration and every captured `show access-lists`.
func TestEverySample(t *testing.T) {
	if _, err := os.Stat(samples); err != nil {
		t.Skip("the samples are absent")
	}
	for _, folder := range []string{"running-config", "acl-show"} {
		files, _ := filepath.Glob(filepath.Join(samples, folder, "*.txt"))
		if len(files) == 0 {
			t.Errorf("%s has no samples", folder)
		}
		for _, file := range files {
			text, _ := os.ReadFile(file)
			c, err := Dialect{}.Parse(string(text))
			if err != nil {
				t.Errorf("%s: %v", filepath.Base(file), err)
				continue
			}
			for _, p := range c.Unread {
				t.Errorf("%s: line %d: %q is not read: %s", filepath.Base(file), p.Line, p.Text, p.Why)
			}
			strange(t, filepath.Base(file), c)
		}
	}
}

// strange holds what is Unmodelled in a sample to the words that a Box has no place for.
func strange(t *testing.T, file string, c acl.Config) {
	t.Helper()
	for _, l := range c.Lists {
		for _, e := range l.Entries {
			if e.Unmodelled == "" || e.Implied || expected(e.Unmodelled) {
				continue
			}
			t.Errorf("%s: %s: %q: %s", file, l.Name, strings.TrimSpace(e.Place.Text), e.Unmodelled)
		}
	}
}

// expected are the reasons that the samples give. The last three are an invented range, two
// extended lines that stand under a standard list, and a wildcard of thirty scattered bits.
func expected(why string) bool {
	for _, w := range []string{"the ICMP type ", "the word match-", "the word psh", "the word tos", "the word dscp", `host "dynamic"`,
		`the group "dummydpd-local"`, "the word range leaves no port", `the address "udp"`, `the address "tcp"`, "the wildcard 255.255.255.252"} {
		if strings.HasPrefix(why, w) {
			return true
		}
	}
	return false
}

// TestCampus reads routers that carried a campus: bindings to lists that are not there, and a
// list of others that denies smtp in its second line.
func TestCampus(t *testing.T) {
	for file, names := range map[string][]string{"stanford-yoza-rtr": {"91"}, "stanford-yozb-rtr": {"91", "166", "167"}} {
		c := parse(t, sample(t, "running-config/"+file+".txt"))
		if c.Undefined != acl.Permit {
			t.Errorf("an undefined list does %s", c.Undefined)
		}
		for _, name := range names {
			if _, there := c.List(4, name); there || !bound4(c, name) {
				t.Errorf("%s: %s is bound and not defined, and that is not read", file, name)
			}
		}
		l, _ := c.List(4, "outACL")
		if len(l.Entries) > 0 && l.Entries[len(l.Entries)-1].String() != "deny ipv4 any -> any" {
			t.Errorf("%s: outACL ends in %q", file, l.Entries[len(l.Entries)-1])
		}
	}
}

func bound4(c acl.Config, name string) bool {
	for _, b := range c.Bindings {
		if b.Family == 4 && slices.Contains(b.Lists, name) {
			return true
		}
	}
	return false
}
