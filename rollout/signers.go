package rollout

import (
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"op25b/sheet"
)

// signer is a line of `signers`: a name, and a key where the line has one.
type signer struct{ name, kind, key string }

func (s signer) String() string { return strings.TrimSpace(s.name + " " + s.kind + " " + s.key) }

// readSigners reads who may approve a plan: names, or lines of an allowed_signers file without
// options. A comment behind the key is left out.
func readSigners(v sheet.Value) []string {
	var out []string
	var list []signer
	for _, item := range v.Items() {
		s, ok := readSigner(item)
		if !ok {
			continue
		}
		if i := slices.IndexFunc(list, s.like); i < 0 {
			list, out = append(list, s), append(out, s.String())
		} else if s.key != "" && s.key == list[i].key {
			item.Refuse("the key of "+sheet.Quote(s.name)+" is that of "+sheet.Quote(list[i].name), "two signers are two people: give each his own key")
		} else {
			item.Refuse(sheet.Quote(s.name)+" is in the list twice", "")
		}
	}
	return out
}

// like reports whether two lines are one person's: one key, or one name. A name without a domain
// is that of every address that begins with it.
func (s signer) like(o signer) bool {
	if s.key != "" && s.key == o.key {
		return true
	}
	user, _, full := strings.Cut(s.name, "@")
	other, _, whole := strings.Cut(o.name, "@")
	if full && whole {
		return strings.EqualFold(s.name, o.name)
	}
	return strings.EqualFold(user, other)
}

const signerHint = "write a name, or a name and its key: sato@example.net ssh-ed25519 AAAA…"

func readSigner(v sheet.Value) (signer, bool) {
	text, ok := v.Text()
	if !ok {
		return signer{}, false
	}
	words := strings.Fields(text)
	s := signer{name: words[0]}
	switch {
	case isKind(s.name):
		v.Refuse("the signer "+sheet.Quote(s.name)+" is a type of key", "write whose key it is before it: sato@example.net ssh-ed25519 AAAA…")
	case badPrincipal(s.name):
		v.Refuse(sheet.Quote(s.name)+" is not the name of one signer", signerHint)
	case len(words) == 1:
		return s, true
	case !isKind(words[1]):
		v.Refuse(sheet.Quote(words[1])+" is not a type of key that approves", signerHint+"; options have no place here")
	case len(words) == 2:
		v.Refuse("signer "+s.name+" has a type of key and no key", signerHint)
	default:
		s.kind, s.key = words[1], words[2]
		if what := badKey(s.kind, s.key); what != "" {
			v.Refuse("signer "+s.name+": "+what, "copy the line that ssh-keygen wrote into the .pub file")
			return s, false
		}
		return s, true
	}
	return s, false
}

// badPrincipal refuses lists and patterns of names, and what is syntax in an allowed_signers file.
func badPrincipal(name string) bool {
	odd := func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || strings.ContainsRune("\"'`,*?!#\\", r) }
	return len(name) > 255 || name[0] == '-' || name[0] == '@' || strings.ContainsFunc(name, odd)
}

// isKind reports whether a word is a type of key that may approve; certificates and DSA may not.
func isKind(word string) bool {
	return slices.Contains([]string{ssh.KeyAlgoED25519, ssh.KeyAlgoRSA, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
		ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256}, word)
}

// badKey says what is wrong with a public key, "" where nothing is.
func badKey(kind, text string) string {
	blob, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return "the key is not base64"
	}
	key, err := ssh.ParsePublicKey(blob)
	if err != nil || key.Type() != kind {
		return "the key is no " + kind + " key"
	}
	if n := bitsRSA(key); n > 0 && n < shortestRSA {
		return fmt.Sprintf("an RSA key of %d bits is too short: %d are needed", n, shortestRSA)
	}
	return ""
}

// shortestRSA is the shortest RSA key that may approve, in bits.
const shortestRSA = 2048

// bitsRSA is the length of an RSA key, 0 for keys of other types.
func bitsRSA(key ssh.PublicKey) int {
	if c, is := key.(ssh.CryptoPublicKey); is {
		if k, is := c.CryptoPublicKey().(*rsa.PublicKey); is {
			return k.N.BitLen()
		}
	}
	return 0
}
