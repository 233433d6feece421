package junos

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"
	"text/template"

	"op25b/acl"
	"op25b/acl/packet"
)

// edgeDevice is a device with about 290 lines: pools, destinations and relays.
func edgeDevice() acl.Config {
	var pool, dests []netip.Prefix
	for n := range 60 {
		pool = append(pool, netip.MustParsePrefix(fmt.Sprintf("100.%d.0.0/20", 2*n)))
	}
	for n := range 200 {
		dests = append(dests, netip.MustParsePrefix(fmt.Sprintf("198.51.%d.0/28", n)))
	}
	c := example()
	c.Groups = []acl.Group{
		{Name: "OP25B-POOL-V4-G1", Family: packet.V4, Addresses: packet.Prefixes(pool...)},
		{Name: "OP25B-DEST-V4-G1", Family: packet.V4, Addresses: packet.Prefixes(dests...)},
	}
	e := smtp(acl.Deny, packet.V4, c.Groups[0].Addresses, c.Groups[1].Addresses, acl.Why{Place: "policy.yaml:31", Text: "block"})
	e.SrcGroup, e.DstGroup = c.Groups[0].Name, c.Groups[1].Name
	c.Lists = []acl.List{{Name: "OP25B-OUT-V4-G1", Family: packet.V4, End: acl.Permit, Entries: []acl.Entry{e}}}
	c.Bindings = c.Bindings[:1]
	return c
}

func BenchmarkLay(b *testing.B) {
	want := edgeDevice()
	for b.Loop() {
		laid(b, want, acl.Config{})
	}
}

func BenchmarkRender(b *testing.B) {
	d := Dialect{}
	t := template.Must(template.New("acl").Funcs(d.Funcs()).Parse(d.Template()))
	c := laid(b, edgeDevice(), acl.Config{})
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := t.Execute(&out, c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(bytes.Count(out.Bytes(), []byte("\n"))), "lines")
}

func BenchmarkParse(b *testing.B) {
	text := rendered(b, laid(b, edgeDevice(), acl.Config{}))
	for b.Loop() {
		parsed(b, text)
	}
}
