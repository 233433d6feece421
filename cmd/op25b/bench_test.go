package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// These benchmarks are what `make bench` prints: each does a whole job once and writes lines of a
// table. What is measured runs in a process of its own, so that its CPU time and its memory are
// its own; what it is held against runs in the same minute. A slow machine fails nothing.

// job is what a measured process is to do.
type job struct {
	What    string // one of jobs
	Dir     string
	Dialect string
	Files   []string
	N       int
	Door    door
	Hold    bool // stop when all sessions are open, and weigh them
	Until   time.Time
}

// cost is what it took. A part is a named piece of the job, in the order in which it was done.
type cost struct {
	Parts []part
	Peak  float64 // MB, the most that was resident
	Base  float64 // MB, resident before the job began
	Notes map[string]float64
	Says  string
}

type part struct {
	Name      string
	CPU, Wall float64 // seconds; CPU is user and system time of the process, all threads
}

// jobs are the measured jobs, by name.
func jobs() map[string]func(job) (cost, error) {
	return map[string]func(job) (cost, error){
		"render": renderJob, "push": pushJob, "bare": bareJob, "call": callJob, "share": shareJob, "texts": textsJob, "grow": growJob, "set": setJob,
	}
}

// TestBenchmarkJob is the measured process; by itself it does nothing.
func TestBenchmarkJob(t *testing.T) {
	task := os.Getenv("OP25B_BENCH_JOB")
	if task == "" {
		return
	}
	var j job
	if err := json.Unmarshal([]byte(task), &j); err != nil {
		t.Fatal(err)
	}
	base := resident("VmRSS")
	c, err := jobs()[j.What](j)
	if err != nil {
		t.Fatal(err)
	}
	c.Base, c.Peak = base, resident("VmHWM")
	out, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("cost %s\n", out)
}

// jobTime bounds every job.
const jobTime = 2 * time.Minute

// measured runs a job in a process of its own.
func measured(j job) (cost, error) {
	task, err := json.Marshal(j)
	if err != nil {
		return cost{}, err
	}
	ctx, stop := context.WithTimeout(context.Background(), jobTime)
	defer stop()
	c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestBenchmarkJob$")
	c.Env = append(os.Environ(), "OP25B_BENCH_JOB="+string(task))
	out, err := c.CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if text, is := strings.CutPrefix(line, "cost "); is {
			var done cost
			return done, json.Unmarshal([]byte(text), &done)
		}
	}
	return cost{}, fmt.Errorf("%s: %v: %s", j.What, err, bytes.TrimSpace(out))
}

// run does a piece of a job and keeps what it took.
func (c *cost) run(name string, do func() error) error {
	wall, spent := time.Now(), cpuTime()
	err := do()
	c.Parts = append(c.Parts, part{name, (cpuTime() - spent).Seconds(), time.Since(wall).Seconds()})
	return err
}

// part is the piece of that name; where it was done again, the one that took least.
func (c cost) part(name string) (least part) {
	for _, p := range c.Parts {
		if p.Name == name && (least.Name == "" || p.CPU < least.CPU) {
			least = p
		}
	}
	return least
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident is a line of /proc/self/status, in MB; 0 where there is none. The peak that
// getrusage gives would count the parent's memory too.
func resident(field string) float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if value, is := strings.CutPrefix(line, field+":"); is {
			kb, _ := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// program runs a program to its end and gives its CPU and wall time.
func program(dir, name string, args ...string) (part, error) {
	ctx, stop := context.WithTimeout(context.Background(), jobTime)
	defer stop()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	var says bytes.Buffer
	c.Stdout, c.Stderr = io.Discard, &says
	start := time.Now()
	err := c.Run()
	if err != nil {
		return part{}, fmt.Errorf("%s: %w: %s", filepath.Base(name), err, firstLine(says.String()))
	}
	took := c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	return part{filepath.Base(name), took.Seconds(), time.Since(start).Seconds()}, nil
}

// built is a program that `make build` left in bin.
func built(b *testing.B, name string) string {
	b.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", name))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		b.Skipf("%v; run make build", err)
	}
	return path
}

// table is one section of what is printed.
type table struct {
	b     *testing.B
	title string
	rows  [][]string
}

func newTable(b *testing.B, title string, heads ...string) *table {
	b.Helper()
	if runtime.GOOS != "linux" {
		b.Skip("CPU time and memory are read in Linux's way")
	}
	t := &table{b, title, [][]string{heads}}
	b.Cleanup(t.print)
	return t
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// broken is a row of something that could not be measured.
func (t *table) broken(what string, err error) {
	t.b.Log(what, err)
	t.row(what, "not measured: "+clipped(err.Error()))
}

func clipped(s string) string {
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "|", "/")), " ")
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}

// print appends the section to the file that OP25B_BENCH_TABLE names, or logs it.
func (t *table) print() {
	heads := t.rows[0]
	var out strings.Builder
	fmt.Fprintf(&out, "\n%s\n\n| %s |\n|%s\n", t.title, strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	for _, r := range t.rows[1:] {
		r = append(r, make([]string, max(0, len(heads)-len(r)))...)
		fmt.Fprintf(&out, "| %s |\n", strings.Join(r, " | "))
	}
	path := os.Getenv("OP25B_BENCH_TABLE")
	if path == "" {
		t.b.Log(out.String())
		return
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.b.Error(err)
		return
	}
	defer f.Close()
	f.WriteString(out.String())
}

func seconds(s float64) string {
	switch {
	case s < 0.0995:
		return fmt.Sprintf("%.1f ms", s*1000)
	case s < 0.9995:
		return fmt.Sprintf("%.0f ms", s*1000)
	}
	return fmt.Sprintf("%.2f s", s)
}

func times(a, b float64) string {
	if b == 0 {
		return ""
	}
	if a/b >= 20 {
		return fmt.Sprintf("%.0fx", a/b)
	}
	return fmt.Sprintf("%.2fx", a/b)
}

// kept says whether a figure is within what is wanted.
func kept(have, most float64) string {
	if have <= most {
		return "yes"
	}
	return "NO"
}

// median is the middle one; of an even number, the lower.
func median(all []float64) float64 {
	all = slices.Sorted(slices.Values(all))
	return all[(len(all)-1)/2]
}
