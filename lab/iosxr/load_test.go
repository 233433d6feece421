package iosxr_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"op25b/lab"
	"op25b/lab/iosxr"
)

// What the router prints is a configuration that it boots with, and then prints alike.
func reload(t *testing.T, text string) {
	t.Helper()
	clock := &lab.HandClock{}
	first := iosxr.New(lab.Setup{Hostname: "r", Clock: clock})
	if err := first.Load(text); err != nil {
		return
	}
	second := iosxr.New(lab.Setup{Hostname: "r", Clock: clock})
	if err := second.Load(first.Running()); err != nil {
		t.Fatalf("%v in what the router printed:\n%s", err, first.Running())
	}
	if a, b := first.Running(), second.Running(); a != b {
		t.Errorf("printed\n%s\nthen\n%s", a, b)
	}
}

// Two blocks of one name are one list, as on a router that they are typed to.
func TestLoadTwice(t *testing.T) {
	d := iosxr.New(lab.Setup{Hostname: "r", Clock: &lab.HandClock{}})
	if err := d.Load("ipv4 access-list A\n 20 permit ipv4 any any\n!\nhostname r\nipv4 access-list A\n 10 deny tcp any any eq smtp\n!\nend\n"); err != nil {
		t.Fatal(err)
	}
	text := d.Running()
	if strings.Count(text, "ipv4 access-list A") != 1 || strings.Index(text, "10 deny") > strings.Index(text, "20 permit") {
		t.Errorf("printed\n%s", text)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(iosxr.Config("r", 1))
	f.Add("hostname r\nipv4 access-list A\n 10 remark x\n permit tcp net-group G any eq https\n!\nobject-group network ipv4 G\n host 192.0.2.1\n!\nipv6 access-list B\n 7 deny ipv6 2001:db8::/32 any log\nend\n")
	f.Fuzz(reload)
}

// Captured configurations are taken, save for lists that hold what no such router prints.
func TestLoadCaptured(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/data/device-output/iosxr/running-config/*.txt")
	if len(files) == 0 {
		t.Skip("the captured configurations of ../../../shared/data/device-output are absent")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := iosxr.New(lab.Setup{Hostname: "r", Clock: &lab.HandClock{}})
		if err := d.Load(string(text)); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		reload(t, string(text))
	}
}

// Whatever is typed, the router answers, and what it prints then is a configuration that it boots with.
func FuzzEnter(f *testing.F) {
	f.Add("no 10")
	f.Add("ipv4 access-list A")
	f.Add("show access-lists | include OP25B")
	f.Fuzz(func(t *testing.T, line string) {
		d := iosxr.New(lab.Setup{Hostname: "r", Clock: &lab.HandClock{}})
		if err := d.Load(iosxr.Config("r", 1)); err != nil {
			t.Fatal(err)
		}
		s := d.Login("a")
		for _, l := range []string{line, "configure", line, "ipv4 access-list MGMT", line, "exit", "commit", line} {
			s.Enter(l)
			s.Prompt()
		}
		reload(t, d.Running())
	})
}
