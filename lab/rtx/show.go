package rtx

import (
	"fmt"
	"strings"
)

// show is the show commands, wrapped at the width of the console, with "| grep WORD" [DOC].
func (s *session) show(words []string) string {
	command, pipe, _ := strings.Cut(strings.Join(words[1:], " "), "|")
	out, m, ok := s.shown(strings.Fields(command))
	if !ok {
		return s.fault(m)
	}
	if pipe != "" {
		filtered, ok := grep(out, strings.Fields(pipe))
		if !ok {
			return s.fault(illegalKeyword)
		}
		out = filtered
	}
	if len(words) == 2 && words[1] == "techinfo" { // looks at no console setting [DOC]
		return out
	}
	return s.r.screen().wrap(out)
}

func grep(text string, words []string) (string, bool) {
	if len(words) != 2 || words[0] != "grep" {
		return "", false
	}
	var out strings.Builder
	for _, l := range strings.SplitAfter(text, "\n") {
		if strings.Contains(l, strings.Trim(words[1], `"`)) {
			out.WriteString(l)
		}
	}
	return out.String(), true
}

func (s *session) shown(words []string) (string, message, bool) {
	if len(words) == 0 {
		return "", parameterCount, false
	}
	switch words[0] {
	case "config":
		return s.showConfig(words[1:])
	case "techinfo":
		if s.mode != administrator {
			return "", administratorOnly, false
		}
		return s.environment() + "\n" + s.r.header(s.r.options.Clock.Now()) + s.r.running.String(), 0, true
	case "environment":
		return s.environment(), parameterCount, len(words) == 1
	case "log":
		return textOf(s.r.logged), parameterCount, len(words) == 1 // reverse is not played
	case "ip", "ipv6":
		if len(words) > 3 && words[1] == "secure" && words[2] == "filter" {
			return s.secureFilter(words[0], words[3:])
		}
	}
	return "", illegalKeyword, false
}

// showConfig is "show config" and "show config N" for a saved one; for administrators only.
func (s *session) showConfig(words []string) (string, message, bool) {
	if s.mode != administrator {
		return "", administratorOnly, false
	}
	header := s.r.header(s.r.options.Clock.Now())
	switch {
	case len(words) == 0:
		return header + s.r.running.String(), 0, true
	case len(words) > 1:
		return "", parameterCount, false
	case len(words[0]) != 1 || words[0] < "0" || words[0] > "4":
		return "", illegalKeyword, false
	}
	saved, there := s.r.saved[int(words[0][0]-'0')]
	return header + saved.String(), outOfRange, there
}

// environment is "show environment" [K but for the first lines].
func (s *session) environment() string {
	o := s.r.options
	now := o.Clock.Now()
	return fmt.Sprintf("%[1]s BootROM Ver. 1.04\n%[1]s FlashROM Table Ver. 1.02\n%[1]s %[2]s\n"+
		"  main:  %[1]s ver=00 serial=%[3]s %[4]s\n"+
		"CPU:   0%%(5sec)   0%%(1min)   0%%(5min)    Memory:  22%% used\n"+
		"Firmware: internal  Config. file: config0\n"+
		"Default firmware: internal  Default config. file: config0\n"+
		"Current time: %[5]s\nSecurity Class: 1, Type: ON, TELNET: OFF\n",
		o.Model, o.Revision, o.Serial, s.r.hardware(), now.Format("2006/01/02 15:04:05 -07:00"))
}

// secureFilter is "show ip secure filter IF [in|out]": the definitions of the lists, and no
// counters, which the router does not have [DOC]; that they are printed as they were typed, the
// direction above them, is [K].
func (s *session) secureFilter(ip string, words []string) (string, message, bool) {
	iface := words[0]
	words = words[1:]
	if (iface == "pp" || iface == "tunnel") && len(words) > 0 && words[0] != "in" && words[0] != "out" {
		iface, words = iface+" "+words[0], words[1:]
	}
	place, name := placeOf(iface)
	if place == "" && !isInterface(name) {
		return "", illegalKeyword, false
	}
	directions := []string{"in", "out"}
	if len(words) > 0 {
		directions = words[:1]
	}
	if len(words) > 1 || directions[0] != "in" && directions[0] != "out" {
		return "", illegalKeyword, false
	}
	var out strings.Builder
	j := judge{s.r.running}
	for _, d := range directions {
		list, bound := j.list(ip, place, name, d)
		if !bound {
			continue
		}
		out.WriteString(strings.ToUpper(d) + ":\n")
		for _, text := range j.definitions(ip, list) {
			out.WriteString(text + "\n")
		}
	}
	return out.String(), 0, true
}
