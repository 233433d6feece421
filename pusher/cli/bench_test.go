package cli

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"op25b/templates/iosxe"
)

// The exchange of the benchmark: a login, and three times a configuration of 8 KB and 20 lines.
const (
	crowd      = 200 // sessions at once
	benchLines = 20
)

func benchConfig() string {
	return strings.Repeat(" 10 permit tcp 203.0.113.0 0.0.0.255 host 192.0.2.25 eq smtp\n", 130) + "end"
}

// TestBenchmarkServer is the other process of the benchmark; by itself it does nothing.
func TestBenchmarkServer(t *testing.T) {
	if os.Getenv("OP25B_BENCH_SERVER") == "" {
		return
	}
	text := benchConfig()
	r := (&router{terminal: func(c *console) { c.shell("edge#", map[string]string{"show running-config": text}) }}).play(t)
	fmt.Println("serving " + r.address + " " + strings.TrimSpace(knownhosts.Line([]string{r.address}, r.keys[0].PublicKey())))
	io.Copy(io.Discard, os.Stdin)
}

// benchServer starts it, so that only the client's work is counted.
func benchServer(b *testing.B) (*router, Dialer) {
	b.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestBenchmarkServer$")
	c.Env = append(os.Environ(), "OP25B_BENCH_SERVER=1")
	in, err := c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); c.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	words := strings.SplitN(strings.TrimSpace(line), " ", 3)
	if err != nil || len(words) != 3 {
		b.Fatalf("the server says %q, %v", line, err)
	}
	file := filepath.Join(b.TempDir(), "known_hosts")
	if err := os.WriteFile(file, []byte(words[2]+"\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	d, err := NewDialer(Hosts{Files: []string{file}}, time.Minute)
	if err != nil {
		b.Fatal(err)
	}
	return &router{address: words[1]}, d
}

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// crowded runs a session crowd times at once, and reports CPU a session and memory while all are open.
func crowded(b *testing.B, session func(open *sync.WaitGroup, gate <-chan struct{}) error) {
	var spent time.Duration
	var memory uint64
	for b.Loop() {
		var before, during runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := cpu()
		var open, done sync.WaitGroup
		gate := make(chan struct{})
		open.Add(crowd)
		for range crowd {
			done.Go(func() {
				if err := session(&open, gate); err != nil {
					b.Error(err)
				}
			})
		}
		open.Wait()
		spent += cpu() - start
		runtime.GC()
		runtime.ReadMemStats(&during)
		memory = max(memory, during.HeapInuse+during.StackInuse-before.HeapInuse-before.StackInuse)
		close(gate)
		done.Wait()
	}
	b.ReportMetric(float64(spent.Microseconds())/1000/float64(crowd*b.N), "cpu-ms/session")
	b.ReportMetric(float64(memory)/crowd/1024, "KB/session")
}

func BenchmarkDialog(b *testing.B) {
	r, d := benchServer(b)
	w := iosxe.Dialect{}.Session()
	var lines []string
	for i := range benchLines {
		lines = append(lines, fmt.Sprintf(" %d permit tcp 203.0.113.0 0.0.0.255 host 192.0.2.25 eq smtp", 10*i))
	}
	crowded(b, func(open *sync.WaitGroup, gate <-chan struct{}) error {
		once := sync.OnceFunc(open.Done)
		defer once()
		ctx := context.Background()
		o, err := Open(ctx, d, r.road(), w, time.Minute)
		if err != nil {
			return err
		}
		defer o.Close()
		for range 3 {
			if _, err := o.Read(ctx, "show running-config"); err != nil {
				return err
			}
			if _, err := o.Send(ctx, lines); err != nil {
				return err
			}
		}
		once()
		<-gate
		return nil
	})
}

// BenchmarkBare is the same exchange over the SSH library alone: it types everything line by
// line and waits for the prompt each time.
func BenchmarkBare(b *testing.B) {
	r, d := benchServer(b)
	crowded(b, func(open *sync.WaitGroup, gate <-chan struct{}) error {
		once := sync.OnceFunc(open.Done)
		defer once()
		config := &ssh.ClientConfig{User: "op", Auth: []ssh.AuthMethod{ssh.Password("secret-login")}, HostKeyCallback: d.known.compare}
		client, err := ssh.Dial("tcp", r.address, config)
		if err != nil {
			return err
		}
		defer client.Close()
		s, err := client.NewSession()
		if err != nil {
			return err
		}
		in, _ := s.StdinPipe()
		out, _ := s.StdoutPipe()
		if err := s.RequestPty("vt100", 24, 511, nil); err != nil {
			return err
		}
		if err := s.Shell(); err != nil {
			return err
		}
		chunk := make([]byte, 32<<10)
		exchange := func(line string) error {
			if line != "" {
				io.WriteString(in, line+"\n")
			}
			for buf := []byte(nil); !bytes.HasSuffix(buf, []byte("edge#")); {
				n, err := out.Read(chunk)
				if err != nil {
					return err
				}
				buf = append(buf, chunk[:n]...)
			}
			return nil
		}
		for _, l := range append([]string{"", "terminal length 0", "terminal width 512"}, bareLines()...) {
			if err := exchange(l); err != nil {
				return err
			}
		}
		once()
		<-gate
		return nil
	})
}

func bareLines() (out []string) {
	for range 3 {
		out = append(out, "show running-config")
		for i := range benchLines {
			out = append(out, fmt.Sprintf(" %d permit tcp 203.0.113.0 0.0.0.255 host 192.0.2.25 eq smtp", 10*i))
		}
	}
	return out
}
