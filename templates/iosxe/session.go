package iosxe

import "op25b/templates/words"

// Session is how one talks to the router.
func (Dialect) Session() words.Session { return words.Session{Name: "iosxe"} }
