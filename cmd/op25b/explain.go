package main

import (
	"net/netip"

	"github.com/spf13/cobra"

	"op25b/acl"
	"op25b/acl/packet"
)

func newExplain(g *globals) *cobra.Command {
	var src, dst string
	var port uint16
	c := &cobra.Command{
		Use: "explain --src ADDRESS --dst ADDRESS [DEVICE...]", Short: "the verdict for one packet, and why",
		Long: `explain asks the policy about one TCP packet, attachment by attachment: is it blocked, and
by which phase or exception, on which line of the policy, and by which entry of the text that
render gives.`,
		RunE: func(_ *cobra.Command, names []string) error {
			if err := g.formats("text", "json"); err != nil {
				return err
			}
			p, err := packetOf(src, dst, port)
			if err != nil {
				return err
			}
			ws, err := g.workspace(names)
			if err != nil {
				return err
			}
			return g.explain(ws, p)
		},
	}
	c.Flags().StringVar(&src, "src", "", "source address")
	c.Flags().StringVar(&dst, "dst", "", "destination address")
	c.Flags().Uint16Var(&port, "port", 25, "destination port")
	return c
}

func packetOf(src, dst string, port uint16) (packet.Packet, error) {
	a, err := netip.ParseAddr(src)
	if err != nil {
		return packet.Packet{}, usagef("--src: %q is not an address", src)
	}
	b, err := netip.ParseAddr(dst)
	if err != nil {
		return packet.Packet{}, usagef("--dst: %q is not an address", dst)
	}
	if packet.FamilyOf(a) != packet.FamilyOf(b) {
		return packet.Packet{}, usagef("--src and --dst are of two families")
	}
	return packet.Packet{Family: packet.FamilyOf(a), Protocol: packet.TCP, Src: a, Dst: b, SrcPort: 1025, DstPort: port}, nil
}

// explained is the answer for one point, for machines.
type explained struct {
	Device  string `json:"device"`
	Point   string `json:"point"`
	Packet  string `json:"packet"`
	Verdict string `json:"verdict"`
	Why     string `json:"why"`
	Entry   string `json:"entry"` // the deciding line of the rendered text, "" where there is no text
}

func (g *globals) explain(ws workspace, p packet.Packet) error {
	all := []explained{}
	for _, device := range ws.devices {
		text, err := ws.desk.Text(device)
		for _, a := range device.Attach {
			if !a.HasFamily(p.Family.String()) {
				continue
			}
			v, why := ws.policy.Meaning(ws.desk.Date, a).Verdict(p)
			at := acl.Point{Interface: a.Interface, Direction: acl.Direction(a.Direction), Family: p.Family}
			entry := ""
			if err == nil {
				_, entry = text.Back.Filter(text.Back.Binding(at)).Decide(p)
			}
			all = append(all, explained{device.Name, at.String(), p.String(), v.String(), why.String(), entry})
		}
	}
	if g.format == "json" {
		return g.voice.json(all)
	}
	g.voice.printf("%s on %s\n", p, ws.desk.Date)
	if len(all) == 0 {
		g.voice.printf("no attachment of these devices carries %s\n", p.Family)
	}
	for _, e := range all {
		g.voice.printf("%s: %s: %s: %s\n", e.Device, e.Point, e.Verdict, e.Why)
		if e.Entry != "" {
			g.voice.printf("    %s\n", e.Entry)
		}
	}
	return nil
}
