package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"time"

	"github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmi/proto/gnmi_ext"
	"github.com/openconfig/gnmic/pkg/api"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/durationpb"

	"op25b/lab"
	"op25b/lab/openconfig"
)

// The routers that speak gNMI: an RPC is a line, and one that writes is a configuration line.

// speaker is a router as the fleet has to see it, where no terminal can be watched.
type speaker struct{ *router }

// Speak is what the router itself speaks.
func (s speaker) Speak(c net.Conn, l lab.Line) { s.Device.(lab.Speaker).Speak(c, l) }

func (r *router) speaks() bool {
	_, is := r.Device.(lab.Speaker)
	return is
}

// shown is the router for the fleet, with somebody who looks at it after every line.
func (r *router) shown() lab.Device {
	if !r.speaks() {
		return r
	}
	r.Device.(*openconfig.Router).Tap(r.rpc)
	return speaker{r}
}

// rpc is an RPC that arrives, and the look after it.
func (r *router) rpc(what string, writes bool, carry func()) (lost bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	lost, struck := r.site.count()
	if lost || r.lose != nil && r.lose(what) {
		return true
	}
	if r.hold != nil && r.hold(what, carry) {
		return true
	}
	r.typed = append(r.typed, typedLine{what, writes})
	carry()
	r.look(what)
	if r.site.hurried.Load() && what == "Set confirm" { // the probe's, whose timer of three seconds it waits for
		r.site.clock.Advance(4 * time.Second)
		r.look(byClock)
	}
	struck()
	return false
}

// setsAt are the RPCs at which a router may change verdicts. The probe is none of them, nor is a
// confirmation.
func setsAt(line string) bool {
	switch {
	case line == byClock, line == "Set cancel", strings.HasPrefix(line, "Set: "):
		return true
	case strings.HasPrefix(line, "Set commit 3s"), strings.HasPrefix(line, "Set commit 15s"):
		return false
	}
	return strings.HasPrefix(line, "Set commit ")
}

// set is an operator's own Set, with the lines of a plan, an operation each.
func (r *router) set(commit *gnmi_ext.Commit, lines ...string) {
	r.site.t.Helper()
	if err := r.trySet(commit, lines...); err != nil {
		r.site.t.Fatalf("%s: by hand, %q: %v", r.name, lines, err)
	}
}

func (r *router) trySet(commit *gnmi_ext.Commit, lines ...string) error {
	req := &gnmi.SetRequest{}
	for _, l := range lines {
		verb, rest, _ := strings.Cut(l, " ")
		path, value, _ := strings.Cut(rest, " ")
		var one api.GNMIOption
		switch at, v := api.Path(path), api.Value(value, "json_ietf"); verb {
		case "delete":
			one = api.Delete(path)
		case "replace":
			one = api.Replace(at, v)
		case "union_replace":
			one = api.UnionReplace(at, v)
		default:
			one = api.Update(at, v)
		}
		if err := one(req); err != nil {
			return err
		}
	}
	if commit != nil {
		req.Extension = []*gnmi_ext.Extension{{Ext: &gnmi_ext.Extension_Commit{Commit: commit}}}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(r.site.fleet.Authority()))
	channel := credentials.NewTLS(&tls.Config{RootCAs: pool, Certificates: r.site.client})
	if strings.Contains(r.extra, "tls: off") {
		channel = insecure.NewCredentials()
	}
	conn, err := grpc.NewClient(r.server.Address().String(), grpc.WithTransportCredentials(channel))
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	ctx = metadata.AppendToOutgoingContext(ctx, "username", "op", "password", loginSecret)
	_, err = gnmi.NewGNMIClient(conn).Set(ctx, req)
	return err
}

// commitOf asks the router to take a Set back after ten minutes, unless a commit of that id is confirmed.
func commitOf(id string) *gnmi_ext.Commit {
	return &gnmi_ext.Commit{Id: id, Action: &gnmi_ext.Commit_Commit{Commit: &gnmi_ext.CommitRequest{RollbackDuration: durationpb.New(10 * time.Minute)}}}
}
