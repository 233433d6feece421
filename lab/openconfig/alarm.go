package openconfig

import (
	"sync"
	"time"

	"op25b/lab"
)

// alarm rings again and again on the router's clock.
type alarm struct {
	clock lab.Clock
	every time.Duration
	wake  chan<- struct{}

	mu   sync.Mutex
	due  bool
	over bool
	stop func() bool
}

// newAlarm rings by filling wake; every 0 is an alarm that never rings.
func newAlarm(r *Router, every time.Duration, wake chan<- struct{}) *alarm {
	a := &alarm{clock: r.options.Clock, every: every, wake: wake}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set()
	return a
}

func (a *alarm) set() {
	if a.every > 0 {
		a.stop = a.clock.After(a.every, a.ring)
	}
}

func (a *alarm) ring() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over {
		return
	}
	a.due = true
	a.set()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// rang reports whether it has rung since the last call.
func (a *alarm) rang() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	due := a.due
	a.due = false
	return due
}

func (a *alarm) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	if a.stop != nil {
		a.stop()
	}
}
