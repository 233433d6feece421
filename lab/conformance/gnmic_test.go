package conformance_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"op25b/lab"
	"op25b/lab/openconfig"
)

// gnmic is the command of that name, and what it needs to reach a router.
type gnmic struct {
	t       *testing.T
	program string
	address string
	trust   string
}

// gnmicFor finds the command: OP25B_GNMIC names it, or it is on the path.
func gnmicFor(t *testing.T, address, trust string) gnmic {
	t.Helper()
	program := os.Getenv("OP25B_GNMIC")
	if program == "" {
		program = "gnmic"
	}
	program, err := exec.LookPath(program)
	if err != nil {
		t.Skip("gnmic is absent; `make conformance` builds it")
	}
	return gnmic{t, program, address, trust}
}

// try calls it against the router. Standard error is apart: it has the log.
func (g gnmic) try(args ...string) (out, log string, err error) {
	g.t.Helper()
	var stdout, stderr bytes.Buffer
	reach := []string{"-a", g.address, "--tls-ca", g.trust, "-u", "op", "-p", secret, "-e", "json_ietf", "--timeout", "20s"}
	c := exec.Command(g.program, append(reach, args...)...)
	c.Dir, c.Stdout, c.Stderr = g.t.TempDir(), &stdout, &stderr
	c.Env = []string{"HOME=" + c.Dir}
	err = c.Run()
	return stdout.String(), stderr.String(), err
}

func (g gnmic) does(args ...string) string {
	g.t.Helper()
	out, log, err := g.try(args...)
	if err != nil {
		g.t.Fatalf("gnmic %s: %v\n%s\n%s", strings.Join(args, " "), err, out, log)
	}
	return out
}

// differences are the lines of a diff that say that something is on one side only, or another.
func (g gnmic) differences(args ...string) (found []string) {
	g.t.Helper()
	out, log, err := g.try(args...)
	if err != nil {
		g.t.Fatalf("gnmic %s: %v\n%s\n%s", strings.Join(args, " "), err, out, log)
	}
	for _, line := range strings.Split(out+log, "\n") {
		if strings.HasPrefix(line, "+ ") || strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "m ") || strings.HasPrefix(line, "+\t") || strings.HasPrefix(line, "-\t") {
			found = append(found, line)
		}
	}
	return found
}

// relay stands between the product and a router and keeps the Sets that go through.
type relay struct {
	pb.UnimplementedGNMIServer
	behind pb.GNMIClient
	mu     sync.Mutex
	sets   []*pb.SetRequest
}

func onward(ctx context.Context) context.Context {
	in, _ := metadata.FromIncomingContext(ctx)
	out := metadata.MD{}
	for _, key := range []string{"username", "password"} {
		out[key] = in[key]
	}
	return metadata.NewOutgoingContext(ctx, out)
}

func (r *relay) Get(ctx context.Context, q *pb.GetRequest) (*pb.GetResponse, error) {
	return r.behind.Get(onward(ctx), q)
}

func (r *relay) Set(ctx context.Context, q *pb.SetRequest) (*pb.SetResponse, error) {
	r.mu.Lock()
	r.sets = append(r.sets, proto.Clone(q).(*pb.SetRequest))
	r.mu.Unlock()
	return r.behind.Set(onward(ctx), q)
}

// largest is the Set with the most in it: the change itself, not the probe nor the confirmation.
func (r *relay) largest() *pb.SetRequest {
	r.mu.Lock()
	defer r.mu.Unlock()
	most := &pb.SetRequest{}
	for _, q := range r.sets {
		if proto.Size(q) > proto.Size(most) {
			most = q
		}
	}
	return most
}

// relayTo starts one in front of a router.
func relayTo(t *testing.T, address string) (r *relay, shown, trust string) {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{InsecureSkipVerify: true})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	pair, file := certificate(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r = &relay{behind: pb.NewGNMIClient(conn)}
	server := grpc.NewServer(grpc.Creds(credentials.NewServerTLSFromCert(&pair)))
	pb.RegisterGNMIServer(server, r)
	go server.Serve(l)
	t.Cleanup(server.Stop)
	return r, l.Addr().String(), file
}

