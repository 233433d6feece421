package rtx

import (
	"fmt"
	"strings"

	"op25b/lab"
)

// logLines is how many lines the log keeps: 10,000 on small models [DOC].
const logLines = 10000

// Send is Verdict for a packet that really comes. The router has no counters: with "syslog notice on"
// it writes down what a filter rejects that is not nolog, what a filter with log passes, and what
// no filter took [DOC, SAMPLE].
func (r *Router) Send(iface, direction string, p lab.Packet) (bool, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pass, line := judge{r.running}.verdict(iface, direction, p)
	words := strings.Fields(line)
	number, action := "", ""
	switch {
	case strings.HasSuffix(line, ": default"):
		number, action = "default", "reject"
	case len(words) > 3 && words[1] == "filter":
		number, action = words[2], words[3]
	}
	noted := strings.HasSuffix(action, "-log") || action == "reject"
	if noted && r.running.value("", "syslog notice") == "on" {
		r.note(iface, direction, number, pass, p)
	}
	return pass, line
}

// note writes a line: 2026/01/05 02:00:00: LAN2 Rejected at IN(200020) filter: TCP a:p > b:q. The form of
// the line behind the time is [SAMPLE], that of the time and of ICMP [K].
func (r *Router) note(iface, direction, number string, pass bool, p lab.Packet) {
	place := strings.ToUpper(iface)
	if kind, n, found := strings.Cut(place, " "); found {
		place = kind + "[" + n + "]"
		if kind == "PP" {
			place = fmt.Sprintf("PP[%02s]", n)
		}
	}
	word := "Rejected"
	if pass {
		word = "Passed"
	}
	from, to := p.Src.String(), p.Dst.String()
	protocol := map[int]string{1: "ICMP", 6: "TCP", 17: "UDP", 58: "ICMP"}[p.Protocol]
	if protocol == "" {
		protocol = fmt.Sprintf("PROTO %d", p.Protocol)
	}
	if p.Protocol == 6 || p.Protocol == 17 {
		from, to = fmt.Sprintf("%s:%d", from, p.SrcPort), fmt.Sprintf("%s:%d", to, p.DstPort)
	}
	r.logged = append(r.logged, fmt.Sprintf("%s: %s %s at %s(%s) filter: %s %s > %s",
		r.options.Clock.Now().UTC().Format("2006/01/02 15:04:05"), place, word, strings.ToUpper(direction), number, protocol, from, to))
	if len(r.logged) > logLines {
		r.logged = r.logged[1:]
	}
}

func textOf(lines []string) string {
	return strings.Join(append(append([]string(nil), lines...), ""), "\n")
}
