package gnmi

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmi/proto/gnmi_ext"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"op25b/templates/words"
	"op25b/templates/yang"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "laboratory"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	must(t, err)
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	return authority{cert, key}
}

// issue makes a certificate for a name or an address.
func (a authority) issue(t testing.TB, name string, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	form := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: until}
	if ip := net.ParseIP(name); ip != nil {
		form.IPAddresses = []net.IP{ip}
	} else {
		form.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, form, a.cert, key.Public(), a.key)
	must(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// file is the authority's certificate in a file.
func (a authority) file(t testing.TB) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}), 0o600))
	return name
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// device is a gNMI server that does what a test says.
type device struct {
	pb.UnimplementedGNMIServer
	get       func(*pb.GetRequest) (*pb.GetResponse, error)
	set       func(context.Context, *pb.SetRequest) error
	answers   *pb.SetResponse // to a Set, nil for one that says nothing
	takes     int             // how many bytes a message to it may have, 0 for as many as are sent
	subscribe func(*pb.SubscribeRequest, pb.GNMI_SubscribeServer) error

	mu    sync.Mutex
	door  net.Listener
	sets  []*pb.SetRequest
	seen  []metadata.MD
	conns []net.Conn
	last  context.Context // of the last call
}

func (d *device) note(ctx context.Context) {
	md, _ := metadata.FromIncomingContext(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen, d.last = append(d.seen, md), ctx
}

// abandoned waits until who made the last call has given it up.
func (d *device) abandoned() {
	d.mu.Lock()
	last := d.last
	d.mu.Unlock()
	<-last.Done()
}

func (d *device) Get(ctx context.Context, r *pb.GetRequest) (*pb.GetResponse, error) {
	d.note(ctx)
	if d.get == nil {
		return nil, status.Error(codes.Unimplemented, "no Get")
	}
	return d.get(r)
}

func (d *device) Set(ctx context.Context, r *pb.SetRequest) (*pb.SetResponse, error) {
	d.note(ctx)
	d.mu.Lock()
	d.sets = append(d.sets, r)
	d.mu.Unlock()
	if d.set != nil {
		if err := d.set(ctx, r); err != nil {
			return nil, err
		}
	}
	if d.answers != nil {
		return d.answers, nil
	}
	return &pb.SetResponse{}, nil
}

func (d *device) Subscribe(s pb.GNMI_SubscribeServer) error {
	d.note(s.Context())
	r, err := s.Recv()
	if err != nil {
		return err
	}
	return d.subscribe(r, s)
}

// said is what the device was told to set, in short.
func (d *device) said() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, r := range d.sets {
		out = append(out, inShort(r))
	}
	return out
}

func inShort(r *pb.SetRequest) string {
	var out []string
	for _, p := range r.GetDelete() {
		out = append(out, "delete "+shown1(p))
	}
	for _, u := range r.GetUnionReplace() {
		out = append(out, "union_replace "+shown1(u.GetPath())+" "+string(u.GetVal().GetJsonIetfVal()))
	}
	for _, u := range r.GetReplace() {
		out = append(out, "replace "+shown1(u.GetPath())+" "+string(u.GetVal().GetJsonIetfVal()))
	}
	for _, u := range r.GetUpdate() {
		out = append(out, "update "+shown1(u.GetPath())+" "+string(u.GetVal().GetJsonIetfVal()))
	}
	for _, e := range r.GetExtension() {
		c := e.GetCommit()
		switch a := c.GetAction().(type) {
		case *gnmi_ext.Commit_Commit:
			out = append(out, "commit "+c.GetId()+" "+a.Commit.GetRollbackDuration().AsDuration().String())
		case *gnmi_ext.Commit_Confirm:
			out = append(out, "confirm "+c.GetId())
		case *gnmi_ext.Commit_Cancel:
			out = append(out, "cancel "+c.GetId())
		}
	}
	return strings.Join(out, "; ")
}

func shown1(p *pb.Path) string {
	out, err := pathOf(nil, p)
	if err != nil {
		return err.Error()
	}
	return out.String()
}

// cut kills every connection.
func (d *device) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.conns {
		c.Close()
	}
	d.conns = nil
}

// leave closes the door at which the device was.
func (d *device) leave() (address string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.door.Close()
	return d.door.Addr().String()
}

type tapped struct {
	net.Listener
	d *device
}

func (l tapped) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.d.mu.Lock()
		l.d.conns = append(l.d.conns, c)
		l.d.mu.Unlock()
	}
	return c, err
}

// serve starts the device on the loopback; nil is no TLS.
func (d *device) serve(t testing.TB, c *tls.Config) (address string) {
	t.Helper()
	return d.serveAt(t, "127.0.0.1:0", c)
}

func (d *device) serveAt(t testing.TB, address string, c *tls.Config) string {
	t.Helper()
	l, err := net.Listen("tcp", address)
	must(t, err)
	d.mu.Lock()
	d.door = l
	d.mu.Unlock()
	takes := maxMessage
	if d.takes > 0 {
		takes = d.takes
	}
	options := []grpc.ServerOption{grpc.MaxRecvMsgSize(takes), grpc.MaxSendMsgSize(1 << 30)}
	if c != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(c)))
	}
	s := grpc.NewServer(options...)
	pb.RegisterGNMIServer(s, d)
	go s.Serve(tapped{l, d})
	t.Cleanup(s.Stop)
	return l.Addr().String()
}

