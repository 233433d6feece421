package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"op25b/plan"
	"op25b/pusher"
)

// setJob carries a plan for one gNMI router out, and tells the pieces of it apart by its events.
func setJob(j job) (c cost, err error) {
	p, err := plan.Open(j.Files[0])
	if err != nil {
		return c, err
	}
	ctx, stop := context.WithTimeout(context.Background(), jobTime)
	defer stop()
	c.Notes = map[string]float64{}
	last := time.Now()
	pieces := map[string]string{pusher.Checked: "read", pusher.Arming: "trial", pusher.Switched: "set", pusher.Verified: "read back", pusher.Confirmed: "confirm"}
	err = c.run("push", func() error {
		report, err := j.Door.pusher(func() {}).Push(ctx, p, pusher.Options{}, func(e pusher.Event) {
			if piece := pieces[e.What]; piece != "" && e.Leg == "push" {
				c.Notes[piece] = time.Since(last).Seconds()
				last = time.Now()
			}
		})
		for _, o := range report.Outcomes {
			err = errors.Join(err, o.Err)
		}
		return err
	})
	return c, err
}

// BenchmarkSet is a Set of many entries on one gNMI router of the lab, which is a process of its own:
// what of the CPU time is ours, and what the router's.
func BenchmarkSet(b *testing.B) {
	built(b, "op25b-lab")
	t := newTable(b, "One gNMI router, a list of so many entries set, read back and confirmed", "entries", "op25b, CPU", "the router, CPU", "its share",
		"CPU an entry, against the first line: ours", "the router's", "wall: the trial", "the Set", "read back", "the whole push", "peak memory of op25b")
	var first [2]float64
	for range b.N {
		for _, n := range []int{500, 5_000, 20_000} {
			c, theirs, err := setOf(b, n)
			if err != nil {
				t.broken(fmt.Sprint(n), err)
				continue
			}
			push := c.part("push")
			each := [2]float64{push.CPU / float64(n), theirs / float64(n)}
			if first[0] == 0 {
				first = each
			}
			t.row(fmt.Sprint(n), seconds(push.CPU), seconds(theirs), fmt.Sprintf("%.0f %%", 100*theirs/(theirs+push.CPU)),
				fmt.Sprintf("%.2fx", each[0]/first[0]), fmt.Sprintf("%.2fx", each[1]/first[1]), seconds(c.Notes["trial"]), seconds(c.Notes["set"]),
				seconds(c.Notes["read back"]), seconds(push.Wall), fmt.Sprintf("%.0f MB", c.Peak))
		}
	}
}

// setOf measures one push, and the CPU time that the lab spent meanwhile.
func setOf(b *testing.B, n int) (c cost, theirs float64, err error) {
	f, err := raise(b, "openconfig", 1)
	if f != nil {
		defer f.fall()
	}
	if err != nil {
		return c, 0, err
	}
	var pool strings.Builder
	for i := range n {
		fmt.Fprintf(&pool, "10.%d.%d.%d/32\n", i>>15, i>>7&255, i<<1&255) // every other address: nothing merges
	}
	const policy = `version: 1
isp: Many
timezone: Asia/Tokyo
pools: { many: { file: pools/many.txt } }
relays: [192.0.2.25]
phases: [{ name: vodafone, start: 2005-01-31, to: any, action: block }]
`
	inv, err := os.ReadFile(filepath.Join(f.dir, "inventory.yaml"))
	text := strings.Replace(string(inv), "direction: in\n", "direction: in\n        families: [ipv4]\n", 1)
	err = errors.Join(err, os.WriteFile(filepath.Join(f.dir, "policy.yaml"), []byte(policy), 0o644), os.WriteFile(filepath.Join(f.dir, "inventory.yaml"), []byte(text), 0o644),
		os.WriteFile(filepath.Join(f.dir, "pools", "many.txt"), []byte(pool.String()), 0o644))
	if err != nil {
		return c, 0, err
	}
	path, err := f.planned()
	if err != nil {
		return c, 0, err
	}
	before, err := spentBy(f.lab.Process.Pid)
	if err != nil {
		return c, 0, err
	}
	if c, err = measured(job{What: "set", Files: []string{path}, Door: f.door}); err != nil {
		return c, 0, err
	}
	after, err := spentBy(f.lab.Process.Pid)
	return c, after - before, err
}

// spentBy is the CPU time of a process so far, in seconds, as Linux counts it: in hundredths.
func spentBy(pid int) (float64, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	user, err1 := strconv.ParseFloat(fields[11], 64)
	system, err2 := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100, errors.Join(err1, err2)
}
