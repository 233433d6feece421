package planner_test

import (
	"regexp"
	"slices"
	"strings"

	"op25b/acl"
)

// spoil changes a line of ours in the running text, as somebody on the router may. False where
// no router would boot with it, or where it is no longer clear what is ours and what is not.
func (s *sweep) spoil() bool {
	text := s.router.Running()
	all := strings.Split(text, "\n")
	var ours []int
	for i, line := range all {
		if ourLine.MatchString(line) && !theirLine.MatchString(line) {
			ours = append(ours, i)
		}
	}
	if len(ours) == 0 {
		return false
	}
	i, j := ours[s.estate.IntN(len(ours))], ours[s.estate.IntN(len(ours))]
	switch s.estate.IntN(4) {
	case 0:
		all = slices.Delete(all, i, i+1)
	case 1:
		all[i] = flipped(all[i])
	case 2:
		all[i] = s.estate.digit(all[i])
	case 3:
		if !alike(all[i], all[j]) || s.estate.existing == "embed" && grouped(all[i]) != grouped(all[j]) {
			return false
		}
		all[i], all[j] = all[j], all[i]
	}
	changed := strings.Join(all, "\n")
	if changed == text || !named(changed) || !shaped(changed) || s.dialect.Name() == "iosxr" && dangling(changed) {
		return false
	}
	d := s.made()
	if d.Load(changed) != nil {
		return false
	}
	s.router = d
	return true
}

var (
	// ourLine is an entry, a member of a group or a binding of ours in any dialect; in the routers
	// of the sweep nobody else has such addresses.
	ourLine = regexp.MustCompile(`^ +.*OP25B-|^ (sequence )?\d+ (permit|deny) .* eq smtp|^ (host )?203\.0\.113\.|^ip(v6)? filter 250|secure filter .* 250`)
	// theirLine is where lists of others are bound beside ours.
	theirLine = regexp.MustCompile(`\bEDGE\b|secure filter .* (1010|1020|30)\b`)
	// someName is a name of ours, or one that was before a digit of it was changed.
	someName = regexp.MustCompile(`OP\d\dB-[\w-]+`)
	// shape is what our filters look like on an RTX.
	shape = regexp.MustCompile(`^ip(v6)? filter 250[01]\d\d (pass-(no)?log \* \*|(pass|reject)-(no)?log \S+ \S+ tcp \* 25)$`)
	// numbers is a row of our numbers, or of those of others.
	numbers = regexp.MustCompile(`^(in|out)( (250[01]\d\d|1010|1020|1030|2000|30|40|dynamic 100))*$`)
	used    = regexp.MustCompile(`(access|net)-group (OP25B-\S+)`)
)

// alike: may two lines change places? Both are entries, or both are leaves.
func alike(a, b string) bool {
	kind := func(s string) string {
		w := strings.Fields(s)
		switch {
		case strings.Contains(s, " filter 250"):
			return "filter " + w[0]
		case strings.Contains(s, "permit") || strings.Contains(s, "deny"):
			return "entry"
		}
		return s[len(s)-1:] + s[:len(s)-len(strings.TrimLeft(s, " "))]
	}
	return kind(a) == kind(b) && !strings.Contains(a+b, "access-group") && !strings.Contains(a+b, "traffic-filter")
}

// grouped: without a group of ours, a line in a list of others is not ours any more.
func grouped(line string) bool { return strings.Contains(line, "-group OP25B-") }

// named: a name of ours with another digit is somebody else's, and no spoiled name of ours.
func named(text string) bool {
	for _, word := range someName.FindAllString(text, -1) {
		if acl.Generation(word) == 0 {
			return false
		}
	}
	return true
}

// shaped: so is a number of ours with a shape that we do not write, and a number that is not in
// the range that the sweep's routers have for us.
func shaped(text string) bool {
	for _, line := range strings.Split(text, "\n") {
		_, row, bound := strings.Cut(line, " secure filter ")
		switch {
		case bound && !numbers.MatchString(row):
			return false
		case !bound && strings.HasPrefix(line, "ip") && strings.Contains(line, " filter 25") && !shape.MatchString(line):
			return false
		}
	}
	return true
}

// dangling: an IOS-XR that refuses to commit a binding or an entry to what is not there never
// holds one.
func dangling(text string) bool {
	for _, m := range used.FindAllStringSubmatch(text, -1) {
		head := map[string]string{"access": "access-list ", "net": "object-group network ipv[46] "}[m[1]]
		if !regexp.MustCompile(`(?m)^.*` + head + regexp.QuoteMeta(m[2]) + `$`).MatchString(text) {
			return true
		}
	}
	return strings.Contains(text, "ipv6 access-group OP25B-IN-V4") || strings.Contains(text, "ipv6 access-group OP25B-OUT-V4") ||
		strings.Contains(text, "ipv4 access-group OP25B-IN-V6") || strings.Contains(text, "ipv4 access-group OP25B-OUT-V6")
}
