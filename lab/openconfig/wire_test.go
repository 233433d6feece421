package openconfig_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"op25b/lab"
	"op25b/lab/openconfig"
)

// hurry makes calls from now on wait no longer than this.
func (b *bench) hurry(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	b.t.Cleanup(cancel)
	b.ctx = metadata.AppendToOutgoingContext(ctx, "username", user, "password", password)
}

// login shows another user from now on.
func (b *bench) login(name, secret string) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	b.t.Cleanup(cancel)
	b.ctx = ctx
	if name != "" {
		b.ctx = metadata.AppendToOutgoingContext(ctx, "username", name, "password", secret)
	}
}

// over is a client with credentials of its own.
func (b *bench) over(c credentials.TransportCredentials) {
	b.t.Helper()
	conn, err := grpc.NewClient(b.server.Address().String(), grpc.WithTransportCredentials(c))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { conn.Close() })
	b.client = gnmi.NewGNMIClient(conn)
}

func trusting(authority, name string, own ...tls.Certificate) credentials.TransportCredentials {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(authority))
	return credentials.NewTLS(&tls.Config{RootCAs: pool, ServerName: name, Certificates: own})
}

// The certificate is for the loopback and the router's name, and of the fleet's authority.
func TestTLS(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	for _, name := range []string{"127.0.0.1", "::1", "localhost", "oc-1"} {
		b.over(trusting(b.fleet.Authority(), name))
		b.want(b.set(), ok, "", name)
	}
	b.over(trusting(b.fleet.Authority(), "oc-2"))
	b.want(b.set(), lost, "certificate", "another name")
	foreign, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	b.over(trusting(foreign.PEM(), "oc-1"))
	b.want(b.set(), lost, "unknown authority", "another authority")
	b.over(insecure.NewCredentials())
	b.want(b.set(), lost, "", "no TLS")
	before := b.shown()
	if err := b.server.ChangeHostKey(); err != nil {
		t.Fatal(err)
	}
	if b.shown() == before {
		t.Error("the key is the old one")
	}
	b.client = b.dial()
	b.want(b.set(), ok, "", "another key")
	if err := b.server.ChangeAuthority(); err != nil {
		t.Fatal(err)
	}
	b.client = b.dial()
	b.want(b.set(), lost, "unknown authority", "somebody in the middle")
	if b.fleet.KnownHosts() != "" {
		t.Error("it is among the known hosts of SSH")
	}
}

// shown is the public key that the router shows.
func (b *bench) shown() string {
	b.t.Helper()
	c, err := tls.Dial("tcp", b.server.Address().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err != nil {
		b.t.Fatal(err)
	}
	defer c.Close()
	return string(c.ConnectionState().PeerCertificates[0].RawSubjectPublicKeyInfo)
}

// A door may want a certificate of the client, with a password or without.
func TestMutualTLS(t *testing.T) {
	clients, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	mine, err := clients.Issue("operator")
	if err != nil {
		t.Fatal(err)
	}
	others, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := others.Issue("operator")
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{password, ""} {
		b := newBench(t, openconfig.Options{})
		b.fleet.Door = lab.Door{User: user, Password: secret, ClientAuthority: clients.PEM()}
		if b.server, err = b.fleet.Add("oc-2", b.router); err != nil {
			t.Fatal(err)
		}
		b.over(trusting(b.fleet.Authority(), "oc-2", mine))
		b.want(b.set(), ok, "", "my certificate")
		b.login("", "")
		want := ok
		if secret != "" {
			want = codes.Unauthenticated
		}
		b.want(b.set(), want, "", "my certificate, no password")
		b.over(trusting(b.fleet.Authority(), "oc-2", wrong))
		b.want(b.set(), lost, "", "somebody else's certificate")
		b.over(trusting(b.fleet.Authority(), "oc-2"))
		b.want(b.set(), lost, "", "no certificate")
	}
	b := newBench(t, openconfig.Options{})
	b.fleet.Door = lab.Door{User: user}
	if b.server, err = b.fleet.Add("oc-2", b.router); err != nil {
		t.Fatal(err)
	}
	b.client = b.dial()
	b.login(user, "")
	b.want(b.set(), codes.Unauthenticated, "", "a door without password and certificates lets nobody in")
}

func TestPlain(t *testing.T) {
	b := newBench(t, openconfig.Options{Plain: true})
	b.over(insecure.NewCredentials())
	b.want(b.set(whole()...), ok, "", "without TLS")
	b.login(user, "wrong")
	b.want(b.set(), codes.Unauthenticated, "", "a wrong password")
	b.client = b.dial()
	b.want(b.set(), lost, "", "with TLS")
}

// Close, Cut and Restart end all that runs, streams and silent connections included.
func TestNothingLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Cleanup(func() { // after the clients are closed
		for range 2000 { // who has said that it is over may still be on its last step
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		stack := make([]byte, 1<<16)
		t.Errorf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), stack[:runtime.Stack(stack, true)])
	})
	func() {
		b := newBench(t, openconfig.Options{})
		b.ok(whole()...)
		end := map[string]func(){"cut": b.server.Cut, "restart": b.router.Restart, "close": func() { b.fleet.Close() }}
		for _, name := range []string{"cut", "restart", "close"} {
			sub := &gnmi.Subscription{Path: path(t, "/acl"), Mode: gnmi.SubscriptionMode_SAMPLE, SampleInterval: uint64(time.Second)}
			w, _ := b.subscribe(list(t, gnmi.SubscriptionList_STREAM, sub))
			if got := w.next(); !strings.Contains(got, "PROTECT-CORE") {
				t.Errorf("%s", got)
			}
			w.want("sync")
			silent, err := tls.Dial("tcp", b.server.Address().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
			if err != nil {
				t.Fatal(err)
			}
			end[name]()
			if got := w.next(); !strings.Contains(got, "Unavailable") {
				t.Errorf("%s: the stream ends with %s", name, got)
			}
			silent.SetReadDeadline(time.Now().Add(20 * time.Second))
			if _, err := io.Copy(io.Discard, silent); err != nil && strings.Contains(err.Error(), "timeout") {
				t.Errorf("%s: the silent connection is open", name)
			}
			silent.Close()
		}
	}()
}
