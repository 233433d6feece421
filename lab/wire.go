package lab

import "time"

// Wire is one way in which the line to a router, or its terminal, misbehaves. The zero value
// is none. Lines are counted over all sessions from the moment Spoil was called, from 1; of a
// Speaker a request is a line, one that writes a configuration line.
type Wire struct {
	DropAt       int           // the connection breaks at the k-th line
	DropConfigAt int           // … at the k-th configuration line
	HangAt       int           // the router says nothing more from the k-th line on, on that session
	HangConfigAt int           // … from the k-th configuration line on
	Lost         bool          // the line at which it drops or hangs is not carried out; else only its answer is lost
	Echo         time.Duration // each typed byte is echoed this much later
	Refuse       bool          // connections are closed as soon as they are made
	Mute         bool          // connections are taken, and then nothing is said
	CutAfter     int           // each new connection breaks when so many bytes have come over it
}

// Spoil makes the line misbehave from now on, and starts counting lines anew.
func (s *Server) Spoil(w Wire) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wire, s.seen = w, Traffic{}
}

func (s *Server) spoiled() Wire {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wire
}

// fate is what befalls a line.
type fate int

const (
	carriedOut fate = iota
	dropBefore
	dropAfter
	hangBefore
	hangAfter
)

// ground is where a session stands when something is typed.
type ground int

const (
	elsewhere ground = iota
	inConfig
)

func groundOf(s Session) ground {
	if s.Configuring() {
		return inConfig
	}
	return elsewhere
}

// countLine takes a line into the books and says what befalls it.
func (s *Server) countLine(at ground) fate {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.traffic.Lines++
	s.seen.Lines++
	if at == inConfig {
		s.traffic.ConfigLines++
		s.seen.ConfigLines++
	}
	hit := func(all, config int) bool {
		return all == s.seen.Lines || at == inConfig && config == s.seen.ConfigLines
	}
	switch {
	case hit(s.wire.DropAt, s.wire.DropConfigAt) && s.wire.Lost:
		return dropBefore
	case hit(s.wire.DropAt, s.wire.DropConfigAt):
		return dropAfter
	case hit(s.wire.HangAt, s.wire.HangConfigAt) && s.wire.Lost:
		return hangBefore
	case hit(s.wire.HangAt, s.wire.HangConfigAt):
		return hangAfter
	}
	return carriedOut
}

func (s *Server) countByte(at ground) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.traffic.Bytes++
	if at == inConfig {
		s.traffic.ConfigBytes++
	}
}

func (s *Server) write(entry string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.diary.add(entry)
}

func (s *Server) number() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.traffic.Logins++
	return s.traffic.Logins
}
