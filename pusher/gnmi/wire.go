package gnmi

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"op25b/templates/words"
)

// ErrUntrusted says that the certificate of the device is not believed, or that of the other side
// of a connection without one would have to be.
var ErrUntrusted = errors.New("certificate refused")

// ErrUnreachable says that no channel came about: nothing was sent.
var ErrUnreachable = errors.New("unreachable")

// Trust is whose certificates are believed.
type Trust struct {
	Files []string // of authorities, in PEM; none for those of the system
}

// Dialer opens sessions. It is read-only and serves any number of them at once.
type Dialer struct {
	roots   *x509.CertPool // nil for those of the system
	timeout time.Duration
}

// NewDialer reads the authorities once. The timeout is for the connection with its handshake.
func NewDialer(trust Trust, timeout time.Duration) (Dialer, error) {
	d := Dialer{timeout: timeout}
	if len(trust.Files) > 0 {
		d.roots = x509.NewCertPool()
	}
	for _, name := range trust.Files {
		text, err := os.ReadFile(name)
		if err != nil {
			return Dialer{}, AuthorityError{err}
		}
		if err := authorities(d.roots, text); err != nil {
			return Dialer{}, AuthorityError{fmt.Errorf("%s: %w", name, err)}
		}
	}
	return d, nil
}

// authorities adds every certificate of a file. One that cannot be read is an error: the devices of
// that authority would all be refused later.
func authorities(pool *x509.CertPool, text []byte) error {
	n := 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		n++
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("certificate %d cannot be read: %w", n, err)
		}
		pool.AddCert(c)
	}
	if n == 0 {
		return errors.New("it has no certificate in PEM")
	}
	return nil
}

// maxMessage is the longest message that is sent or taken, in bytes: twice the longest document, for
// a device may lay its answer out with many blanks.
const maxMessage = 2 * words.MaxText

// wire is one connection. When that is gone, so is the wire: nothing is dialled again behind
// anybody's back.
type wire struct {
	conn   *grpc.ClientConn
	client pb.GNMIClient
	seen   *sighting
	secret string
}

