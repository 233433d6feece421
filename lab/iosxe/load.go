package iosxe

import (
	"fmt"
	"strings"

	"op25b/lab/cisco"
)

// Load boots the router with a configuration. Lines outside access lists and object-groups are
// kept as they are; within them, what no router would have taken is an error with its line.
func (r *Router) Load(text string) error {
	c, err := read(text, r.setup.Hostname)
	if err != nil {
		return fmt.Errorf("iosxe: %s: %w", r.setup.Hostname, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.startup = c
	r.restart()
	return nil
}

// loader is the place in a configuration that is being read.
type loader struct {
	config
	slot  int
	list  *list
	group *group
	block *block
}

func read(text, hostname string) (config, error) {
	l := &loader{config: config{hostname: hostname}}
	for i, raw := range strings.Split(text, "\n") {
		line := strings.TrimRight(raw, " \r\t")
		if skipped(line) {
			continue
		}
		var err error
		if line[0] == ' ' && (l.list != nil || l.group != nil || l.block != nil) {
			err = l.under(line)
		} else {
			err = l.top(line)
		}
		if err != nil {
			return config{}, fmt.Errorf("line %d: %q: %w", i+1, strings.TrimSpace(line), err)
		}
	}
	return l.config, nil
}

// skipped reports a line that a router prints around its configuration, or a comment.
func skipped(line string) bool {
	return strings.TrimSpace(line) == "" || line == "end" || strings.HasPrefix(line, "!") || strings.TrimSpace(line) == "!" ||
		strings.HasPrefix(line, "Building configuration") || strings.HasPrefix(line, "Current configuration") ||
		strings.HasPrefix(line, "version ") || strings.HasPrefix(line, "Using ")
}

func (l *loader) top(line string) error {
	l.list, l.group, l.block = nil, nil, nil
	words := strings.Fields(line)
	if len(words) >= 2 && words[0] == "hostname" {
		l.hostname, l.slot = words[1], slotHostname
		return nil
	}
	if len(words) == 4 && words[0] == "ip" && words[1] == "access-list" {
		l.list = l.openList(words[3], listKind(words[2]))
		l.slot = slotLists
		return nil
	}
	if len(words) == 3 && words[0] == "ipv6" && words[1] == "access-list" {
		l.list = l.openList(words[2], ipv6)
		l.slot = slotLists6
		return nil
	}
	if len(words) > 3 && words[0] == "access-list" {
		l.slot = slotLists
		return l.numbered(words[1], line)
	}
	if len(words) == 3 && words[0] == "object-group" && words[1] == "network" {
		l.groups = append(l.groups, group{name: words[2]})
		l.group, l.slot = &l.groups[len(l.groups)-1], slotGroups
		return nil
	}
	l.other(line, words[0])
	return nil
}

// other keeps a line that is not understood, at the place where it would be printed.
func (l *loader) other(line, first string) {
	known := map[string]int{"archive": slotArchive, "interface": slotIface, "line": slotLine}
	slot, ok := known[first]
	switch {
	case ok:
		l.slot = slot
	case strings.HasPrefix(line, "ip route "):
		slot, l.slot = slotRoute, slotRoute
	case l.slot == 0:
		slot = slotHead
	default:
		slot = l.slot + 1
	}
	l.blocks = append(l.blocks, block{slot: slot, head: line})
	l.block = &l.blocks[len(l.blocks)-1]
}

func (c *config) openList(name string, kind listKind) *list {
	if l := c.list(name, kind.family()); l != nil {
		return l
	}
	c.lists = append(c.lists, list{name: name, kind: kind, remarks: map[int][]string{}})
	return &c.lists[len(c.lists)-1]
}

// numbered is the old form, one line an entry: access-list 101 permit …
func (l *loader) numbered(name, line string) error {
	kind := extended
	var n int
	fmt.Sscan(name, &n)
	if n < 100 || n >= 1300 && n < 2000 {
		kind = standard
	}
	l.list = l.openList(name, kind)
	tokens := cisco.Tokens(line)[2:]
	return l.entryLine(tokens, line)
}

func (l *loader) under(line string) error {
	trimmed := strings.TrimSpace(line)
	switch {
	case l.list != nil:
		return l.entryLine(cisco.Tokens(line), line)
	case l.group != nil:
		tokens := cisco.Tokens(trimmed)
		if tokens[0].Text != "group-object" && tokens[0].Text != "description" {
			if _, trouble := (cisco.Style{}).Member(tokens, trimmed); !trouble.None() {
				return fmt.Errorf("not a member of a network group")
			}
		}
		l.group.lines = append(l.group.lines, trimmed)
	default:
		l.block.lines = append(l.block.lines, line[1:])
	}
	return nil
}

func (l *loader) entryLine(tokens []cisco.Token, line string) error {
	style := styleOf(l.list.kind)
	style.Loaded = true
	answer, trouble := l.list.typed(tokens, line, style)
	if !trouble.None() {
		return fmt.Errorf("not an entry of an access list")
	}
	if answer != "" {
		return fmt.Errorf("%s", strings.TrimSpace(answer))
	}
	return nil
}
