package packet

// Verdict is what a rule does with a packet, in the caller's own numbers. The engine
// only asks whether two verdicts are the same.
type Verdict uint8

// Rule gives the packets of its box a verdict, unless an earlier rule has decided. What
// one line matches in several boxes is several rules with one verdict.
type Rule struct {
	Box     Box
	Verdict Verdict
}

// List is the rules of one family, tried in order: the first that matches decides. A
// rule whose box is empty or of the other family matches nothing.
type List struct {
	Family Family
	Rules  []Rule
	End    Verdict // for a packet that no rule matches
}

// NoRule is the index that First gives where the end of the list decides.
const NoRule = -1

// First is the verdict for a packet and the index of the rule that decides, found by
// trying one rule after the other. It shares nothing with Compare, so that it can check it.
func (l List) First(p Packet) (Verdict, int) {
	for i, r := range l.Rules {
		if r.Box.Contains(p) {
			return r.Verdict, i
		}
	}
	return l.End, NoRule
}