// TestGnmic: what the product has set, gnmic reads; and it finds no difference between what was
// sent and what is there, nor between two routers of which each was pushed to.
func TestGnmic(t *testing.T) {
	gnmicFor(t, "", "")
	b, router, fleet := fleetOf(t, openconfig.Options{})
	address := fleet.Server("edge1").Address().String()
	kept, shown, trust := relayTo(t, address)
	through := newBench(t, device{address: shown, interfaces: "Ethernet1/in Ethernet2.100/out"})
	through.env = append(through.env, "OP25B_TLS_CA="+trust)
	at := phases()["mobile"]
	if out, code := through.pushed(at); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	g := gnmicFor(t, address, filepath.Join(b.dir, "ca.pem"))

	t.Run("get", func(t *testing.T) {
		var answers []struct {
			Updates []struct {
				Values map[string]json.RawMessage
			}
		}
		if err := json.Unmarshal([]byte(g.does("get", "--path", "/acl", "--type", "config")), &answers); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, a := range answers {
			for _, u := range a.Updates {
				for path, value := range u.Values {
					maps.Copy(got, leavesOf(t, "/"+unprefixed(path), string(value)))
				}
			}
		}
		want := leavesOf(t, "", through.rendered(at))
		if len(want) == 0 || !maps.Equal(got, want) {
			t.Errorf("gnmic reads\n%v\nand rendered is\n%v", got, want)
		}
	})

	// It compares by paths, without a schema, so the router answers leaf by leaf here. Keys are in
	// the paths, and not said again as leaves of their own.
	t.Run("diff set-to-notifs", func(t *testing.T) {
		leafwise := openconfig.New("edge3", openconfig.Options{Leaves: true})
		server, err := fleet.Add("edge3", leafwise)
		if err != nil {
			t.Fatal(err)
		}
		third := gnmicFor(t, server.Address().String(), g.trust)
		b.write("set.textproto", prototext.Format(kept.largest()))
		compared := func(running string) []string {
			if err := leafwise.Load(running); err != nil {
				t.Fatal(err)
			}
			b.write("get.textproto", third.does("get", "--path", "/acl", "--type", "config", "--format", "prototext"))
			found := third.differences("diff", "set-to-notifs", "--setrequest", filepath.Join(b.dir, "set.textproto"), "--response", filepath.Join(b.dir, "get.textproto"))
			return slices.DeleteFunc(found, func(line string) bool {
				path, _, _ := strings.Cut(strings.TrimPrefix(line, "- "), ": ")
				return isKey(path)
			})
		}
		if found := compared(router.Running()); len(found) > 0 {
			t.Errorf("%s", strings.Join(found, "\n"))
		}
		if found := compared(strings.Replace(router.Running(), "198.18.1.0/28", "198.18.1.0/29", 1)); len(found) == 0 {
			t.Error("no difference is seen where there is one")
		}
	})

	t.Run("diff setrequest", func(t *testing.T) {
		step := through.planned(at, empty)
		b.write("lines.textproto", prototext.Format(unfolded(t, step.Do)))
		folded := proto.Clone(kept.largest()).(*pb.SetRequest)
		folded.Extension = nil
		b.write("set.textproto", prototext.Format(folded))
		compared := func() []string {
			return g.differences("diff", "setrequest", "--ref", filepath.Join(b.dir, "lines.textproto"), "--new", filepath.Join(b.dir, "set.textproto"))
		}
		if found := compared(); len(found) > 0 {
			t.Errorf("%s", strings.Join(found, "\n"))
		}
		b.write("set.textproto", strings.Replace(b.read("set.textproto"), "198.18.1.0/28", "198.18.1.0/29", 1))
		if found := compared(); len(found) == 0 {
			t.Error("no difference is seen where there is one")
		}
	})

	t.Run("diff", func(t *testing.T) {
		other := openconfig.New("edge2", openconfig.Options{})
		if err := other.Load(router.Running()); err != nil {
			t.Fatal(err)
		}
		second, err := fleet.Add("edge2", other)
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"diff", "--ref", address, "--compare", second.Address().String(), "--path", "/acl", "--type", "config"}
		if found := g.differences(args...); len(found) > 0 {
			t.Errorf("%s", strings.Join(found, "\n"))
		}
		if err := other.Load(strings.Replace(router.Running(), "198.18.1.0/28", "198.18.1.0/29", 1)); err != nil {
			t.Fatal(err)
		}
		if found := g.differences(args...); len(found) == 0 {
			t.Error("no difference is seen where there is one")
		}
	})
}

// unfolded is the lines of a plan as one Set in which each is an operation of its own.
func unfolded(t *testing.T, lines []string) *pb.SetRequest {
	t.Helper()
	q := &pb.SetRequest{}
	for _, line := range lines {
		word, rest, _ := strings.Cut(line, " ")
		path, value, _ := strings.Cut(rest, " ")
		one := &pb.Update{Path: pathOf(t, path), Val: &pb.TypedValue{Value: &pb.TypedValue_JsonIetfVal{JsonIetfVal: []byte(value)}}}
		switch word {
		case "delete":
			q.Delete = append(q.Delete, one.Path)
		case "replace":
			q.Replace = append(q.Replace, one)
		case "update":
			q.Update = append(q.Update, one)
		default:
			t.Fatalf("no operation: %s", line)
		}
	}
	return q
}

// TestGnmicCommit: a router of the lab answers commits of a client that we did not write as it
// answers ours: one is taken back by itself, one is kept, one is cancelled.
func TestGnmicCommit(t *testing.T) {
	gnmicFor(t, "", "")
	clock := &lab.HandClock{}
	b, router, fleet := fleetOf(t, openconfig.Options{Clock: clock})
	g := gnmicFor(t, fleet.Server("edge1").Address().String(), filepath.Join(b.dir, "ca.pem"))
	had := router.Running()
	rename := []string{"set", "--update-path", "/system/config/hostname", "--update-value", "edge9", "--commit-id", "one", "--commit-request", "--rollback-duration", "60s"}
	changed := func() bool { return router.Running() != had }

	g.does(rename...)
	if !changed() {
		t.Fatal("the commit did nothing")
	}
	if _, log, err := g.try("set", "--update-path", "/system/config/hostname", "--update-value", "edge8"); err == nil || !strings.Contains(log, "FailedPrecondition") {
		t.Errorf("a Set beside a commit that waits: %v\n%s", err, log)
	}
	if _, log, err := g.try("set", "--commit-id", "two", "--commit-confirm"); err == nil || !strings.Contains(log, "InvalidArgument") {
		t.Errorf("a confirmation of another's commit: %v\n%s", err, log)
	}
	clock.Advance(61 * time.Second)
	if changed() {
		t.Error("it was not taken back")
	}

	g.does(rename...)
	g.does("set", "--commit-id", "one", "--commit-cancel")
	if changed() {
		t.Error("it was not cancelled")
	}

	g.does(rename...)
	g.does("set", "--commit-id", "one", "--commit-confirm")
	clock.Advance(61 * time.Second)
	if !changed() {
		t.Error("it was confirmed, and not kept")
	}
}
