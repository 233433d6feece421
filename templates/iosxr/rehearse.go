package iosxr

import (
	"op25b/acl"
	"op25b/templates/words"
)

// Rehearse is what the router says after configuration lines typed to it while it held the text.
func (d Dialect) Rehearse(text string, lines []string) (acl.Config, error) {
	return d.Parse(words.Typed(text, lines))
}
