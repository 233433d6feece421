package rtx

import "strings"

// shortened reports whether a command is one that filters depend on, with shortened words: the
// router takes ip lan2 sec fil out 2 when it is typed, and prints it in full.
func shortened(w []string) bool {
	if len(w) < 2 {
		return false
	}
	switch w[0] {
	case "ip", "ipv6":
		for i := 1; i+1 < len(w); i++ {
			if opens(w[i], "secure") && strings.HasPrefix("filter", w[i+1]) && w[i]+w[i+1] != "securefilter" {
				return true
			}
		}
		return short(w[1], "filter")
	case "pp", "tunnel":
		return short(w[1], "select")
	case "clear":
		return short(w[1], "configuration")
	}
	return false
}

// short reports whether a word is the beginning of another, of two letters at least, but not all.
func short(word, whole string) bool { return opens(word, whole) && word != whole }

func opens(word, whole string) bool { return len(word) > 1 && strings.HasPrefix(whole, word) }
