package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Weak says that a device offers nothing for a part of the handshake that is believed to be safe.
type Weak struct {
	What   string   // key exchange, host key, cipher, MAC, as the library calls it
	Offers []string // what the device offers
	word   string   // what it is called in an inventory
}

func (w Weak) Error() string {
	return fmt.Sprintf("it offers no safe %s, but %s", w.What, strings.Join(w.Offers, ", "))
}

// Hint is what to do next.
func (w Weak) Hint() string {
	insecure := ssh.InsecureAlgorithms()
	known := slices.Concat(insecure.KeyExchanges, insecure.HostKeys, insecure.Ciphers, insecure.MACs)
	for _, offer := range w.Offers {
		if w.word != "" && slices.Contains(known, offer) {
			return fmt.Sprintf("give the device newer software or a newer key; where there is none, allow it for this device in the inventory: algorithms: { %s: [%s] }", w.word, offer)
		}
	}
	return "give the device newer software: there is nothing on which both can agree"
}

// weakness is the error of a handshake in which nothing could be agreed upon.
func weakness(err error) error {
	var none *ssh.AlgorithmNegotiationError
	if !errors.As(err, &none) {
		return err
	}
	w := Weak{What: none.What, Offers: none.RequestedAlgorithms}
	for what, word := range map[string]string{"key exchange": "kex", "host key": "hostkeys", "cipher": "ciphers", "MAC": "macs"} {
		if strings.Contains(none.What, what) {
			w.word = word
		}
	}
	return w
}
