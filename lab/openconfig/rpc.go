package openconfig

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"op25b/lab"
)

// Speak serves gRPC on one connection until it is over.
func (r *Router) Speak(c net.Conn, l lab.Line) {
	only := &single{Conn: c, closed: make(chan struct{})}
	r.mu.Lock()
	r.conns[only] = true
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.conns, only)
		r.mu.Unlock()
	}()
	options := []grpc.ServerOption{grpc.WaitForHandlers(true), grpc.ConnectionTimeout(time.Minute), grpc.MaxRecvMsgSize(64 << 20)}
	if !r.options.Plain {
		options = append(options, grpc.Creds(credentials.NewTLS(l.TLS)))
	}
	server := grpc.NewServer(options...)
	gnmi.RegisterGNMIServer(server, &service{router: r, line: l, conn: only})
	server.Serve(&offer{conn: only})
	server.Stop()
}

// single is a connection that says when it was closed.
type single struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

func (s *single) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.Conn.Close()
}

// offer is a listener that has one connection to give, and ends with it.
type offer struct {
	conn  *single
	taken bool
}

func (o *offer) Accept() (net.Conn, error) {
	if !o.taken {
		o.taken = true
		return o.conn, nil
	}
	<-o.conn.closed
	return nil, net.ErrClosed
}

func (o *offer) Close() error   { return nil }
func (o *offer) Addr() net.Addr { return o.conn.LocalAddr() }

// service is the gNMI service on one connection.
type service struct {
	gnmi.UnimplementedGNMIServer
	router *Router
	line   lab.Line
	conn   *single
}

// admit checks who calls [gNMI authentication: user and password are metadata].
func (s *service) admit(ctx context.Context) error {
	m, _ := metadata.FromIncomingContext(ctx)
	first := func(name string) string { return append(m.Get(name), "")[0] }
	if !s.line.Admits(first("username"), first("password")) {
		s.line.Note("a call with a wrong user or password")
		return refuse(codes.Unauthenticated, "wrong user or password")
	}
	return nil
}

// call carries out one RPC: past the wire, past who watches, and tells the transcript.
func (s *service) call(ctx context.Context, what string, req proto.Message, do func() error) error {
	if err := s.admit(ctx); err != nil {
		return err
	}
	_, writes := req.(*gnmi.SetRequest)
	var mu sync.Mutex // who watches may carry it out late, when the connection was cut long ago
	var err error
	var lost, late, reached, carried = false, time.Duration(0), false, false
	carry := func() {
		mu.Lock()
		defer mu.Unlock()
		reached = true
		late, lost, err = s.router.do(writes, func() error { carried = true; return do() })
	}
	gone := s.line.Carry(s.conn.closed, what, writes, proto.Size(req), func() {
		tap := s.router.tap()
		if tap == nil {
			carry()
		} else if tap(what, writes, carry) {
			mu.Lock()
			defer mu.Unlock()
			lost = true
		}
	})
	mu.Lock()
	defer mu.Unlock()
	if late > 0 {
		s.line.Wait(ctx, late)
	}
	switch {
	case gone || lost || !reached:
		s.line.Note(fmt.Sprintf("%s: carried out: %v; the answer is lost", what, carried))
		s.conn.Close()
		return refuse(codes.Unavailable, "the connection is gone")
	case err != nil:
		s.line.Note(fmt.Sprintf("%s: %s: %.300s", what, status.Code(err), words(err)))
		return err
	}
	s.line.Note(what + ": OK")
	return nil
}

// do carries out an RPC under the lock, unless a fault is about it.
func (r *Router) do(writes bool, do func() error) (late time.Duration, lost bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.fault
	if !writes {
		return f.Late, false, do()
	}
	r.sets++
	if f.LoseSet == r.sets {
		return f.Late, true, nil
	}
	if f.RefuseLine == r.sets {
		return f.Late, false, refuse(r.refusal(), "%s", orElse(f.Message, "the device cannot do this"))
	}
	err = do()
	if f.RebootAt == r.sets {
		r.restart()
		return 0, true, err
	}
	return f.Late, f.LoseAnswer == r.sets, err
}

// Capabilities tells the models and encodings. That a commit can wait for its confirmation is not
// among what it can tell.
func (s *service) Capabilities(ctx context.Context, req *gnmi.CapabilityRequest) (answer *gnmi.CapabilityResponse, err error) {
	err = s.call(ctx, "Capabilities", req, func() error {
		answer = s.router.capabilities()
		return nil
	})
	return only(&answer, err)
}

// Get is a snapshot of paths.
func (s *service) Get(ctx context.Context, req *gnmi.GetRequest) (answer *gnmi.GetResponse, err error) {
	err = s.call(ctx, "Get "+pathsText(req.GetPrefix(), req.GetPath()), req, func() (err error) {
		answer, err = s.router.get(req)
		return err
	})
	return only(&answer, err)
}

// Set is one transaction.
func (s *service) Set(ctx context.Context, req *gnmi.SetRequest) (answer *gnmi.SetResponse, err error) {
	err = s.call(ctx, describe(req), req, func() (err error) {
		answer, err = s.router.set(req)
		return err
	})
	return only(&answer, err)
}

// only gives no answer beside an error, and does not look at it: one that is carried out late may just
// be written.
func only[T any](answer **T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return *answer, nil
}

// pathsText is the paths of a request for people.
func pathsText(prefix *gnmi.Path, paths []*gnmi.Path) string {
	var out []string
	for _, p := range paths {
		path, err := joined(prefix, p)
		if err != nil {
			return words(err)
		}
		out = append(out, pathText(path))
	}
	if len(out) == 0 {
		return "/"
	}
	return strings.Join(out, " ")
}
