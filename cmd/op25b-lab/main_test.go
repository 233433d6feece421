package main

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/openconfig/gnmic/pkg/api"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"op25b/inventory"
)

// bell is a writer that says when a text was written.
type bell struct {
	bytes.Buffer
	text string
	seen chan struct{}
}

func (s *bell) Write(p []byte) (int, error) {
	n, err := s.Buffer.Write(p)
	if strings.Contains(string(p), s.text) {
		close(s.seen)
	}
	return n, err
}

// What up writes is enough for op25b and for any SSH client to come in.
func TestUp(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lab")
	ctx, stop := context.WithCancel(context.Background())
	talk := &bell{text: "routers are up", seen: make(chan struct{})}
	var out bytes.Buffer
	defer stop()
	code := make(chan int, 1)
	go func() { code <- run(ctx, []string{"up", "-n", "10", "-o", dir}, &out, talk) }()
	select {
	case <-talk.seen:
	case c := <-code:
		t.Fatalf("exit %d: %s", c, talk.String())
	}
	text, err := os.ReadFile(filepath.Join(dir, "inventory.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	fleet, err := inventory.Load(filepath.Join(dir, "inventory.yaml"))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	dialects := map[string]int{}
	for _, d := range fleet.Devices {
		dialects[d.Dialect]++
		if over := map[bool]string{true: inventory.GNMI, false: inventory.SSH}[d.Dialect == "openconfig"]; d.Transport != over {
			t.Errorf("%s is reached over %s, want %s", d.Name, d.Transport, over)
		}
	}
	if want := map[string]int{"iosxe": 2, "iosxr": 2, "junos": 2, "rtx": 2, "openconfig": 2}; !maps.Equal(dialects, want) {
		t.Errorf("the inventory has %v, want %v:\n%s", dialects, want, text)
	}
	env, err := os.ReadFile(filepath.Join(dir, "env"))
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := knownhosts.New(filepath.Join(dir, "known_hosts"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		if strings.Fields(line)[1] == "openconfig" {
			if err := ask(strings.Fields(line)[2], env); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			continue
		}
		c, err := ssh.Dial("tcp", strings.Fields(line)[2], &ssh.ClientConfig{HostKeyCallback: trusted, User: variable(env, "LAB_USERNAME"),
			Auth: []ssh.AuthMethod{ssh.Password(variable(env, "LAB_PASSWORD"))}})
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		c.Close()
	}
	stop()
	if c := <-code; c != 0 || strings.Count(out.String(), "\n") != 10 {
		t.Errorf("exit %d, %s%s", c, talk.String(), out.String())
	}
	if info, err := os.Stat(filepath.Join(dir, "env")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("env: %v, %v", info.Mode(), err)
	}
}

// ask lets the gnmic client log in over gNMI, with the authority that env names.
func ask(address string, env []byte) error {
	target, err := api.NewTarget(api.Address(address), api.Username(variable(env, "LAB_USERNAME")), api.Password(variable(env, "LAB_PASSWORD")),
		api.TLSCA(strings.Trim(variable(env, "TLS_CA"), "'")))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := target.CreateGNMIClient(ctx); err != nil {
		return err
	}
	defer target.Close()
	_, err = target.Capabilities(ctx)
	return err
}

func variable(env []byte, name string) string {
	found := regexp.MustCompile(`(?m)^export OP25B_` + name + `=(\S+)$`).FindSubmatch(env)
	if found == nil {
		return ""
	}
	return string(found[1])
}

func TestUsage(t *testing.T) {
	tests := []struct {
		args string
		says string
	}{
		{"up -n 0 -o x", "at least one router"},
		{"up -o x --dialect ios", "the lab plays iosxe, iosxr, junos, rtx, openconfig"},
		{"up -o x -n 1 --lose-confirm nobody", "--lose-confirm nobody: there is no such router"},
		{"up", `required flag(s) "output" not set`},
	}
	for _, test := range tests {
		var out, talk bytes.Buffer
		if code := run(context.Background(), strings.Fields(test.args), &out, &talk); code != 1 || !strings.Contains(talk.String(), test.says) {
			t.Errorf("%s: exit %d, %s; want %s", test.args, code, talk.String(), test.says)
		}
	}
}
