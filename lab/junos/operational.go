package junos

import (
	"fmt"
	"strconv"
	"strings"
)

// operate carries out a line of operational mode.
func (s *session) operate(line string, tokens []token) (string, bool) {
	command, pipes := pipesOf(line, tokens)
	if len(command) == 0 {
		return s.complain(line, &mistake{0, syntaxError}), true
	}
	switch verb := pick(command[0].text, "show", "set", "configure", "exit", "quit", "clear", "edit", "request"); verb {
	case "exit", "quit":
		return "", false
	case "configure", "edit":
		return s.configureLine(line, command[1:]), true
	case "set":
		return s.setCLI(line, command[1:]), true
	case "clear":
		return s.clear(line, command[1:]), true
	case "request":
		return s.request(line, command[1:])
	case "show":
		out, m := s.show(command[1:], pipes)
		if m != nil {
			return s.complain(line, m), true
		}
		return s.piped(line, out, pipes), true
	}
	return s.complain(line, &mistake{command[0].column, "unknown command"}), true
}

func (s *session) configureLine(line string, tokens []token) string {
	if s.mode == configuring {
		return s.complain(line, &mistake{0, "unknown command"})
	}
	if len(tokens) == 0 {
		return s.enter(shared)
	}
	switch pick(tokens[0].text, "exclusive", "private") {
	case "exclusive":
		return s.enter(exclusive)
	case "private":
		return s.enter(private)
	}
	return s.complain(line, &mistake{tokens[0].column, syntaxError})
}

// setCLI is "set cli …". The answers are [MODEL] (Ansible, scrapli on-open commands) and [K].
func (s *session) setCLI(line string, tokens []token) string {
	if len(tokens) < 2 || tokens[0].text != "cli" {
		return s.complain(line, &mistake{-1, syntaxError})
	}
	argument := ""
	if len(tokens) > 2 {
		argument = tokens[2].text
	}
	n, err := strconv.Atoi(argument)
	number := err == nil && n >= 0 && n <= 100000
	switch what := tokens[1]; {
	case what.text == "screen-length" && number:
		s.lines = n
		return fmt.Sprintf("Screen length set to %d\n", n)
	case what.text == "screen-width" && number:
		s.width = n
		return fmt.Sprintf("Screen width set to %d\n", n)
	case what.text == "timestamp" && argument == "disable":
		s.stamped = false
		return "CLI timestamp disabled\n"
	case what.text == "timestamp":
		s.stamped = true
		return "CLI timestamp set to: %b %d %T\n"
	case what.text == "complete-on-space" && argument == "off":
		return "Disabling complete-on-space\n"
	case what.text == "complete-on-space" && argument == "on":
		return "Enabling complete-on-space\n"
	}
	return s.complain(line, &mistake{tokens[1].column, syntaxError})
}

// request plays "request system reboot", which asks first.
func (s *session) request(line string, tokens []token) (string, bool) {
	if len(tokens) != 2 || tokens[0].text != "system" || tokens[1].text != "reboot" {
		return s.complain(line, &mistake{-1, syntaxError}), true
	}
	s.ask("Reboot the system ? [yes,no] (no) ", func(yes bool) (string, bool) {
		if !yes {
			return "", true
		}
		s.r.restart()
		return "Shutdown NOW!\n", false
	})
	return "", true
}

func (s *session) show(tokens []token, pipes []pipe) (string, *mistake) {
	if len(tokens) == 0 {
		return "", &mistake{-1, "missing argument"}
	}
	after := tokens[1:]
	switch pick(tokens[0].text, "configuration", "version", "system", "firewall", "chassis", "cli", "log") {
	case "configuration":
		return s.showRunning(after, pipes)
	case "version":
		o := s.r.options
		return fmt.Sprintf("Hostname: %s\nModel: %s\nJunos: %s\nJUNOS OS Kernel 64-bit  [20211115.2d0af9f_builder_stable_12]\n", s.r.hostname(), o.Model, o.Version), nil
	case "firewall":
		return s.r.showFirewall(after)
	case "system":
		if len(after) == 1 && after[0].text == "commit" {
			return s.r.showCommits(), nil
		}
	case "chassis":
		if len(after) == 1 && after[0].text == "hardware" {
			return "Hardware inventory:\nItem             Version  Part number  Serial number     Description\n" +
				fmt.Sprintf("Chassis                                %-17s %s\n", s.r.options.Serial, strings.ToUpper(s.r.options.Model)), nil
		}
	case "log":
		if len(after) == 1 && after[0].text == "messages" {
			return joined(s.r.logged), nil
		}
	case "cli":
		return fmt.Sprintf("CLI complete-on-space set to on\nCLI screen-length set to %d\nCLI screen-width set to %d\n", s.lines, s.width), nil
	default:
		return "", &mistake{tokens[0].column, syntaxError}
	}
	if len(after) > 0 {
		return "", &mistake{after[0].column, syntaxError}
	}
	return "", &mistake{-1, "missing argument"}
}

