package sheet

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Value is one value of a page. The zero value is absent: it reads as nothing and notes
// nothing, for who left it out has been told so.
type Value struct {
	node *yaml.Node
	key  string
	page *Page
}

// Entry is a key that the file chose, and its value.
type Entry struct {
	Key   Value // a text
	Value Value
}

// IsGiven reports whether the file has the value.
func (v Value) IsGiven() bool { return v.node != nil }

// Place is where the value stands; of a mapping: where its first key stands.
func (v Value) Place() Place {
	if v.node == nil {
		return Place{}
	}
	return Place{v.page.File, v.node.Line, v.node.Column}
}

// Refuse notes something that is wrong with the value.
func (v Value) Refuse(what, hint string) {
	if v.node != nil {
		v.page.Refuse(v.Place(), what, hint)
	}
}

// Warn notes something about the value that may be wrong.
func (v Value) Warn(what, hint string) {
	if v.node != nil {
		v.page.Warn(v.Place(), what, hint)
	}
}

// is reports whether the value has a kind, and notes it where it has not.
func (v Value) is(kind yaml.Kind, what string) bool {
	switch {
	case v.node == nil || v.node.Kind == yaml.AliasNode:
		return false
	case v.isNull():
		v.Refuse(v.key+" has no value", "write "+what+", or leave the key out")
		return false
	case v.node.Kind != kind:
		v.Refuse(v.key+" is not "+what, "")
		return false
	}
	return true
}

func (v Value) isNull() bool { return v.node.Kind == yaml.ScalarNode && v.node.Tag == "!!null" }

// Object is the value as a mapping with known keys; every other key is noted.
func (v Value) Object(known ...string) Object {
	if !v.is(yaml.MappingNode, "a mapping") {
		return Object{}
	}
	o := Object{v, map[string]Value{}}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		k := v.node.Content[i]
		if k.Kind != yaml.ScalarNode || k.Tag == "!!merge" {
			continue // noted by walk
		}
		if !contains(known, k.Value) {
			Value{k, "", v.page}.Refuse("unknown key "+Quote(k.Value), DidYouMean(k.Value, known))
			continue
		}
		if _, twice := o.values[k.Value]; !twice {
			o.values[k.Value] = Value{v.node.Content[i+1], "`" + k.Value + "`", v.page}
		}
	}
	return o
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

// Entries are the keys that the file chose and their values, in order; none is an error.
func (v Value) Entries() []Entry {
	if !v.is(yaml.MappingNode, "a mapping") {
		return nil
	}
	if len(v.node.Content) == 0 {
		v.Refuse(v.key+" is empty", "")
	}
	var out []Entry
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		k := v.node.Content[i]
		if k.Kind == yaml.ScalarNode && k.Tag != "!!merge" {
			out = append(out, Entry{Value{k, "the key", v.page}, Value{v.node.Content[i+1], Quote(k.Value), v.page}})
		}
	}
	return out
}

// Items are the values of a list, in order; an empty list is an error.
func (v Value) Items() []Value {
	if !v.is(yaml.SequenceNode, "a list") {
		return nil
	}
	if len(v.node.Content) == 0 {
		v.Refuse(v.key+" is an empty list", "leave the key out, or say what belongs there")
	}
	out := make([]Value, len(v.node.Content))
	for i, n := range v.node.Content {
		out[i] = Value{n, "an item of " + v.key, v.page}
	}
	return out
}

// IsText reports whether the value is a text, without noting anything.
func (v Value) IsText() bool {
	return v.node != nil && v.node.Kind == yaml.ScalarNode && (v.node.Tag == "!!str" || v.node.Tag == "!!timestamp")
}

// Text is the value as a text that is not empty.
func (v Value) Text() (string, bool) {
	if !v.is(yaml.ScalarNode, "a text") {
		return "", false
	}
	if !v.IsText() {
		v.Refuse(v.key+" is not a text", "write it in quotes: "+strconv.Quote(v.node.Value))
		return "", false
	}
	if strings.TrimSpace(v.node.Value) == "" {
		v.Refuse(v.key+" is empty", "")
		return "", false
	}
	return v.node.Value, !strings.ContainsFunc(v.node.Value, isControl)
}

// MaxName is the longest name that a file may give to anything, in characters.
const MaxName = 64

// Name is the value as a name: a text that can stand in a comment of a router, in a file
// name and in a shell's line.
func (v Value) Name() (string, bool) {
	s, ok := v.Text()
	if !ok {
		return "", false
	}
	if what := BadName(s); what != "" {
		v.Refuse("name "+Quote(s)+" "+what, "use letters, digits, `-`, `_` and `.`")
		return "", false
	}
	return s, true
}

