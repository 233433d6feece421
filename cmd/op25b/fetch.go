package main

import (
	"errors"

	"github.com/spf13/cobra"

	"op25b/planner"
)

func newFetch(g *globals) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "fetch -o DIR [DEVICE...]", Short: "running configs into a folder; reads, never writes",
		RunE: func(c *cobra.Command, names []string) error {
			if err := g.formats("text"); err != nil {
				return err
			}
			ws, err := g.workspace(names)
			if err != nil {
				return err
			}
			running, err := ws.reader(c.Context(), "")
			if err != nil {
				return err
			}
			var texts []named
			var failures []error
			for _, device := range ws.devices {
				r, err := running(device)
				if err != nil {
					failures = append(failures, planner.Failed{Device: device.Name, Err: err})
					continue
				}
				texts = append(texts, named{device.Name, r.Text, device.Dialect})
			}
			if err := writeTexts(dir, texts); err != nil {
				return err
			}
			g.voice.note("%s in %s", counted(len(texts), "running config"), dir)
			return errors.Join(failures...)
		},
	}
	c.Flags().StringVarP(&dir, "output", "o", "", "where DIR/<device>.cfg are written")
	_ = c.MarkFlagRequired("output")
	return c
}