// dial connects, with the handshake. A key pins the device's.
func dial(ctx context.Context, d Dialer, r Road, key string) (*wire, error) {
	host, _, err := net.SplitHostPort(r.Address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	host, _, _ = strings.Cut(host, "%") // the zone is no part of a certificate's address
	if r.Plain && r.Login.Password != "" && !r.Cleartext {
		return nil, readable()
	}
	limit, stop := context.WithTimeout(ctx, d.timeout)
	defer stop()
	seen := &sighting{pinned: key}
	conn, err := grpc.NewClient("passthrough:///"+r.Address, d.options(r, host, seen)...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if err := connected(limit, conn, seen); err != nil {
		conn.Close()
		return nil, d.unconnected(ctx, err, host)
	}
	return &wire{conn, pb.NewGNMIClient(conn), seen, r.Login.Password}, nil
}

func (d Dialer) options(r Road, host string, seen *sighting) []grpc.DialOption {
	var handshake credentials.TransportCredentials = insecure.NewCredentials()
	if !r.Plain {
		handshake = credentials.NewTLS(d.tls(r.Login, host, seen))
	}
	out := []grpc.DialOption{
		grpc.WithTransportCredentials(witness{handshake, seen}),
		grpc.WithContextDialer(seen.dial),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.DefaultConfig, MinConnectTimeout: d.timeout}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
		grpc.WithDisableRetry(),
		grpc.WithDisableServiceConfig(),
		grpc.WithIdleTimeout(0),
		grpc.WithUserAgent("op25b"),
	}
	if r.Login.User != "" || r.Login.Password != "" {
		out = append(out, grpc.WithPerRPCCredentials(shown{r.Login, !r.Plain}))
	}
	return out
}

func (d Dialer) tls(l Login, host string, seen *sighting) *tls.Config {
	c := &tls.Config{
		RootCAs:          d.roots,
		ServerName:       host,
		MinVersion:       tls.VersionTLS12,
		VerifyConnection: seen.verify,
	}
	if l.Certificate != nil {
		c.Certificates = []tls.Certificate{*l.Certificate}
	}
	return c
}

// connected waits until calls can be made.
func connected(ctx context.Context, conn *grpc.ClientConn, seen *sighting) error {
	conn.Connect()
	for {
		state := conn.GetState()
		switch {
		case state == connectivity.Ready:
			return nil
		case state == connectivity.TransientFailure, state == connectivity.Shutdown, state == connectivity.Idle && seen.used():
			return seen.reason()
		}
		if !conn.WaitForStateChange(ctx, state) {
			return context.Cause(ctx)
		}
	}
}

// unconnected is the error of a connection that did not come about.
func (d Dialer) unconnected(ctx context.Context, err error, host string) error {
	if u, is := distrust(err, host); is {
		return u
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", ErrUnreachable, context.Cause(ctx))
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: no answer within %s", ErrUnreachable, d.timeout)
	case strings.Contains(err.Error(), "remote error: tls:"):
		return fmt.Errorf("%w: the device ended the handshake, as one does that wants another certificate of ours or none: %w", ErrUnreachable, err)
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// Close gives the connection back.
func (w *wire) Close() error { return w.conn.Close() }

// hide takes the password out of a text of the device.
func (w *wire) hide(s string) string {
	if w.secret == "" {
		return s
	}
	return strings.ReplaceAll(s, w.secret, "********")
}

// shown are the user and the password, as every call carries them. [gNMI authentication: metadata
// username and password]
type shown struct {
	login Login
	safe  bool
}

func (s shown) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	m := map[string]string{"username": s.login.User}
	if s.login.Password != "" {
		m["password"] = s.login.Password
	}
	return m, nil
}

// RequireTransportSecurity makes the library refuse a channel that anybody can read.
func (s shown) RequireTransportSecurity() bool { return s.safe }

// String hides all but the user.
func (s shown) String() string { return s.login.User }

// GoString hides all but the user.
func (s shown) GoString() string { return s.login.User }

// sighting is what was seen of a connection.
type sighting struct {
	mu      sync.Mutex
	pinned  string // the key that it must be, "" for any
	key     string
	dialled bool
	err     error // why it came to nothing: the first thing that went wrong
}

// dial connects, once.
func (s *sighting) dial(ctx context.Context, address string) (net.Conn, error) {
	s.mu.Lock()
	again := s.dialled
	s.dialled = true
	s.mu.Unlock()
	if again {
		return nil, errors.New("the connection is gone")
	}
	alive := net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 15 * time.Second, Count: 4}
	conn, err := (&net.Dialer{KeepAliveConfig: alive}).DialContext(ctx, "tcp", address)
	return conn, s.note(err)
}

func (s *sighting) note(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	return err
}

func (s *sighting) used() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dialled
}

func (s *sighting) reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil || errors.Is(s.err, io.EOF) {
		return errors.New("the device ended the connection before it spoke gRPC")
	}
	return s.err
}

// verify notes the device's key. Its certificate has passed.
func (s *sighting) verify(c tls.ConnectionState) error {
	digest := sha256.Sum256(c.PeerCertificates[0].RawSubjectPublicKeyInfo)
	key := "SHA256:" + base64.RawStdEncoding.EncodeToString(digest[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pinned != "" && key != s.pinned {
		return anotherKey(key, s.pinned)
	}
	s.key = key
	return nil
}

// witness is a handshake whose errors are kept: the library tells them as texts only.
type witness struct {
	credentials.TransportCredentials
	seen *sighting
}

func (w witness) ClientHandshake(ctx context.Context, authority string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	conn, info, err := w.TransportCredentials.ClientHandshake(ctx, authority, raw)
	if w.seen.note(err) != nil {
		return nil, nil, err
	}
	return listened{conn, w.seen}, info, nil
}

// Clone is what the library asks for.
func (w witness) Clone() credentials.TransportCredentials {
	return witness{w.TransportCredentials.Clone(), w.seen}
}

// listened is a connection whose end is noted: a device tells only after the handshake that it does
// not take our certificate. [TLS 1.3]
type listened struct {
	net.Conn
	seen *sighting
}

func (l listened) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	l.seen.note(err)
	return n, err
}
