package iosxr

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"op25b/acl"
)

const samples = "../../../shared/data/device-output/iosxr"

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
			if refused := "netutils-xr711-1-header-acl6-mgmt.txt"; filepath.Base(file) == refused {
				if err == nil || !strings.Contains(err.Error(), "without its end") {
					t.Errorf("%s was cut by those who collected it: %v", refused, err)
				}
				continue
			}
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
			if e.Unmodelled == "" || e.Implied || e.Unmodelled == "the word precedence" {
				continue
			}
			t.Errorf("%s: %s: %q: %s", file, l.Name, strings.TrimSpace(e.Place.Text), e.Unmodelled)
		}
	}
}

// TestStatic reads the lists and bindings of a captured edge router.
func TestStatic(t *testing.T) {
	c := parse(t, sample(t, "running-config/netutils-xr711-3-static-acl-interfaces.txt"))
	l, there := c.List(4, "FILTER:STATIC:IN")
	if !there || len(l.Entries) != 17 || l.End != acl.Deny {
		t.Errorf("%d entries, end %s", len(l.Entries), l.End)
	}
	if n := len(c.Bindings); n != 10 {
		t.Errorf("%d bindings", n)
	}
	if !c.HasInterface("Bundle-Ether10.35") {
		t.Error("an interface with l2transport behind its name is not found")
	}
}

// TestMultipart: a text in parts, each with its own head; a service names a list.
func TestMultipart(t *testing.T) {
	c := parse(t, sample(t, "other/batfish-ios-xr-multipart.txt"))
	if c.Hostname != "ios_xr_multipart" || len(c.Lists) != 0 {
		t.Errorf("hostname %q, %d lists", c.Hostname, len(c.Lists))
	}
}

// TestCommon: a common list is met before the interface's own.
func TestCommon(t *testing.T) {
	c := parse(t, sample(t, "other/batfish-interface-acl-common.txt"))
	got := said(acl.Config{Bindings: c.Bindings})
	want := "GigabitEthernet0/0/0/0 in ipv4: common-acl interface-acl \n" +
		"GigabitEthernet0/0/0/1 in ipv4: common-acl common\n" +
		"GigabitEthernet0/0/0/2 in ipv4: interface-acl \n"
	if got != want {
		t.Errorf("read:\n%s", got)
	}
}
