package plan

import (
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// Signer is somebody who may approve: what he is called, and his key. A key that several names
// share is one person's. Key is nil where only the name is known.
type Signer struct {
	Names []string
	Key   ssh.PublicKey
}

// Name is what the signer is called first.
func (s Signer) Name() string { return s.Names[0] }

// String is the signer as a line of rollout.yaml.
func (s Signer) String() string {
	if s.Key == nil {
		return s.Name()
	}
	return s.Name() + " " + strings.TrimSpace(string(ssh.MarshalAuthorizedKey(s.Key)))
}

// Is reports whether the signer is the person of a name. A name without a domain is that of
// everybody whose address begins with it, in any case: sato is Sato@example.net.
func (s Signer) Is(name string) bool {
	return slices.ContainsFunc(s.Names, func(own string) bool {
		return slices.ContainsFunc(callings(name), func(c string) bool { return samePerson(own, c) })
	})
}

// callings are the ways in which a name may be meant: an address may stand in angle brackets
// behind it, a Windows domain before it.
func callings(name string) []string {
	out := []string{strings.TrimSpace(name)}
	if _, rest, is := strings.Cut(name, "<"); is {
		address, _, _ := strings.Cut(rest, ">")
		out = append(out, strings.TrimSpace(address))
	}
	if i := strings.LastIndexByte(name, '\\'); i >= 0 {
		out = append(out, strings.TrimSpace(name[i+1:]))
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

func samePerson(a, b string) bool {
	user, _, full := strings.Cut(a, "@")
	other, _, whole := strings.Cut(b, "@")
	if full && whole {
		return strings.EqualFold(a, b)
	}
	return strings.EqualFold(user, other)
}

// ParseSigner reads a signer of a plan: a name alone, or a line of an allowed_signers file
// without options: sato@example.net ssh-ed25519 AAAA…
func ParseSigner(line string) (Signer, error) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return Signer{}, errors.New("a signer has a name")
	}
	s := Signer{Names: words[:1]}
	if err := badPrincipal(words[0]); err != nil || len(words) == 1 {
		return s, err
	}
	if len(words) == 2 {
		return s, fmt.Errorf("signer %s has a type of key and no key", words[0])
	}
	var err error
	s.Key, err = parseKey(words[1], words[2])
	return s, err
}

// badPrincipal refuses what is not one name: lists, patterns, and words of the line's own syntax.
func badPrincipal(name string) error {
	odd := func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || strings.ContainsRune("\"'`,*?!#\\", r) }
	if name == "" || len(name) > 255 || name[0] == '-' || name[0] == '@' || strings.ContainsFunc(name, odd) {
		return fmt.Errorf("%q is not the name of one signer", name)
	}
	return nil
}

// shortestRSA is the shortest RSA key that may approve, in bits.
const shortestRSA = 2048

// parseKey reads a public key. DSA, certificates and short RSA keys approve nothing.
func parseKey(kind, text string) (ssh.PublicKey, error) {
	switch kind {
	case ssh.KeyAlgoED25519, ssh.KeyAlgoRSA, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256:
	default:
		return nil, errKind{kind}
	}
	blob, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("the %s key is not base64", kind)
	}
	key, err := ssh.ParsePublicKey(blob)
	if err != nil || key.Type() != kind {
		return nil, fmt.Errorf("the key is no %s key", kind)
	}
	if c, is := key.(ssh.CryptoPublicKey); is {
		if k, is := c.CryptoPublicKey().(*rsa.PublicKey); is && k.N.BitLen() < shortestRSA {
			return nil, fmt.Errorf("an RSA key of %d bits is too short: %d are needed", k.N.BitLen(), shortestRSA)
		}
	}
	return key, nil
}

// errKind says that keys of a type are not used here.
type errKind struct{ kind string }

func (e errKind) Error() string { return fmt.Sprintf("%q is not a type of key that approves", e.kind) }

// ReadSigners reads an allowed_signers file, as ssh-keygen(1) describes it, at a moment. Lines
// that hold for another namespace or another time, certificate authorities, patterns of names
// and keys of types that are not used here name nobody. The error is about a line that is none;
// file is the name that it gives the file.
func ReadSigners(file string, text []byte, now time.Time) ([]Signer, error) {
	var out []Signer
	var errs []error
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		s, err := readSigner(line, now)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", file, i+1, err))
		} else if s.Key != nil && len(s.Names) > 0 {
			out = joined(out, s)
		}
	}
	return out, errors.Join(errs...)
}