const secret = "sekret-Passw0rd"

// patience is far more than any answer takes, on the slowest machine.
const patience = 3 * time.Minute

// bench is a device behind TLS and a dialog with it.
type bench struct {
	*device
	authority authority
	dialer    Dialer
	road      Road
	clock     *hand
}

func newBench(t testing.TB, d *device) *bench {
	t.Helper()
	a := newAuthority(t)
	cert := a.issue(t, "127.0.0.1", time.Now().Add(time.Hour))
	dialer, err := NewDialer(Trust{Files: []string{a.file(t)}}, patience)
	must(t, err)
	b := &bench{device: d, authority: a, dialer: dialer, clock: &hand{}}
	b.road = Road{Address: d.serve(t, &tls.Config{Certificates: []tls.Certificate{cert}}), Login: Login{User: "op", Password: secret}, Commit: "op25b-1", Sleep: b.clock.sleep}
	return b
}

// hand is a clock that runs when somebody sleeps.
type hand struct {
	mu  sync.Mutex
	now time.Duration
}

func (h *hand) sleep(ctx context.Context, d time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now += d
	return ctx.Err()
}

func (h *hand) at() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (b *bench) open(t testing.TB, patience time.Duration) *Dialog {
	t.Helper()
	d, err := Open(context.Background(), b.dialer, b.road, words.Session{}, patience)
	must(t, err)
	t.Cleanup(func() { d.Close() })
	return d
}

// do carries a command out with a generous patience.
func do(t testing.TB, d *Dialog, line string, n int) error {
	t.Helper()
	c := words.Command{Line: line}
	_, err := d.Do(context.Background(), c, n, d.Patience(c))
	return err
}

// value is a notification's update in JSON_IETF.
func value(t testing.TB, at, json string) *pb.Update {
	t.Helper()
	return &pb.Update{Path: pathFor(t, at), Val: &pb.TypedValue{Value: &pb.TypedValue_JsonIetfVal{JsonIetfVal: []byte(json)}}}
}

func pathFor(t testing.TB, s string) *pb.Path {
	t.Helper()
	if s == "/" {
		return &pb.Path{}
	}
	p, rest, err := yang.ReadPath(s)
	if err != nil || rest != "" {
		t.Fatalf("%s: %v", s, err)
	}
	return sent(p)
}

func answer(updates ...*pb.Update) *pb.GetResponse {
	return &pb.GetResponse{Notification: []*pb.Notification{{Update: updates}}}
}

// keeper is a device that knows the Commit extension as the specification has it, and which of the
// lists it has.
type keeper struct {
	mu      sync.Mutex
	clock   *hand
	lists   []string
	former  []string
	id      string // of the commit that is pending
	due     time.Duration
	ignores bool          // the extension
	lax     bool          // ids are not compared
	holds   bool          // it never takes back
	blind   bool          // nothing is shown
	slow    time.Duration // how long it takes over a commit, after it began its timer
}

func (k *keeper) tick() {
	if k.id != "" && !k.holds && k.clock.at() >= k.due {
		k.id, k.lists = "", k.former
	}
}

func (k *keeper) set(_ context.Context, r *pb.SetRequest) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tick()
	var c *gnmi_ext.Commit
	for _, e := range r.GetExtension() {
		if !k.ignores {
			c = e.GetCommit()
		}
	}
	switch {
	case c.GetConfirm() != nil, c.GetCancel() != nil:
		if k.id == "" {
			return status.Error(codes.FailedPrecondition, "no commit is pending")
		}
		if c.GetId() != k.id && !k.lax {
			return status.Error(codes.InvalidArgument, "another commit is pending")
		}
		if c.GetCancel() != nil {
			k.lists = k.former
		}
		k.id = ""
		return nil
	case k.id != "":
		return status.Error(codes.FailedPrecondition, "a commit is pending")
	}
	k.former = slices.Clone(k.lists)
	if c.GetCommit() != nil {
		k.id, k.due = c.GetId(), k.clock.at()+c.GetCommit().GetRollbackDuration().AsDuration()
		k.clock.sleep(context.Background(), k.slow)
	}
	for _, p := range r.GetDelete() {
		name := p.GetElem()[2].GetKey()["name"]
		k.lists = slices.DeleteFunc(slices.Clone(k.lists), func(l string) bool { return l == name })
	}
	for _, u := range slices.Concat(r.GetReplace(), r.GetUpdate()) {
		k.lists = append(slices.Clone(k.lists), u.GetPath().GetElem()[2].GetKey()["name"])
	}
	return nil
}

func (k *keeper) get(r *pb.GetRequest) (*pb.GetResponse, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tick()
	e := r.GetPath()[0].GetElem()
	if k.blind || len(e) < 3 || !slices.Contains(k.lists, e[2].GetKey()["name"]) {
		return nil, status.Error(codes.NotFound, "not there")
	}
	u := &pb.Update{Path: r.GetPath()[0], Val: &pb.TypedValue{Value: &pb.TypedValue_JsonIetfVal{JsonIetfVal: []byte(`{"name":"x"}`)}}}
	return answer(u), nil
}

func (k *keeper) has() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tick()
	return slices.Clone(k.lists)
}

// waits is the id of the commit that is pending.
func (k *keeper) waits() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tick()
	return k.id
}
