package iosxe_test

import (
	"os"
	"path/filepath"
	"testing"

	"op25b/lab"
	"op25b/lab/iosxe"
)

// What the router prints is a configuration that it boots with, and then prints alike.
func reload(t *testing.T, text string) {
	t.Helper()
	clock := &lab.HandClock{}
	first := iosxe.New(lab.Setup{Hostname: "r", Clock: clock})
	if err := first.Load(text); err != nil {
		return
	}
	second := iosxe.New(lab.Setup{Hostname: "r", Clock: clock})
	if err := second.Load(first.Running()); err != nil {
		t.Fatalf("%v in what the router printed:\n%s", err, first.Running())
	}
	if a, b := first.Running(), second.Running(); a != b {
		t.Errorf("printed\n%s\nthen\n%s", a, b)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(iosxe.Config("r", 1))
	f.Add("hostname r\ninterface GigabitEthernet0/0/1\n ip access-group A in\nip access-list extended A\n 10 remark x\n 10 permit tcp any any eq smtp dscp ef\n deny   ip any any\naccess-list 7 permit 10.0.0.0 0.0.0.255\nobject-group network G\n range 192.0.2.1 192.0.2.9\nipv6 access-list B\n sequence 7 permit ipv6 any any\nend\n")
	f.Fuzz(reload)
}

// Captured configurations are taken, save for lists that hold what no such router prints.
func TestLoadCaptured(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/data/device-output/ios/running-config/*.txt")
	if len(files) == 0 {
		t.Skip("the captured configurations of ../../../shared/data/device-output are absent")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := iosxe.New(lab.Setup{Hostname: "r", Clock: &lab.HandClock{}})
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
	f.Add("ip access-list extended A")
	f.Add("show access-lists | include OP25B")
	f.Fuzz(func(t *testing.T, line string) {
		d := iosxe.New(lab.Setup{Hostname: "r", Clock: &lab.HandClock{}})
		if err := d.Load(iosxe.Config("r", 1)); err != nil {
			t.Fatal(err)
		}
		s := d.Login("a")
		for _, l := range []string{line, "configure terminal", line, "ip access-list extended MGMT2", line, "exit", "commit", line} {
			s.Enter(l)
			s.Prompt()
		}
		reload(t, d.Running())
	})
}
