// Package conformance holds the product's gNMI side against programs that we did not write: the
// OpenConfig structures of ygot, the target of lemming, and the gnmic command.
package conformance

import (
	"fmt"
	"strings"

	"github.com/openconfig/lemming/gnmi/oc"
	"github.com/openconfig/ygot/ytypes"
)

// clip is how many bytes of what ygot says are passed on: it repeats the document.
const clip = 400

// Validate says what the published OpenConfig models, as generated into Go by ygot, refuse in a
// JSON_IETF document: unknown leaves, types, ranges, identities, keys, and references to what is not
// there. It does not look at when and must, nor at what is mandatory, and merges entries of one key.
func Validate(document []byte) error {
	root := new(oc.Root)
	if err := oc.Unmarshal(document, root, &ytypes.PreferShadowPath{}); err != nil {
		return refused(err)
	}
	if err := root.Validate(); err != nil {
		return refused(err)
	}
	return nil
}

func refused(err error) error {
	text := strings.ToValidUTF8(err.Error(), "?")
	if len(text) > clip {
		text = strings.ToValidUTF8(text[:clip], "") + " …"
	}
	return fmt.Errorf("ygot: %s", text)
}
