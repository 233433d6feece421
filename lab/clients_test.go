package lab_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"op25b/lab"
)

// conversation is what a client that is not ours types at a kind of router, and what must come.
type conversation struct {
	login    string // the command of the rancid package
	commands []string
	shows    []string
	changed  string // what the configuration holds then, "" if nothing is changed
}

func conversations() map[string]conversation {
	return map[string]conversation{
		"iosxe": {"clogin",
			[]string{"show version", "show running-config", "configure terminal", "interface Loopback0", "description seen", "end", "show ip access-lists"},
			[]string{"Cisco IOS XE Software", "Current configuration : ", "(config-if)#end", "Standard IP access list MGMT"}, " description seen"},
		"iosxr": {"clogin",
			[]string{"show version", "show running-config", "configure", "interface Loopback0", "description seen", "commit", "end", "show access-lists ipv4 MGMT"},
			[]string{"Cisco IOS XR Software", "!! IOS XR Configuration", "(config-if)#end", "20 permit tcp 127.0.0.0"}, " description seen"},
		"junos": {"jlogin",
			[]string{"show version", "show configuration", "configure", "set interfaces ge-0/0/0 description seen", "commit", "exit"},
			[]string{"Junos: ", "host-name", "commit complete"}, "description seen;"},
		"rtx": {"",
			[]string{"administrator", "", "console lines infinity", "show environment", "show config", "exit", "N"},
			[]string{"RTX", "ip lan1 address"}, ""},
	}
}

// The OpenSSH client, with a key, a known_hosts file and a script on its standard input.
func TestOpenSSH(t *testing.T) {
	client, err := exec.LookPath("ssh")
	if err != nil {
		t.Skip("the ssh client is absent: apt-get install openssh-client")
	}
	dir := t.TempDir()
	key := writeKey(t, filepath.Join(dir, "key"))
	f := fleetOf(t, lab.Door{Keys: []ssh.PublicKey{key}})
	hosts := filepath.Join(dir, "known_hosts")
	writeFile(t, hosts, f.KnownHosts())
	for i, k := range kinds() {
		t.Run(k.Dialect, func(t *testing.T) {
			s := f.Servers()[i]
			talk := conversations()[k.Dialect]
			script := strings.Join(append(opening(k.Dialect), talk.commands...), "\n") + "\nexit\n"
			out := run(t, script, client, "-tt", "-p", port(s), "-i", filepath.Join(dir, "key"), "-o", "IdentitiesOnly=yes",
				"-o", "UserKnownHostsFile="+hosts, "-o", "StrictHostKeyChecking=yes", "-F", "none", user+"@127.0.0.1")
			check(t, talk, out, s)
		})
	}
}

// opening is what makes a terminal unpaged.
func opening(dialect string) []string {
	return map[string][]string{"iosxe": {"terminal length 0"}, "iosxr": {"terminal length 0"},
		"junos": {"set cli screen-length 0"}}[dialect]
}

// The login scripts of rancid: expect programs written for the real routers by others. They type
// the password, find the prompt, turn paging off and log out.
func TestRancid(t *testing.T) {
	if _, err := exec.LookPath("clogin"); err != nil {
		t.Skip("rancid is absent: apt-get install rancid")
	}
	f := fleetOf(t, lab.Door{})
	for i, k := range kinds() {
		t.Run(k.Dialect, func(t *testing.T) {
			talk := conversations()[k.Dialect]
			if talk.login == "" {
				t.Skip("rancid knows no such router")
			}
			t.Parallel()
			s := f.Servers()[i]
			dir := t.TempDir()
			hosts, rc := filepath.Join(dir, "known_hosts"), filepath.Join(dir, "cloginrc")
			writeFile(t, hosts, f.KnownHosts())
			writeFile(t, rc, fmt.Sprintf("add user * %s\nadd password * {%s} {%s}\nadd method * {ssh:%s}\nadd autoenable * 1\n"+
				"add sshcmd * {ssh\\ -F\\ none\\ -o\\ UserKnownHostsFile=%s\\ -o\\ StrictHostKeyChecking=yes\\ -o\\ PreferredAuthentications=password}\n",
				user, password, password, port(s), hosts))
			out := run(t, "", talk.login, "-f", rc, "-t", "60", "-c", strings.Join(talk.commands, ";"), "127.0.0.1")
			check(t, talk, out, s)
		})
	}
}

func check(t *testing.T, talk conversation, out string, s *lab.Server) {
	t.Helper()
	for _, text := range talk.shows {
		if !strings.Contains(out, text) {
			t.Errorf("%q did not come; what came:\n%s", text, out)
		}
	}
	if running := s.Device().Running(); !strings.Contains(running, talk.changed) {
		t.Errorf("%q is not in the configuration:\n%s", talk.changed, running)
	}
}

func run(t *testing.T, input, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, name, args...)
	command.Stdin = strings.NewReader(input)
	command.Env = append(os.Environ(), "TERM=vt100")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v; what came:\n%s", name, err, out)
	}
	return string(out)
}

func port(s *lab.Server) string { return fmt.Sprint(s.Address().Port()) }

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// writeKey makes a key pair and leaves the private half in a file.
func writeKey(t *testing.T, name string) ssh.PublicKey {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, name, string(pem.EncodeToMemory(block)))
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