// BadName says what is wrong with a name, "" where nothing is.
func BadName(s string) string {
	switch i := strings.IndexAny(s, "\"'`\\{}/"); {
	case s == "":
		return "is empty"
	case len([]rune(s)) > MaxName:
		return fmt.Sprintf("has more than %d characters", MaxName)
	case strings.ContainsFunc(s, isControl):
		return "has a control character"
	case i >= 0:
		return "has a " + strconv.QuoteRune(rune(s[i]))
	case s[0] == '-' || s[0] == '!' || s[0] == '.':
		return "begins with " + strconv.QuoteRune(rune(s[0]))
	case s != strings.TrimSpace(s):
		return "begins or ends with a blank"
	}
	return ""
}

// Word is the value as one of a few words.
func (v Value) Word(words ...string) (string, bool) {
	s, ok := v.Text()
	if !ok {
		return "", false
	}
	if !contains(words, s) {
		v.Refuse(v.key+" is "+Quote(s), DidYouMean(s, words))
		return "", false
	}
	return s, true
}

// Number is the value as a whole number from lo to hi.
func (v Value) Number(lo, hi int) (int, bool) {
	if !v.is(yaml.ScalarNode, "a number") {
		return 0, false
	}
	n, err := strconv.Atoi(v.node.Value)
	if err != nil || v.node.Tag != "!!int" || strconv.Itoa(n) != v.node.Value {
		v.Refuse(v.key+" is not a plain number: "+Quote(v.node.Value), "write it with digits only, without quotes")
		return 0, false
	}
	if n < lo || n > hi {
		v.Refuse(fmt.Sprintf("%s is %d, which is not from %d to %d", v.key, n, lo, hi), "")
		return 0, false
	}
	return n, true
}

// Date is the value as a date.
func (v Value) Date() (Date, bool) {
	s, ok := v.Text()
	if !ok {
		return Date{}, false
	}
	d, err := ParseDate(s)
	if err != nil {
		v.Refuse(v.key+": "+err.Error(), "write a date as 2006-01-31")
	}
	return d, err == nil
}

// Duration is the value as a length of time that is not negative.
func (v Value) Duration() (time.Duration, bool) {
	if v.isNumber() {
		v.Refuse(v.key+": "+Quote(v.node.Value)+" has no unit", "write it as 90s, 10m, 2h or 60d")
		return 0, false
	}
	s, ok := v.Text()
	if !ok {
		return 0, false
	}
	d, err := ParseDuration(s)
	if err != nil {
		v.Refuse(v.key+": "+err.Error(), "write it as 90s, 10m, 2h or 60d")
	}
	return d, err == nil
}

func (v Value) isNumber() bool {
	return v.node != nil && v.node.Kind == yaml.ScalarNode && (v.node.Tag == "!!int" || v.node.Tag == "!!float")
}

// Zone is the value as a time zone of the IANA database.
func (v Value) Zone() (*time.Location, bool) {
	s, ok := v.Text()
	if !ok {
		return nil, false
	}
	zone, err := time.LoadLocation(s)
	if err != nil || s == "Local" {
		v.Refuse("unknown time zone "+Quote(s), "write a name of the IANA database, such as Asia/Tokyo or UTC")
		return nil, false
	}
	return zone, true
}

// Names are the values of a list of names, in order; one that is there twice is an error.
func (v Value) Names() (names []string, places []Place) {
	for _, item := range v.Items() {
		name, ok := item.Name()
		if !ok {
			continue
		}
		if contains(names, name) {
			item.Refuse(Quote(name)+" is in the list twice", "")
			continue
		}
		names, places = append(names, name), append(places, item.Place())
	}
	return names, places
}

// Object is a mapping with known keys. The zero value has none.
type Object struct {
	value  Value
	values map[string]Value
}

// Get is the value of a key, absent where the file does not have it.
func (o Object) Get(key string) Value { return o.values[key] }

// Need is the value of a key that must be there; a missing one is noted at the mapping.
func (o Object) Need(key, hint string) Value {
	v, given := o.values[key]
	if !given {
		o.value.Refuse("`"+key+"` is missing", hint)
	}
	return v
}

// Place is where the mapping stands.
func (o Object) Place() Place { return o.value.Place() }

// IsGiven reports whether there is a mapping.
func (o Object) IsGiven() bool { return o.value.IsGiven() }

// Refuse notes something that is wrong with the mapping as a whole.
func (o Object) Refuse(what, hint string) { o.value.Refuse(what, hint) }

// Version reads the key `version`, which must be there and be 1.
func (o Object) Version() {
	v := o.Need("version", "write `version: 1` on top")
	if !v.IsGiven() {
		return
	}
	if v.node.Kind != yaml.ScalarNode || v.node.Tag != "!!int" || v.node.Value != "1" {
		v.Refuse("unknown version", "this op25b reads `version: 1`")
	}
}

var hostLabel = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$`)

// IsHostName reports whether a text is a host name: labels of at most 63 letters, digits,
// `-` and `_`, at most 253 characters in all, the last label not all digits (RFC 1123, 2.1).
func IsHostName(s string) bool {
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if !hostLabel.MatchString(l) {
			return false
		}
	}
	return len(s) <= 253 && strings.Trim(labels[len(labels)-1], "0123456789") != ""
}
