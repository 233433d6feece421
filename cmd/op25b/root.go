package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/viper"
)

// globals are the flags that every verb has.
type globals struct {
	dir, policy, inventory, rollout string
	journal                         string
	at, phase                       string
	labels                          []string
	cleartext                       []string // devices
	format, colour                  string
	patience                        time.Duration // how long a device may be silent

	world world
	voice *voice
	tool  *viper.Viper // the tool's own settings: never a policy's
}

const long = `op25b turns one policy for Outbound Port 25 Blocking into router ACLs, proves that each
router's text means what the policy means, shows what would change on the running router in
lines and in packets, and carries the change out in waves.

A workspace is a folder with policy.yaml, inventory.yaml and, if wanted, rollout.yaml.

  op25b check                            is everything sound?
  op25b render -o out                    the text for every router
  op25b diff --running backup            what would change, from texts on disk
  op25b plan -o change.plan              all of it, proved, on paper
  op25b show change.plan
  op25b push change.plan                 carry it out`

// newRoot is the command with its verbs.
func newRoot(w world, v *voice) *cobra.Command {
	g := &globals{world: w, voice: v, tool: viper.New()}
	root := &cobra.Command{
		Use: "op25b", Short: "one policy for Outbound Port 25 Blocking, many kinds of router", Long: long,
		SilenceErrors: true, SilenceUsage: true, Version: version,
		Args: cobra.ArbitraryArgs, RunE: verbless,
		PersistentPreRunE: func(*cobra.Command, []string) error { return g.settle() },
	}
	root.SetIn(w.in)
	root.SetOut(w.out)
	root.SetErr(w.err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return exit{usage, err, "see " + c.CommandPath() + " --help"}
	})
	f := root.PersistentFlags()
	f.StringVarP(&g.dir, "directory", "C", ".", "the workspace")
	f.StringVar(&g.policy, "policy", "policy.yaml", "the policy, in the workspace")
	f.StringVar(&g.inventory, "inventory", "inventory.yaml", "the devices, in the workspace")
	f.StringVar(&g.rollout, "rollout", defaultRollout, "waves and gates, in the workspace; without it one wave")
	f.StringVar(&g.journal, "journal", "", "what was done and seen (default: "+defaultJournal+" in the workspace)")
	f.StringVar(&g.at, "at", "", "the date asked about, YYYY-MM-DD (default: today, in the policy's time zone)")
	f.StringVar(&g.phase, "phase", "", "the date on which this phase starts")
	f.StringArrayVarP(&g.labels, "target", "t", nil, "devices by label, as site:tyo; !name leaves one out")
	f.StringVar(&g.format, "format", "text", "how results are printed")
	f.DurationVar(&g.patience, "patience", time.Minute, "how long a device may be silent before it counts as lost")
	f.StringVar(&g.colour, "color", "auto", "auto, always or never")
	root.AddCommand(newCheck(g), newRender(g), newGolden(g), newProve(g), newExplain(g), newShow(g), newApprove(g), newLog(g))
	root.AddCommand(g.reaching(newFetch(g), newDiff(g), newPlan(g), newPush(g), newStatus(g),
		newResume(g), newConfirm(g), newAbort(g), newRollback(g))...)
	for _, c := range root.Commands() {
		c.Args = politely(c.Args)
	}
	return root
}

// reaching gives the verbs that log in to devices the flag for those without TLS.
func (g *globals) reaching(verbs ...*cobra.Command) []*cobra.Command {
	for _, c := range verbs {
		c.Flags().StringArrayVar(&g.cleartext, "cleartext", nil, "a device with tls: off to which the password may go for all to read")
	}
	return verbs
}

// defaultJournal is where the journal of a workspace is.
const defaultJournal = ".op25b/journal.db"

// journalFile is the file that runs are written to: the flag's, else the setting's, else the workspace's.
func (g *globals) journalFile() string {
	for _, path := range []string{g.journal, g.tool.GetString("journal")} {
		if path != "" {
			return path
		}
	}
	return filepath.Join(g.dir, defaultJournal)
}

// verbless is the call without a verb, or with a word that is none.
func verbless(c *cobra.Command, words []string) error {
	if len(words) == 0 {
		return c.Help()
	}
	hint := "see op25b --help"
	c.SuggestionsMinimumDistance = 2
	if near := c.SuggestionsFor(words[0]); len(near) > 0 {
		hint = "did you mean `op25b " + near[0] + "`?"
	}
	return exit{usage, fmt.Errorf("there is no verb %q", words[0]), hint}
}

// politely makes a wrong number of arguments, or a flag that is missing, an error of usage.
func politely(args cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, words []string) error {
		err := c.ValidateRequiredFlags()
		if args != nil && err == nil {
			err = args(c, words)
		}
		if err != nil {
			return exit{usage, err, "see " + c.CommandPath() + " --help"}
		}
		return nil
	}
}

// settle reads the tool's own settings: flags first, then OP25B_… in the environment, then
// config.yaml in the user's configuration folder.
func (g *globals) settle() error {
	t := g.tool
	t.SetDefault("color", "auto")
	t.SetDefault("known-hosts", "")
	t.SetDefault("tls-ca", "")
	t.SetDefault("author", "")
	t.SetDefault("allowed-signers", "")
	path := g.world.environ("OP25B_CONFIG")
	if path == "" && g.world.environ("XDG_CONFIG_HOME") != "" {
		path = filepath.Join(g.world.environ("XDG_CONFIG_HOME"), "op25b", "config.yaml")
	} else if path == "" && g.world.environ("HOME") != "" {
		path = filepath.Join(g.world.environ("HOME"), ".config", "op25b", "config.yaml")
	}
	if path != "" {
		t.SetConfigFile(path)
		if err := t.ReadInConfig(); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	for _, key := range []string{"color", "known-hosts", "tls-ca", "author", "journal", "allowed-signers"} {
		if v := g.world.environ("OP25B_" + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))); v != "" {
			t.Set(key, v)
		}
	}
	if g.patience <= 0 {
		return usagef("--patience is a length of time such as 30s, not %s", g.patience)
	}
	word := g.colour
	if word == "auto" {
		word = t.GetString("color")
	}
	on, err := coloured(word, g.world.out, g.world.environ)
	g.voice.colour = on
	return err
}

// formats refuses a --format that the verb does not have.
func (g *globals) formats(known ...string) error {
	for _, k := range known {
		if g.format == k {
			return nil
		}
	}
	return usagef("--format is %s, not %q", strings.Join(known, ", "), g.format)
}