// showCommits is the list of commits, the newest first.
func (r *Router) showCommits() string {
	var b strings.Builder
	for i, h := range r.history {
		fmt.Fprintf(&b, "%-3d %s by %s via %s", i, stamp(h.when), h.user, h.via)
		if r.pending != nil && i == 0 { // the minutes that were given [K]
			fmt.Fprintf(&b, " commit confirmed, rollback in %dmins", r.pending.minutes)
		}
		b.WriteString("\n")
		if h.comment != "" {
			b.WriteString("    " + h.comment + "\n")
		}
	}
	return b.String()
}

// showRunning is "show configuration [WAY]".
func (s *session) showRunning(tokens []token, pipes []pipe) (string, *mistake) {
	tree := s.r.running()
	ways, m := [][]step{nil}, (*mistake)(nil)
	if len(tokens) > 0 {
		if ways, m = spell(s.r.grammar.kids, tokens, toName); m != nil {
			return "", m
		}
	}
	header := ""
	if len(tokens) == 0 {
		header = s.r.lastCommit()
	}
	return s.print(tree, ways[0], header, pipes)
}

// showCandidate is "show [WAY]" of configuration mode.
func (s *session) showCandidate(line string, tokens []token) string {
	command, pipes := pipesOf(line, tokens)
	way, header := s.way, ""
	if len(command) > 0 {
		ways, m := s.spell(command, toName)
		if m != nil {
			return s.complain(line, m)
		}
		way = ways[0]
	} else if len(way) == 0 {
		header = "## Last changed: " + stamp(s.r.history[0].when) + "\n"
	}
	out, m := s.print(s.candidate(), way, header, pipes)
	if m != nil {
		return s.complain(line, m)
	}
	return s.piped(line, out, pipes)
}

// print is one place of a tree as the pipes want it.
func (s *session) print(tree *node, way []step, header string, pipes []pipe) (string, *mistake) {
	for _, p := range pipes {
		switch {
		case p.is("compare"):
			return s.compared(tree, p)
		case p.is("display", "inheritance"):
			tree = inherited(tree)
		case p.is("display", "set"):
			return displaySet(tree, way), nil
		}
	}
	_, found := tree.find(way)
	var b strings.Builder
	b.WriteString(header)
	for _, n := range found {
		if len(n.kids) > 0 || len(way) == 0 {
			b.WriteString(n.braces())
		} else {
			b.WriteString(entry{[]*node{n}}.head() + ";\n")
		}
	}
	return b.String(), nil
}

func displaySet(tree *node, way []step) string {
	_, found := tree.find(way)
	var out []string
	for _, n := range found {
		full := words(way)
		if len(way) > 0 {
			full = append(words(way[:len(way)-1]), n.words...)
		}
		if len(n.kids) == 0 && len(way) > 0 {
			out = append(out, "set "+strings.Join(full, " "))
		}
		out = append(out, n.sets(full)...)
		if n.inactive {
			out = append(out, "deactivate "+strings.Join(full, " "))
		}
	}
	return joined(out)
}

func joined(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// compared is "| compare [rollback N]": from the running configuration, or an older one.
func (s *session) compared(tree *node, p pipe) (string, *mistake) {
	n := 0
	if len(p.words) > 1 {
		var err error
		if n, err = strconv.Atoi(p.words[len(p.words)-1].text); err != nil || n >= len(s.r.history) || len(p.words) != 3 || p.words[1].text != "rollback" {
			return "", &mistake{p.words[1].column, syntaxError}
		}
	}
	return compare(s.r.history[n].tree, tree), nil
}

// pipe is one "| …" behind a command.
type pipe struct{ words []token }

func (p pipe) is(words ...string) bool {
	if len(p.words) < len(words) {
		return false
	}
	for i, w := range words {
		if p.words[i].text != w {
			return false
		}
	}
	return true
}

func pipesOf(line string, tokens []token) (command []token, pipes []pipe) {
	for i, t := range tokens {
		if t.text == "|" {
			pipes = append(pipes, pipe{})
			continue
		}
		if n := len(pipes); n > 0 {
			pipes[n-1].words = append(pipes[n-1].words, t)
		} else {
			command = tokens[:i+1]
		}
	}
	return command, pipes
}

// piped carries out what is not a question of the configuration itself.
func (s *session) piped(line, out string, pipes []pipe) string {
	for _, p := range pipes {
		lines := strings.SplitAfter(out, "\n")
		if lines[len(lines)-1] == "" {
			lines = lines[:len(lines)-1]
		}
		switch {
		case p.is("no-more") && len(p.words) == 1:
			s.unpaged = true
		case p.is("compare"), p.is("display", "set") && len(p.words) == 2, p.is("display", "inheritance"):
		case (p.is("match") || p.is("except")) && len(p.words) == 2:
			out = matching(lines, unquote(p.words[1].text), p.is("match"))
		case p.is("last") && len(p.words) == 2 && lastCount(p.words[1].text) > 0:
			out = strings.Join(lines[max(0, len(lines)-lastCount(p.words[1].text)):], "")
		case p.is("count") && len(p.words) == 1:
			out = fmt.Sprintf("Count: %d lines\n", len(lines))
		default:
			m := &mistake{-1, syntaxError}
			if len(p.words) > 0 {
				m.column = p.words[0].column
			}
			return s.complain(line, m)
		}
	}
	return out
}
