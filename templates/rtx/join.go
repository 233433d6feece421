package rtx

import (
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/templates/words"
)

// defaultColumns is `console columns` where the text does not say.
const defaultColumns = 80

// join puts lines together again that the console has wrapped. It wraps blindly at columns-1
// characters: in the middle of a number, or before a blank that then begins the next line
// (five wrapped lines of an NVR500 and two RTX1210, all 79 long). So a line of that length
// goes on in the next one, nothing trimmed and nothing put between, unless the next one
// begins a command. A line as long as the columns themselves is taken for wrapped, too.
// Comments in the head of `show config` wrap the same way, and their rest has no #.
func join(lines []words.Line) []words.Line {
	columns := columnsOf(lines)
	out := make([]words.Line, 0, len(lines))
	for i := 0; i < len(lines); i++ {
		whole, last := lines[i], lines[i].Text
		var rest []string
		for wrapped(last, columns) && i+1 < len(lines) && !begins(lines[i+1].Text) {
			i++
			last = lines[i].Text
			rest = append(rest, last)
		}
		if len(rest) > 0 {
			whole.Text += strings.Join(rest, "")
		}
		out = append(out, whole)
	}
	return out
}

// unwrap is a text without the wraps of its console.
func unwrap(text string) string {
	lines, err := words.Read(text)
	if err != nil {
		return text
	}
	var out []string
	for _, l := range join(lines) {
		out = append(out, l.Text)
	}
	return strings.Join(out, "\n")
}

func wrapped(line string, columns int) bool { return len(line) == columns-1 || len(line) == columns }

// columnsOf is the last `console columns` of a text; a command that itself is wrapped by it
// is shorter than any width.
func columnsOf(lines []words.Line) int {
	columns := defaultColumns
	for _, l := range lines {
		if rest, found := strings.CutPrefix(strings.TrimSpace(l.Text), "console columns "); found {
			if n, err := strconv.Atoi(strings.TrimSpace(rest)); err == nil && n > 1 {
				columns = n
			}
		}
	}
	return columns
}

// commands are the first words of the commands that `show config` and a configuration file
// hold (chapters 4 to 59 of the command reference). What else begins a line of full length's
// successor is the rest of that line.
const commands = " account administrator alarm analog ap auth bgp bri bridge clear cloud cold console cooperation " +
	"dashboard description dhcp diagnosis disconnect dns dpi embedded ethernet execute exit external-memory fr heartbeat heartbeat2 " +
	"httpd http http-upload interface ip ipip ipsec ipv6 isdn l2tp lan lan-map lbo leased line lldp lldp-config load login " +
	"loopback lua mail mobile modem mount nat netvolante-dns ngn no ntpdate operation ospf pki pp ppp pppoe pptp pri provider " +
	"pstn queue quit radius remote restart rip rotate rtfs save schedule sd security set sftpd sip slave snmp snmpv2c " +
	"snmpv3 sntpd speed ssh sshd statistics status switch switching-hub syslog system tcp telnetd telnet terminate tftp " +
	"timezone tunnel upnp url usbhost user vlan vrx wan wins wol yno "

// alone are the commands that may stand without a further word.
const alone = " exit quit restart save "

// begins reports whether a line is the beginning of something: a comment, nothing, or a
// command, that is one of its first words and then a word that is no value. A filter's rest
// may begin with such a word, too: `pp 1 gateway …`, `ipv6 * *`, `snmp snmp`.
func begins(line string) bool {
	line = strings.TrimLeft(line, " \t")
	if line == "" || line[0] == '#' {
		return true
	}
	first, rest, _ := strings.Cut(line, " ")
	if !strings.Contains(commands, " "+strings.ToLower(first)+" ") {
		return false
	}
	second, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	switch {
	case second == "":
		return strings.Contains(alone, " "+strings.ToLower(first)+" ")
	case first == "tcp":
		return second == "session"
	case portNumbers(first) != nil && portNumbers(second) != nil:
		return false // two ports of a filter
	case first == "pp" && second == "anonymous", first == "dhcp" && isPort(second):
		return false // the gateway of a route
	}
	return letter(second[0]) && !strings.Contains(second, "=")
}

func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// orphan reports whether a line can only be the rest of a wrapped one that was not found:
// no command begins with a digit, nor with `dynamic`.
func orphan(line string) bool {
	line = strings.TrimLeft(line, " \t")
	return line != "" && '0' <= line[0] && line[0] <= '9' || strings.HasPrefix(line, dynamicWords)
}

// Complete says why a text cannot be all of a configuration. `show config` has no end mark,
// so a text that merely stops cannot be told from one that ends; what is seen is a pager
// that waits, a search in between, or a command that the router refused.
func Complete(text string) error {
	lines, err := words.Read(text)
	if err == nil {
		lines, err = outside(lines)
	}
	if err != nil {
		return err
	}
	return complete(lines)
}

// outside are the lines without the files that a configuration may embed, whose lines are no
// commands: embedded file a.lua <<EOF, then lines until EOF.
func outside(lines []words.Line) ([]words.Line, error) {
	out := lines[:0:0]
	for i := 0; i < len(lines); i++ {
		out = append(out, lines[i])
		mark := embeds(lines[i].Text)
		if mark == "" {
			continue
		}
		head := i
		for i++; i < len(lines) && strings.TrimRight(lines[i].Text, " \t") != mark; i++ {
		}
		if i == len(lines) {
			return nil, words.TextError{Places: []acl.Place{lines[head].Place("the text ends before " + mark + " ends this file")}}
		}
	}
	return out, nil
}

// embeds is the mark that ends an embedded file, "" where the line begins none.
func embeds(line string) string {
	w := strings.Fields(line)
	if len(w) < 4 || w[0] != "embedded" || w[1] != "file" {
		return ""
	}
	mark, _ := strings.CutPrefix(strings.Join(w[3:], ""), "<<")
	return mark
}

func complete(lines []words.Line) error {
	var wrong []acl.Place
	for _, l := range lines {
		if why := broken(strings.TrimSpace(l.Text)); why != "" {
			wrong = append(wrong, l.Place(why))
		}
	}
	if len(wrong) > 0 {
		return words.TextError{Places: wrong}
	}
	return nil
}

// refusals are how an error message begins: エラー in UTF-8, Shift JIS and EUC.
func refusals() []string {
	return []string{"Error:", "エラー:", "エラー：", "\x83\x47\x83\x89\x81\x5b", "\xa5\xa8\xa5\xe9\xa1\xbc"}
}

// pagers are what stands between the dashes of a pager: つづく likewise.
func pagers() []string {
	return []string{"more", "つづく", "\x82\xc2\x82\xc3\x82\xad", "\xa4\xc4\xa4\xc5\xa4\xaf"}
}

func broken(line string) string {
	for _, r := range refusals() {
		if strings.HasPrefix(line, r) {
			return "the router refused a command here: this is not a whole configuration"
		}
	}
	if inner, found := strings.CutPrefix(line, "---"); found {
		for _, p := range pagers() {
			if strings.HasPrefix(strings.TrimSpace(inner), p) {
				return "the pager stands here: say `console lines infinity` before `show config`"
			}
		}
	}
	if strings.HasPrefix(line, "Searching ...") {
		return "this was searched with grep: it is not a whole configuration"
	}
	return ""
}
