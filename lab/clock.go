package lab

import (
	"sort"
	"sync"
	"time"
)

// Clock is the time that routers live in.
type Clock interface {
	// Now is the time on the router's own clock.
	Now() time.Time
	// After calls f once when d has passed, unless stop is called before. Stop reports whether
	// it prevented the call. f may take locks: it is never called from inside After or stop.
	After(d time.Duration, f func()) (stop func() bool)
}

// WallClock is real time, run faster or slower. The zero value is real time as it is.
type WallClock struct {
	Speed float64 // 60 makes a minute of the router last a second; 0 is 1
}

// Now is the time of day. It is not sped up.
func (c WallClock) Now() time.Time { return time.Now() }

// After waits d of the router's time.
func (c WallClock) After(d time.Duration, f func()) func() bool {
	if c.Speed > 0 {
		d = time.Duration(float64(d) / c.Speed)
	}
	return time.AfterFunc(d, f).Stop
}

// HandClock stands still until Advance moves it. A test uses it so that it need not wait.
// The zero value shows 2026-01-05 02:00 UTC, a Monday night.
type HandClock struct {
	mu      sync.Mutex
	passed  time.Duration
	waiting []*alarm
}

type alarm struct {
	at   time.Duration
	ring func()
}

// Now is the time that the hands show.
func (c *HandClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC).Add(c.passed)
}

// After sets an alarm.
func (c *HandClock) After(d time.Duration, f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := &alarm{at: c.passed + d, ring: f}
	c.waiting = append(c.waiting, a)
	return func() bool { return c.forget(a) }
}

// Advance moves the hands and rings what is due, in order of time. It returns when all that
// rang has returned.
func (c *HandClock) Advance(d time.Duration) {
	c.mu.Lock()
	until := c.passed + d
	c.mu.Unlock()
	for {
		a := c.next(until)
		if a == nil {
			return
		}
		a.ring()
	}
}

// next takes the earliest alarm that is due, and moves the hands to it; or to until.
func (c *HandClock) next(until time.Duration) *alarm {
	c.mu.Lock()
	defer c.mu.Unlock()
	sort.SliceStable(c.waiting, func(i, j int) bool { return c.waiting[i].at < c.waiting[j].at })
	if len(c.waiting) == 0 || c.waiting[0].at > until {
		c.passed = max(c.passed, until)
		return nil
	}
	a := c.waiting[0]
	c.waiting = c.waiting[1:]
	c.passed = max(c.passed, a.at)
	return a
}

func (c *HandClock) forget(a *alarm) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, w := range c.waiting {
		if w == a {
			c.waiting = append(c.waiting[:i], c.waiting[i+1:]...)
			return true
		}
	}
	return false
}
