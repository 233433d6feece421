package rtx

import (
	"errors"
	"fmt"
	"strings"
)

// parse reads a configuration text. An indented line belongs to the block above it; a block
// ends with the next line that is not indented and says nothing about a pp or tunnel [SAMPLE].
func (r *Router) parse(text string) (config, error) {
	var c config
	place := ""
	for i, raw := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(raw)
		words := strings.Fields(trimmed)
		if len(words) == 0 || strings.HasPrefix(trimmed, "#") {
			continue
		}
		depth := len(raw) - len(strings.TrimLeft(raw, " "))
		switch {
		case len(words) == 3 && words[1] == "select" && (words[0] == "pp" || words[0] == "tunnel"):
			place = words[0] + " " + words[2]
			if words[2] == "none" {
				place = ""
			} else if !hasPlace(c, place) {
				c = append(c, line{place: place})
			}
			continue
		case len(words) == 1 && (words[0] == "save" || words[0] == "restart"), strings.Join(words, " ") == "clear configuration":
			continue // what a TFTP copy does with itself [SAMPLE]
		case depth == 0 && !belongs(words):
			place = ""
		}
		l, err := r.loaded(place, words, depth)
		if err != nil {
			return nil, fmt.Errorf("line %d: %q: %w", i+1, trimmed, err)
		}
		if hasKey(c, place, l.key) && !aboutFilters(words) && words[0] != "console" {
			l.key = l.text // a command that may stand several times
		}
		c = c.put(l)
	}
	return c, nil
}

func hasPlace(c config, place string) bool {
	for _, l := range c {
		if l.place == place {
			return true
		}
	}
	return false
}

// belongs reports a command that speaks of the selected pp or tunnel.
func belongs(words []string) bool {
	switch words[0] {
	case "ppp", "pppoe":
		return true
	case "ip", "ipv6":
		return len(words) > 1 && (words[1] == "pp" || words[1] == "tunnel")
	case "pp", "tunnel":
		return len(words) > 1 && words[1] != "disable"
	}
	return false
}

// loaded is a line of a text: as strict as a typed one where it is about filters, as it came
// where it is not understood.
func (r *Router) loaded(place string, words []string, depth int) (line, error) {
	kept := line{place: place, key: strings.Join(words, " "), text: strings.Join(words, " "), depth: depth}
	switch {
	case place != "" && depth == 0:
		kept.depth = 1
	case place == "" && words[0] != "provider": // what stands below a provider is indented too [SAMPLE]
		kept.depth = 0
	}
	l, m, ok := (reader{options: r.options, place: place}).read(words)
	switch {
	case !ok && aboutFilters(words):
		english, _ := texts(m)
		return l, errors.New(strings.ToLower(english))
	case !ok, l.place != place, kept.depth > l.depth:
		return kept, nil
	}
	return l, nil
}

// aboutFilters are the commands of which a later one replaces the one before.
func aboutFilters(words []string) bool {
	ip := words[0] == "ip" || words[0] == "ipv6"
	return ip && len(words) > 3 && (words[1] == "filter" || words[2] == "secure")
}
