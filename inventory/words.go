package inventory

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"op25b/sheet"
)

var (
	interfaceForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9/._:@+-]*( [A-Za-z0-9/._:@+-]+)*$`)
	keyForm       = regexp.MustCompile(`^SHA256:[A-Za-z0-9+/]{43}=?$`)
	algorithmForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9@._-]*$`)
	credForm      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
	userForm      = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)
)

// maxInterface is the longest interface name that is believed, in characters.
const maxInterface = 64

// address is an IP address or a host name.
func address(v sheet.Value) (string, bool) {
	s, ok := v.Text()
	if !ok {
		return "", false
	}
	if why := badAddress(s); why != "" {
		v.Refuse("address "+sheet.Quote(s)+" "+why, "write an IP address or a host name, without a port")
		return "", false
	}
	return s, true
}

// badAddress says what is wrong with an address, "" where nothing is.
func badAddress(s string) string {
	if ip, err := netip.ParseAddr(s); err == nil {
		switch {
		case ip.Zone() != "":
			return "has a zone"
		case ip.Is4In6():
			return "is IPv4 written as IPv6"
		case ip.IsUnspecified() || ip.IsMulticast():
			return "is not the address of a device"
		}
		return ""
	}
	if strings.HasPrefix(s, "-") {
		return "begins with `-`"
	}
	if !sheet.IsHostName(s) {
		return "is neither an IP address nor a host name"
	}
	return ""
}

// hostname is what a device calls itself: one word.
func hostname(v sheet.Value) (string, bool) {
	name, ok := v.Name()
	if ok && strings.ContainsAny(name, " #>$?;|") {
		v.Refuse("host name "+sheet.Quote(name)+" has a blank or a character of a prompt", "write it as the device's prompt begins")
		return "", false
	}
	return name, ok
}

// credentials is a word from which names of environment variables are made.
func credentials(v sheet.Value) (string, bool) {
	s, ok := v.Name()
	if ok && !credForm.MatchString(s) {
		v.Refuse("credentials "+sheet.Quote(s)+" can not name environment variables", "write the middle of OP25B_<NAME>_USERNAME: letters, digits, `-` and `_`")
		return "", false
	}
	return s, ok
}

// jump is [user@]host[:port].
func jump(v sheet.Value) (string, bool) {
	s, ok := v.Text()
	if !ok {
		return "", false
	}
	rest := s
	if user, host, found := strings.Cut(s, "@"); found {
		if !userForm.MatchString(user) {
			rest = ""
		} else {
			rest = host
		}
	}
	if !isHostPort(rest) {
		v.Refuse("jump host "+sheet.Quote(s)+" is not user@host:port", "user and port may be left out; an IPv6 address with a port stands in [ ]")
		return "", false
	}
	return s, true
}

func isHostPort(s string) bool {
	if badAddress(s) == "" {
		return true
	}
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return false
	}
	host, port := s[:i], s[i+1:]
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		host = host[1 : len(host)-1]
	}
	n, err := strconv.Atoi(port)
	return err == nil && n > 0 && n < 65536 && badAddress(host) == "" && strconv.Itoa(n) == port
}

// interfaceName is an interface's name in full. It becomes a part of commands, so that
// nothing that a router's CLI takes for more than a name gets through.
func interfaceName(v sheet.Value) (string, bool) {
	s, ok := v.Text()
	if !ok {
		return "", false
	}
	if !interfaceForm.MatchString(s) || len(s) > maxInterface {
		v.Refuse("interface "+sheet.Quote(s)+" is not the name of an interface", "write it in full, as the running config has it: GigabitEthernet0/0/1, ge-0/0/1.0, lan2, pp 1")
		return "", false
	}
	return s, true
}

func hostKey(v sheet.Value) (string, bool) {
	s, ok := v.Text()
	if ok && !keyForm.MatchString(s) {
		v.Refuse("`hostkey` is not a fingerprint", "write it as `ssh-keygen -lf` prints it: SHA256:…")
		return "", false
	}
	return strings.TrimSuffix(s, "="), ok
}

func algorithms(v sheet.Value) []string {
	if !v.IsGiven() {
		return nil
	}
	var out []string
	for _, item := range v.Items() {
		s, ok := item.Text()
		if ok && !algorithmForm.MatchString(s) {
			item.Refuse(sheet.Quote(s)+" is not the name of an algorithm", "write it as `ssh -Q` prints it")
		} else if ok {
			out = append(out, s)
		}
	}
	return out
}