// readSigner reads a line of an allowed_signers file; a signer without key or name is nobody.
func readSigner(line string, now time.Time) (Signer, error) {
	principals, rest := cutQuoted(line)
	word, after := cutQuoted(rest)
	options := ""
	if !isKind(word) {
		options, rest = word, after
	}
	words := strings.Fields(rest)
	if len(words) < 2 {
		return Signer{}, errors.New("a line is `name type-of-key key`")
	}
	holds, err := optionsHold(options, now)
	if err != nil || !holds {
		return Signer{}, err
	}
	key, err := parseKey(words[0], words[1])
	if kind := (errKind{}); errors.As(err, &kind) && isKind(kind.kind) {
		return Signer{}, nil
	}
	names := strings.Split(strings.Trim(principals, `"`), ",")
	return Signer{slices.DeleteFunc(names, func(n string) bool { return badPrincipal(n) != nil }), key}, err
}

// isKind reports whether a word is a type of key, also of one that is not used here.
func isKind(word string) bool {
	for _, begin := range []string{"ssh-", "ecdsa-sha2-", "sk-"} {
		if strings.HasPrefix(word, begin) {
			return !strings.ContainsAny(word, "=,\"")
		}
	}
	return false
}

// cutQuoted cuts a line behind its first word; blanks in double quotes are part of a word.
func cutQuoted(line string) (word, rest string) {
	quoted := false
	for i := range len(line) {
		switch c := line[i]; {
		case c == '"':
			quoted = !quoted
		case (c == ' ' || c == '\t') && !quoted:
			return line[:i], strings.TrimLeft(line[i:], " \t")
		}
	}
	return line, ""
}

// optionsHold reports whether a line with these options holds for our namespace at a moment. An
// option that is not known may narrow the line, so it is an error.
func optionsHold(options string, now time.Time) (bool, error) {
	holds := true
	for options != "" {
		var one string
		one, options = cutOption(options)
		name, value, _ := strings.Cut(one, "=")
		value = strings.Trim(value, `"`)
		switch strings.ToLower(name) {
		case "cert-authority":
			holds = false
		case "namespaces":
			holds = holds && slices.Contains(strings.Split(value, ","), Namespace)
		case "valid-after", "valid-before":
			t, err := parseTime(value, now.Location())
			if err != nil {
				return false, err
			}
			holds = holds && now.Before(t) == strings.EqualFold(name, "valid-before")
		default:
			return false, fmt.Errorf("unknown option %q", name)
		}
	}
	return holds, nil
}

func cutOption(options string) (one, rest string) {
	quoted := false
	for i := range len(options) {
		if options[i] == '"' {
			quoted = !quoted
		} else if options[i] == ',' && !quoted {
			return options[:i], options[i+1:]
		}
	}
	return options, ""
}

// parseTime reads YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with a Z in UTC, as ssh-keygen(1)
// has it.
func parseTime(s string, zone *time.Location) (time.Time, error) {
	digits, utc := strings.CutSuffix(s, "Z")
	if utc {
		zone = time.UTC
	}
	for _, form := range []string{"20060102", "200601021504", "20060102150405"} {
		if t, err := time.ParseInLocation(form, digits, zone); err == nil && len(form) == len(digits) {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time as 20270401 or 202704010900Z", s)
}

// joined is a list of signers with one more: names of one key are one signer.
func joined(list []Signer, s Signer) []Signer {
	for i, old := range list {
		if !sameKey(old.Key, s.Key) {
			continue
		}
		for _, n := range s.Names {
			if !slices.Contains(list[i].Names, n) {
				list[i].Names = append(slices.Clip(list[i].Names), n)
			}
		}
		return list
	}
	return append(list, s)
}

func sameKey(a, b ssh.PublicKey) bool {
	return a != nil && b != nil && bytes.Equal(a.Marshal(), b.Marshal())
}

// Signers are those who may approve the plan, with their keys: the lines of the plan itself,
// and for its bare names, or where it names nobody, the signers that are known beside it. The
// second result is the names of which no key is known.
func (p Plan) Signers(known []Signer) (signers []Signer, keyless []string, err error) {
	if len(p.Gates.Signers) == 0 {
		return slices.Clone(known), nil, nil
	}
	for _, line := range p.Gates.Signers {
		s, err := ParseSigner(line)
		if err != nil {
			return nil, nil, err
		}
		found := s.Key != nil
		if found {
			signers = joined(signers, s)
		}
		for _, k := range known {
			switch {
			case s.Key == nil && slices.Contains(k.Names, s.Name()):
				signers, found = joined(signers, Signer{s.Names, k.Key}), true
				signers = joined(signers, k)
			case sameKey(s.Key, k.Key):
				signers = joined(signers, k)
			}
		}
		if !found {
			keyless = append(keyless, s.Name())
		}
	}
	return signers, keyless, nil
}

// Others is how many people besides the author a plan's gates name, and whether they name any:
// where they do not, whoever approves is known elsewhere.
func (g Gates) Others(author string) (n int, named bool) {
	for _, line := range g.Signers {
		if s, err := ParseSigner(line); err == nil && !s.Is(author) {
			n++
		}
	}
	return n, len(g.Signers) > 0
}
