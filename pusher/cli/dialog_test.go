package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"op25b/templates/iosxe"
	"op25b/templates/iosxr"
	"op25b/templates/junos"
	"op25b/templates/rtx"
	"op25b/templates/words"
)

// patience is far more than any answer takes, on the slowest machine; hurry is for devices that never
// answer.
const patience, hurry = time.Minute, time.Second

// session opens a session or fails the test.
func session(t *testing.T, r *router, w words.Session) *Dialog {
	t.Helper()
	d, err := Open(context.Background(), dialer(t, r), r.road(), w, patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// The library's prompt pattern finds a prompt anywhere in the text: a banner that looks like
// one ends `show running-config` early, and every answer after it belongs to the command before.
func TestReadIsNotEndedByAPromptInTheText(t *testing.T) {
	text := "hostname edge\nbanner motd ^C\nKEEPOUT#\nedge#\n^C\ninterface Gi1\nend"
	r := (&router{terminal: func(c *console) {
		for !c.over {
			c.print("edge#")
			switch c.line("echo") {
			case "show running-config":
				// In pieces, so that the device's own prompt stands at the end of one.
				for _, piece := range strings.SplitAfter(text+"\n", "#") {
					c.print(piece)
					time.Sleep(5 * time.Millisecond)
				}
			case "show clock":
				c.print("12:00\n")
			}
		}
	}}).play(t)
	d := session(t, r, iosxe.Dialect{}.Session())
	for range 3 {
		got, err := d.Read(context.Background(), "show running-config")
		if err != nil || squeezed(got) != squeezed(text) {
			t.Fatalf("got %q, %v", got, err)
		}
		if got, err := d.Read(context.Background(), "show clock"); err != nil || got != "12:00\n" {
			t.Fatalf("the next command got %q, %v", got, err)
		}
	}
}

// A login banner that looks like a prompt is not the device's name.
func TestBannerIsNotTheHostname(t *testing.T) {
	r := (&router{terminal: func(c *console) {
		c.print("\nKEEPOUT#")
		time.Sleep(10 * time.Millisecond)
		c.print("\nauthorised people only\n\n")
		c.shell("tyo-edge-1#", nil)
	}}).play(t)
	if got := session(t, r, iosxe.Dialect{}.Session()).Host(); got != "tyo-edge-1" {
		t.Errorf("host is %q", got)
	}
}

func TestPrompts(t *testing.T) {
	type seen struct {
		host string
		mode words.Mode
	}
	for _, c := range []struct {
		words  words.Session
		prompt string
		want   seen
	}{
		{iosxe.Dialect{}.Session(), "edge>", seen{"edge", words.User}},
		{iosxe.Dialect{}.Session(), "edge-1.tyo#", seen{"edge-1.tyo", words.Admin}},
		{iosxe.Dialect{}.Session(), "edge(config)#", seen{"edge", words.Config}},
		{iosxe.Dialect{}.Session(), "edge(config-ext-nacl)# ", seen{"edge", words.Config}},
		{iosxr.Dialect{}.Session(), "RP/0/RP0/CPU0:xr#", seen{"xr", words.Admin}},
		{iosxr.Dialect{}.Session(), "RP/0/RSP0/CPU0:xr(config-ipv4-acl)#", seen{"xr", words.Config}},
		{junos.Dialect{}.Session(), "op@mx> ", seen{"mx", words.Admin}},
		{junos.Dialect{}.Session(), "op@mx# ", seen{"mx", words.Config}},
		{rtx.Dialect{}.Session(), "> ", seen{"", words.User}},
		{rtx.Dialect{}.Session(), "# ", seen{"", words.Config}},
		{rtx.Dialect{}.Session(), "[rtx] # ", seen{"", ""}},
		{rtx.Dialect{}.Session(), "[rtx]# ", seen{"rtx", words.Config}},
		{rtx.Dialect{}.Session(), "rtx> ", seen{"rtx", words.User}},
		{rtx.Dialect{}.Session(), "rtx# ", seen{"rtx", words.Config}},
		{rtx.Dialect{}.Session(), "pp1# ", seen{"", words.Config}},
	} {
		d := &Dialog{words: c.words}
		p, rest, is := d.promptAt(c.prompt)
		if got := (seen{p.host, p.mode}); got != c.want || is && strings.TrimSpace(rest) != "" {
			t.Errorf("%s %q: %+v, rest %q; want %+v", c.words.Name, c.prompt, got, rest, c.want)
		}
	}
}

// A blank password of the privileged level is typed as an empty line; the library waits for a
// prompt that does not come.
func TestElevate(t *testing.T) {
	for _, c := range []struct {
		name, enable, right string
		fails               bool
	}{
		{"password", "secret-enable", "secret-enable", false},
		{"blank", "", "", false},
		{"wrong", "secret-wrong", "secret-enable", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := (&router{terminal: func(s *console) {
				for !s.over {
					s.print("edge>")
					if s.line("echo") != "enable" {
						continue
					}
					for range 3 {
						s.print("Password: ")
						if s.line("") == c.right {
							s.shell("edge#", nil)
							return
						}
					}
					s.print("% Bad secrets\n\n")
				}
			}}).play(t)
			road := r.road()
			road.Login.Enable = c.enable
			d, err := Open(context.Background(), dialer(t, r), road, iosxe.Dialect{}.Session(), patience)
			if c.fails {
				if !errors.Is(err, ErrLogin) || strings.Contains(err.Error(), "secret") {
					t.Errorf("error is %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if d.Mode() != words.Admin {
				t.Errorf("mode is %s", d.Mode())
			}
		})
	}
}

// The pager is answered and leaves no trace, however the device wipes it out.
func TestPager(t *testing.T) {
	for name, wipe := range map[string]string{
		"backspaces": "\b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b",
		"return":     "\r          \r",
		"erase":      "\r\x1b[K",
	} {
		for _, pager := range []string{"---more---", "---つづく---", "---\xa4\xc4\xa4\xc5\xa4\xaf---"} {
			t.Run(name+" "+pager, func(t *testing.T) {
				r := (&router{terminal: func(c *console) {
					for !c.over {
						c.print("rtx# ")
						if c.line("echo") != "show config" {
							continue
						}
						for i := range 5 {
							c.print(fmt.Sprintf("pp select %d\n ip pp mtu 1454\n", i))
							c.raw(pager)
							if key, _ := c.keys.ReadByte(); key != ' ' {
								c.print("wrong key\n")
							}
							c.raw(wipe)
						}
					}
				}}).play(t)
				got, err := session(t, r, rtx.Dialect{}.Session()).Read(context.Background(), "show config")
				var want strings.Builder
				for i := range 5 {
					fmt.Fprintf(&want, "pp select %d\n ip pp mtu 1454\n", i)
				}
				if err != nil || got != want.String() {
					t.Errorf("got %q, %v", got, err)
				}
			})
		}
	}
}

// ios is a router in config mode that refuses some lines.
func ios(refused map[string]string) func(*console) {
	return func(c *console) {
		prompt := "edge#"
		for !c.over {
			c.print(prompt)
			line := c.line("echo")
			switch {
			case line == "configure terminal":
				c.print("Enter configuration commands, one per line.  End with CNTL/Z.\n")
				prompt = "edge(config)#"
			case line == "end":
				prompt = "edge#"
			case strings.HasPrefix(line, "ip access-list"):
				prompt = "edge(config-ext-nacl)#"
			}
			if says, is := refused[line]; is {
				c.print(says + "\n")
			}
		}
	}
}

// The library goes on after a refused line, and knows few refusals: "% Duplicate sequence
// number" is none of them. Here every word is one, and names its line.
func TestSendStopsAtTheRefusedLine(t *testing.T) {
	for _, says := range []string{
		"% Duplicate sequence number",
		"                ^\n% Invalid input detected at '^' marker.",
		"%Access list entry already exists",
		"Some words that nobody has seen before",
	} {
		r := (&router{terminal: ios(map[string]string{" 20 deny tcp any any eq smtp": says})}).play(t)
		d := session(t, r, iosxe.Dialect{}.Session())
		if _, err := d.Do(context.Background(), d.words.Enter, 0, patience); err != nil {
			t.Fatal(err)
		}
		sent, err := d.Send(context.Background(), []string{"ip access-list extended OP25B-OUT-V4-G1",
			" 10 permit tcp any host 192.0.2.25 eq smtp", " 20 deny tcp any any eq smtp", " 30 permit ip any any",
			"ip access-list extended OP25B-IN-V4-G1", " 10 permit ip any any"})
		var refusal words.Refusal
		if !errors.As(err, &refusal) || refusal.Line != " 20 deny tcp any any eq smtp" || !strings.HasSuffix(says, refusal.Says) || len(refusal.Says) < 10 {
			t.Errorf("%q: error is %v", says, err)
		}
		if sent != 4 || slices.Contains(r.lines(), "ip access-list extended OP25B-IN-V4-G1") {
			t.Errorf("%q: %d lines were sent, among them %q", says, sent, r.lines())
		}
		if got, err := d.Read(context.Background(), "show clock"); err != nil || got != "" {
			t.Errorf("%q: the next command got %q, %v", says, got, err)
		}
	}
}

// What an RTX says in Shift JIS or EUC can be read, and what is neither stays as it is.
func TestReadable(t *testing.T) {
	for says, want := range map[string]string{
		"% Invalid input":                            "% Invalid input",
		"エラー: 不正です":                                  "エラー: 不正です",
		"\x83\x47\x83\x89\x81\x5b: \x95\x73\x90\xb3": "エラー: 不正",
		"\xa5\xa8\xa5\xe9\xa1\xbc: \xc9\xd4\xc0\xb5": "エラー: 不正",
		"half \x83": "half \x83",
	} {
		if got := readable(says); got != want {
			t.Errorf("%q reads as %q, want %q", says, got, want)
		}
	}
}

// Line by line, nothing is typed after the refused line.
func TestSendEachStopsAtOnce(t *testing.T) {
	r := (&router{terminal: ios(map[string]string{"b": "% no"})}).play(t)
	d := session(t, r, iosxe.Dialect{}.Session())
	d.Do(context.Background(), d.words.Enter, 0, patience)
	if sent, err := d.SendEach(context.Background(), []string{"a", "b", "c"}); sent != 2 || err == nil {
		t.Errorf("%d sent, %v", sent, err)
	}
	if slices.Contains(r.lines(), "c") {
		t.Errorf("typed %q", r.lines())
	}
}

// Log messages come between the lines of a router's terminal; one that says that the hardware
// is full stops the push.
func TestSyslogBetweenLines(t *testing.T) {
	for says, stops := range map[string]bool{
		"*Mar  1 00:01:02.345: %SYS-5-CONFIG_I: Configured from console by vty0": false,
		"%LINEPROTO-5-UPDOWN: Line protocol on Interface Gi1, changed to up":     false,
		"*Mar  1 00:01:02.345: %ACLMGR-3-MERGEFAIL: out of TCAM":                 true,
	} {
		r := (&router{terminal: ios(map[string]string{" 10 permit ip any any": says})}).play(t)
		d := session(t, r, iosxe.Dialect{}.Session())
		d.Do(context.Background(), d.words.Enter, 0, patience)
		_, err := d.Send(context.Background(), []string{"ip access-list extended X", " 10 permit ip any any"})
		if (err != nil) != stops {
			t.Errorf("%q: error is %v", says, err)
		}
	}
}

// A message that comes after the prompt does not hide the prompt.
func TestSyslogAfterThePrompt(t *testing.T) {
	r := (&router{terminal: func(c *console) {
		for !c.over {
			c.print("edge#")
			if c.line("echo") == "show clock" {
				c.print("12:00\nedge#\n*Mar  1 00:01:02.345: %SYS-5-CONFIG_I: Configured from console by vty0\n")
				c.line("echo")
			}
		}
	}}).play(t)
	d := session(t, r, iosxe.Dialect{}.Session())
	if got, err := d.Read(context.Background(), "show clock"); err != nil || got != "12:00\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

// A terminal may echo everything that was typed ahead before it answers the first line.
func TestEchoAheadOfAnswers(t *testing.T) {
	r := (&router{terminal: func(c *console) {
		c.print("edge#")
		for !c.over {
			lines := []string{c.line("echo")}
			for c.keys.Buffered() > 0 {
				lines = append(lines, c.line("echo"))
			}
			for _, l := range lines {
				if strings.Contains(l, "20") {
					c.print("% Duplicate sequence number\n")
				}
				c.print("edge#")
			}
		}
	}}).play(t)
	d := session(t, r, iosxe.Dialect{}.Session())
	if _, err := d.Send(context.Background(), []string{" 10 permit", " 30 permit"}); err != nil {
		t.Error(err)
	}
	if _, err := d.Send(context.Background(), []string{" 10 permit", " 20 permit", " 30 permit"}); err == nil {
		t.Error("a refused line was not noticed")
	}
	if got, err := d.Read(context.Background(), "show clock"); err != nil || got != "" {
		t.Errorf("the next command got %q, %v", got, err)
	}
}

// Characters that a slow terminal loses are noticed: the echo is not what was typed.
func TestLostCharacters(t *testing.T) {
	r := (&router{terminal: func(c *console) {
		for !c.over {
			c.print("edge#")
			s, err := c.keys.ReadString('\n')
			if err != nil {
				return
			}
			c.print(strings.Replace(strings.TrimSuffix(s, "\n"), "host 192.0.2.25", "host 192.0.2.2", 1) + "\n")
		}
	}}).play(t)
	d := session(t, r, iosxe.Dialect{}.Session())
	d.patience = hurry
	_, err := d.Send(context.Background(), []string{" 10 permit tcp any any", " 20 permit tcp any host 192.0.2.25", " 30 permit ip any any"})
	if err == nil {
		t.Error("a lost character was not noticed")
	}
}

// The question about uncommitted work is answered where it belongs, and a question that nobody
// expects is an error at once; the library waits for its whole timeout.
func TestQuestions(t *testing.T) {
	r := (&router{terminal: func(c *console) {
		prompt := "op@mx> "
		for !c.over {
			c.print("\n" + prompt)
			switch c.line("echo") {
			case "configure exclusive":
				c.print("Entering configuration mode\n\n[edit]\n")
				prompt = "op@mx# "
			case "exit configuration-mode":
				c.print("The configuration has been modified but not committed\nDiscard uncommitted changes? [yes,no] (no) ")
				if c.line("echo") == "yes" {
					c.print("Exiting configuration mode\n")
					prompt = "op@mx> "
				}
			case "set system something":
				c.print("Really do this? [yes,no] (no) ")
				c.line("echo")
			}
		}
	}}).play(t)
	d := session(t, r, junos.Dialect{}.Session())
	ctx := context.Background()
	if _, err := d.Do(ctx, d.words.Enter, 0, patience); err != nil || d.Mode() != words.Config {
		t.Fatalf("mode %s, %v", d.Mode(), err)
	}
	if _, err := d.Do(ctx, d.words.Leave, 0, patience); err != nil || d.Mode() != words.Admin {
		t.Fatalf("mode %s, %v", d.Mode(), err)
	}
	if _, err := d.Do(ctx, d.words.Enter, 0, patience); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Send(ctx, []string{"set system something"}); err == nil {
		t.Error("a question was not noticed")
	}
}

func TestSilentDeviceAndDroppedSession(t *testing.T) {
	r := (&router{terminal: func(c *console) {
		for !c.over {
			c.print("edge#")
			switch c.line("echo") {
			case "hang":
				c.line("")
				c.line("")
			case "drop":
				return
			}
		}
	}}).play(t)
	w := iosxe.Dialect{}.Session()
	d := session(t, r, w)
	d.patience = hurry
	if _, err := d.Read(context.Background(), "hang"); !errors.Is(err, ErrSilent) || d.Alive() {
		t.Errorf("hang: %v, alive %v", err, d.Alive())
	}
	d.Close()
	d = session(t, r, w)
	if _, err := d.Read(context.Background(), "drop"); !errors.Is(err, ErrCut) || d.Alive() {
		t.Errorf("drop: %v, alive %v", err, d.Alive())
	}
}

// A read or a wait ends with its context.
func TestContextEndsAWait(t *testing.T) {
	r := (&router{terminal: func(c *console) {
		for !c.over {
			c.print("edge#")
			if c.line("echo") == "hang" {
				c.line("")
			}
		}
	}}).play(t)
	d := session(t, r, iosxe.Dialect{}.Session())
	ctx, stop := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, stop)
	if _, err := d.Read(ctx, "hang"); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

func TestEndlessTextIsRefused(t *testing.T) {
	r := (&router{terminal: func(c *console) {
		for !c.over {
			c.print("edge#")
			if c.line("echo") == "show running-config" {
				piece := strings.Repeat(strings.Repeat("x", 79)+"\n", 400)
				for !c.over {
					c.print(piece)
				}
			}
		}
	}}).play(t)
	d := session(t, r, iosxe.Dialect{}.Session())
	if _, err := d.Read(context.Background(), "show running-config"); !errors.Is(err, ErrTooLong) {
		t.Errorf("error is %v", err)
	}
}

func TestConfigures(t *testing.T) {
	for _, c := range []struct {
		words words.Session
		line  string
		good  bool
	}{
		{iosxe.Dialect{}.Session(), "ip access-list extended OP25B-OUT-V4-G1", true},
		{iosxe.Dialect{}.Session(), " 10 deny tcp any any eq smtp", true},
		{iosxe.Dialect{}.Session(), "no ip access-list extended OP25B-OUT-V4-G1", true},
		{iosxe.Dialect{}.Session(), "remark x\nreload", false},
		{iosxe.Dialect{}.Session(), "remark x\rreload", false},
		{iosxe.Dialect{}.Session(), "remark what?", false},
		{iosxe.Dialect{}.Session(), "remark\twhat", false},
		{iosxe.Dialect{}.Session(), "remark caf\xc3\xa9", false},
		{iosxe.Dialect{}.Session(), "remark \x1b[2J", false},
		{iosxe.Dialect{}.Session(), strings.Repeat("x", 255), false},
		{iosxe.Dialect{}.Session(), "do reload", false},
		{iosxe.Dialect{}.Session(), "end", false},
		{iosxe.Dialect{}.Session(), " ", false},
		{iosxr.Dialect{}.Session(), "commit", false},
		{iosxr.Dialect{}.Session(), "interface GigabitEthernet0/0/0/1", true},
		{junos.Dialect{}.Session(), "set firewall family inet filter X term a then accept", true},
		{junos.Dialect{}.Session(), "delete firewall family inet filter X", true},
		{junos.Dialect{}.Session(), "insert firewall family inet filter X term a before term b", true},
		{junos.Dialect{}.Session(), "run request system reboot", false},
		{junos.Dialect{}.Session(), "commit", false},
		{rtx.Dialect{}.Session(), "ip filter 250001 pass-nolog * *", true},
		{rtx.Dialect{}.Session(), "save", false},
		{rtx.Dialect{}.Session(), "cold start", false},
		{rtx.Dialect{}.Session(), "rollback timer 1", false},
	} {
		if err := Configures(c.words, c.line); (err == nil) != c.good {
			t.Errorf("%s %q: %v", c.words.Name, c.line, err)
		}
	}
}

func TestScrubberDoesNotMindTheCuts(t *testing.T) {
	raw := "a\r\nb\r\r\nc\x1b[7mpager\x1b[27m\r     \rd\x07\x00\x1b]0;title\x07e\x1b(Bf\r\n"
	want := "a\nb\ncpager\v     \vdef\n"
	for size := 1; size < len(raw); size++ {
		var s scrubber
		var got strings.Builder
		for i := 0; i < len(raw); i += size {
			got.Write(s.text([]byte(raw[i:min(i+size, len(raw))])))
		}
		if got.String() != want {
			t.Fatalf("in pieces of %d: %q", size, got.String())
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("edge#\r\n\x1b[K---more---\b\b\b   x\r\n"), 3)
	f.Fuzz(func(t *testing.T, raw []byte, size int) {
		var whole, cut scrubber
		want := string(whole.text(raw))
		size = max(1, size%17)
		var got strings.Builder
		for i := 0; i < len(raw); i += size {
			got.Write(cut.text(raw[i:min(i+size, len(raw))]))
		}
		if got.String() != want {
			t.Fatalf("in pieces of %d %q, whole %q", size, got.String(), want)
		}
		for line := range strings.SplitSeq(want, "\n") {
			if strings.ContainsAny(settled(line), "\b\v\r\x1b") {
				t.Fatalf("%q has control characters", settled(line))
			}
		}
	})
}
