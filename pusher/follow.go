package pusher

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"op25b/acl"
	"op25b/plan"
	"op25b/templates"
)

// streamer is a dialog over which a device tells its counters without being asked again.
type streamer interface {
	// Stream gives what the command shows each time that it may have changed, or after each period
	// where the device does not tell that, until the context ends.
	Stream(ctx context.Context, command string, every time.Duration, see func(text string)) error
}

// follow lets a wave soak, with an ear on every device that tells its counters by itself. The soak
// ends early with the reasons, by device, where one of them tells what fails a soak.
func (m *march) follow(ctx context.Context, w plan.Wave, d time.Duration, begin map[string]Signals) (map[string][]string, error) {
	listening, stop := context.WithCancel(ctx)
	var mu sync.Mutex
	early := map[string][]string{}
	var all sync.WaitGroup
	for _, s := range w.Steps {
		if s.Via.Transport != overGNMI {
			continue
		}
		for _, t := range begin[s.Device].streamed() {
			all.Go(func() {
				reasons := m.ear(listening, s, t, period(d))
				if len(reasons) == 0 {
					return
				}
				mu.Lock()
				defer mu.Unlock()
				early[s.Device] = append(early[s.Device], reasons...)
				stop()
			})
		}
	}
	err := m.sleep(listening, d)
	stop()
	all.Wait()
	if len(early) > 0 && ctx.Err() == nil {
		err = nil
	}
	return early, err
}

// period is how often counters are told during a soak of a length.
func period(soak time.Duration) time.Duration {
	return max(time.Second, min(soak/10, 30*time.Second))
}

// ears is how many lists of one device are followed, each over a session of its own. The others are
// heard at the end of the soak.
const ears = 4

// streamed are the tallies that are followed: of those that one command shows, the first few.
func (s Signals) streamed() []Tally {
	var out []Tally
	for _, t := range s.Lists {
		if len(out) < ears && t.shown != "" && !strings.Contains(t.shown, "\n") {
			out = append(out, t)
		}
	}
	return out
}

// ear follows one list of a device until the soak is over, and gives the reasons why it fails. A
// stream that breaks is opened again, one that the device refuses is not: whether it is still there is
// asked at the end.
func (m *march) ear(ctx context.Context, s plan.Step, first Tally, every time.Duration) []string {
	for {
		reasons, err := m.overheard(ctx, s, &first, every)
		if len(reasons) > 0 || err == nil || refused(err) || m.sleep(ctx, every) != nil {
			return reasons
		}
	}
}

// overheard follows one list over one session. The last tally stays behind.
func (m *march) overheard(ctx context.Context, s plan.Step, last *Tally, every time.Duration) ([]string, error) {
	o, err := m.open(ctx, m.doors, TargetOf(s))
	if err != nil {
		return nil, err
	}
	defer o.Close()
	stream, is := o.dialog.(streamer)
	by, counts := o.dialect.(templates.Counter)
	if !is || !counts {
		return nil, nil
	}
	running, err := o.read(ctx)
	if err != nil {
		return nil, err
	}
	l, there := running.Config.List(last.Point.Family, last.List)
	if !there {
		return nil, errors.New("the list is not there") // the end of the soak finds out
	}
	heard, enough := context.WithCancel(ctx)
	defer enough()
	var reasons []string
	err = stream.Stream(heard, last.shown, every, func(text string) {
		now := told(by, l, last.Point, last.shown, text)
		if len(reasons) > 0 {
			return
		}
		if reasons = now.backwards(*last); len(reasons) > 0 {
			enough()
		}
		*last = now
	})
	return reasons, err
}

// told is the tally of a list by what a command showed.
func told(by templates.Counter, l acl.List, at acl.Point, command, text string) Tally {
	t := blank(l, at)
	t.shown = command
	t.sum(l, by.Counted(text, l.Name, l.Family))
	return t
}
