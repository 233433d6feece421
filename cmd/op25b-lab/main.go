// Command op25b-lab plays a fleet of routers on the loopback, so that op25b can be tried the whole
// way without hardware.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"op25b/lab"
	"op25b/lab/iosxe"
	"op25b/lab/iosxr"
	"op25b/lab/junos"
	"op25b/lab/openconfig"
	"op25b/lab/rtx"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// kinds is the routers that a fleet is made of, in turn.
func kinds() []lab.Kind {
	return []lab.Kind{iosxe.Kind(), iosxr.Kind(), junos.Kind(), rtx.Kind(), openconfig.Kind()}
}

// run is the whole command as a function that a test can call.
func run(ctx context.Context, args []string, out, talk io.Writer) int {
	root := newRoot(out, talk)
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintf(talk, "op25b-lab: error: %v\n", err)
		return 1
	}
	return 0
}

func newRoot(out, talk io.Writer) *cobra.Command {
	root := &cobra.Command{Use: "op25b-lab", Short: "routers played on the loopback", SilenceErrors: true, SilenceUsage: true}
	root.SetOut(out)
	root.SetErr(talk)
	var o options
	up := &cobra.Command{
		Use: "up", Args: cobra.NoArgs,
		Short: "start a mixed fleet, write an inventory for it, and stay until interrupted",
		Long: "Starts routers of every kind on free ports of the loopback and writes into DIR:\n" +
			"  inventory.yaml   the fleet, as op25b reads it\n" +
			"  known_hosts      the host keys of the routers, for those reached over SSH\n" +
			"  ca.pem           who vouches for the certificates of those reached over gNMI\n" +
			"  env              the credentials, for a shell: . DIR/env\n" +
			"It stays until it is interrupted, or for the time that --for says.",
		RunE: func(c *cobra.Command, _ []string) error { return o.up(c.Context(), out, talk) },
	}
	up.Flags().IntVarP(&o.count, "number", "n", 12, "how many routers")
	up.Flags().StringVarP(&o.dir, "output", "o", "", "the folder to write into")
	up.Flags().DurationVar(&o.time, "for", 0, "stop after this time")
	up.Flags().Float64Var(&o.speed, "speed", 1, "how much faster the routers' revert timers run")
	up.Flags().StringSliceVar(&o.dialects, "dialect", nil, "only these kinds: "+strings.Join(dialects(), ", "))
	up.Flags().StringSliceVar(&o.deaf, "lose-confirm", nil, "routers, by name, that answer a confirmation and lose it")
	up.MarkFlagRequired("output")
	root.AddCommand(up)
	return root
}

func dialects() []string {
	var all []string
	for _, k := range kinds() {
		all = append(all, k.Dialect)
	}
	return all
}

// options is what was asked for on the command line.
type options struct {
	count    int
	dir      string
	time     time.Duration
	speed    float64
	dialects []string
	deaf     []string
}
