package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"op25b/plan"
)

func newApprove(g *globals) *cobra.Command {
	var key, yes string
	c := &cobra.Command{
		Use: "approve FILE", Short: "sign a plan that somebody else made",
		Long: `approve puts a signature over the plan's id beside the plan, in FILE.sig. A plan whose gates
ask for approvals is pushed only when so many signers, none of them its author, have approved
it. The key is --key KEYFILE (its passphrase in OP25B_APPROVE_PASSPHRASE), else the one key of
the SSH agent that belongs to a signer; --key FILE.pub picks a key of the agent. Who may sign
is in the plan, from rollout.yaml; for bare names the keys are in the allowed_signers file that
OP25B_ALLOWED_SIGNERS, or allowed-signers in config.yaml, names.

The same by hand: printf '%s\n' ID | ssh-keygen -Y sign -n op25b -f KEYFILE >> FILE.sig
with the whole ID, as approve and show --format json print it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := g.formats("text"); err != nil {
				return err
			}
			p, err := plan.Open(args[0])
			if err != nil {
				return err
			}
			return g.approve(p, args[0], key, yes)
		},
	}
	c.Flags().StringVar(&key, "key", "", "the private key file, or the public one of a key in the SSH agent")
	c.Flags().StringVar(&yes, "yes", "", "the plan's id, instead of typing it at the prompt")
	return c
}

func (g *globals) approve(p plan.Plan, file, key, yes string) error {
	found, err := g.approvals(p, file)
	if err != nil {
		return err
	}
	if len(found.signers) == 0 {
		return exit{refused, fmt.Errorf("plan %s has no signer whose key is known%s", p.Short(), found.unknown()), whoSigns}
	}
	signer, who, done, err := g.signer(p, found.signers, key)
	if err != nil {
		return err
	}
	defer done()
	if i := slices.IndexFunc(found.list, func(a plan.Approval) bool { return a.Counts() && a.Signer.Same(who) }); i >= 0 {
		g.voice.note("%s has approved plan %s already, with block %d of %s", who.Name(), p.Short(), found.list[i].Block, plan.Beside(file))
		return nil
	}
	g.printApproved(p)
	if err := g.agreed("approve", p, yes); err != nil {
		return err
	}
	block, err := p.Sign(signer)
	if err != nil {
		return exit{failed, fmt.Errorf("the key of %s does not sign: %w", who.Name(), err), ""}
	}
	if err := attach(p, file, block, found.signers); err != nil {
		return err
	}
	if found, err = g.approvals(p, file); err != nil {
		return err
	}
	g.voice.note("%s approved plan %s; it has %d of %s", who.Name(), p.Short(), plan.Counted(found.list), counted(p.Gates.Approvals, "approval"))
	return nil
}

// printApproved tells what it is that an approval approves.
func (g *globals) printApproved(p plan.Plan) {
	change, closes, opens := 0, 0, 0
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			if s.Method != plan.None {
				change++
			}
			closes, opens = closes+len(s.Closes), opens+len(s.Opens)
		}
	}
	v := g.voice
	v.printf("%s\n", v.paint(bold, "plan "+p.Short())+printable(" by "+p.Author+" for "+p.At+during(p.Phase)))
	v.printf("id %s\n", p.ID)
	v.printf("%s in %s, %d to change\n", counted(devices(p), "device"), counted(len(p.Waves), "wave"), change)
	v.printf("closes %s of packets, opens %s\n", counted(closes, "set"), counted(opens, "set"))
}

// attach appends a signature to the file beside the plan, which is there whole or not at all.
// Two who approve at the same moment wait for each other.
func attach(p plan.Plan, file string, block []byte, signers []plan.Signer) error {
	free, err := alone(file)
	if err != nil {
		return err
	}
	defer free()
	beside := plan.Beside(file)
	text, err := plan.ReadApprovals(beside)
	if err != nil {
		return err
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	before := plan.Counted(p.Approvals(text, signers))
	if text = append(text, block...); plan.Counted(p.Approvals(text, signers)) == before {
		return exit{failed, errors.New("the signature that was made is not one over this plan"), "try another key, or ssh-keygen as `op25b approve --help` says"}
	}
	if len(text) > plan.MaxApprovals {
		return fmt.Errorf("%s would have more than %d MiB", beside, plan.MaxApprovals>>20)
	}
	if err := writeWhole(beside, text); err != nil {
		return err
	}
	return os.Chmod(beside, 0o644)
}

// approved refuses a plan that has fewer approvals than its gates ask for. It asks no device.
func (g *globals) approved(p plan.Plan, file string) error {
	if p.Gates.Approvals <= 0 {
		return nil
	}
	found, err := g.approvals(p, file)
	if err != nil {
		return err
	}
	n := plan.Counted(found.list)
	if n >= p.Gates.Approvals {
		return nil
	}
	what := fmt.Sprintf("plan %s has %d of %s%s", p.Short(), n, counted(p.Gates.Approvals, "approval"), found.unknown())
	for _, a := range found.list {
		if !a.Counts() {
			what += fmt.Sprintf("\n%s: block %d does not count: %s", plan.Beside(file), a.Block, oneLine(a.Why))
		}
	}
	hint := "op25b approve " + file
	if len(found.signers) == 0 {
		hint = whoSigns
	}
	return exit{refused, errors.New(what), hint}
}

// whoSigns is what to do where nobody can approve.
const whoSigns = "name people and keys in `signers` of rollout.yaml and plan again, or set OP25B_ALLOWED_SIGNERS to a file that has their keys"

// approvable refuses gates that nobody could open, before a plan is made.
func approvable(gates plan.Gates, author string) error {
	if gates.Approvals <= 0 {
		return nil
	}
	if strings.TrimSpace(author) == "" {
		return exit{failed, errors.New("a plan that needs an approval needs an author"), "give --author"}
	}
	if n, named := gates.Others(author); named && n < gates.Approvals {
		return exit{failed, fmt.Errorf("the plan needs %s, and besides its author %s `signers` has %s", counted(gates.Approvals, "approval"), author, people(n)),
			"name more people in `signers` of rollout.yaml, or let somebody else make the plan"}
	}
	return nil
}

func people(n int) string {
	switch n {
	case 0:
		return "nobody"
	case 1:
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// printApprovals tells what stands beside a plan.
func (g *globals) printApprovals(p plan.Plan, file string) error {
	found, err := g.approvals(p, file)
	if err != nil {
		return err
	}
	if p.Gates.Approvals == 0 && len(found.list) == 0 {
		return nil
	}
	g.voice.printf("approvals: %d of %d%s\n", plan.Counted(found.list), p.Gates.Approvals, printable(found.unknown()))
	for _, a := range found.list {
		line := fmt.Sprintf("block %d does not count: %s", a.Block, oneLine(a.Why))
		if a.Counts() {
			line = a.Signer.Name() + " " + a.Key
		}
		g.voice.printf("  %s\n", printable(line))
	}
	return nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// found is what stands beside a plan, and who may sign it.
type found struct {
	list    []plan.Approval
	signers []plan.Signer
	keyless []string // names of signers without a key
}

// unknown tells the signers that nobody can verify, for the end of a sentence.
func (f found) unknown() string {
	if len(f.keyless) == 0 {
		return ""
	}
	return "; no key is known of " + strings.Join(f.keyless, ", ")
}

// approvals judges the signatures beside a plan file, with the keys that are in the plan and in
// the file that the setting allowed-signers names.
func (g *globals) approvals(p plan.Plan, file string) (found, error) {
	var known []plan.Signer
	if path := g.tool.GetString("allowed-signers"); path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return found{}, exit{failed, fmt.Errorf("allowed-signers: %w", err), "OP25B_ALLOWED_SIGNERS, or allowed-signers in config.yaml, names the file"}
		}
		if known, err = plan.ReadSigners(path, text, g.world.now()); err != nil {
			return found{}, err
		}
	}
	var out found
	var err error
	if out.signers, out.keyless, err = p.Signers(known); err != nil {
		return out, err
	}
	text, err := plan.ReadApprovals(plan.Beside(file))
	out.list = p.Approvals(text, out.signers)
	return out, err
}
