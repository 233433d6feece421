package gnmi

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"op25b/templates/words"
)

func serverTLS(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }

func TestOpen(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	soon, past := time.Now().Add(time.Hour), time.Now().Add(-time.Minute)
	good := a.issue(t, "127.0.0.1", soon)
	client := a.issue(t, "op25b", soon)
	alien := other.issue(t, "op25b", soon)
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	mutual := &tls.Config{Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	old := &tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	password := Login{User: "op", Password: secret}
	for name, c := range map[string]struct {
		server *tls.Config
		road   Road
		err    error
		says   string
		hint   string
	}{
		"well":                   {server: serverTLS(good), road: Road{Login: password}},
		"mutual":                 {server: mutual, road: Road{Login: Login{Certificate: &client}}},
		"mutual and a password":  {server: mutual, road: Road{Login: Login{User: "op", Password: secret, Certificate: &client}}},
		"mutual without ours":    {server: mutual, road: Road{Login: password}, err: ErrUnreachable},
		"mutual with an alien":   {server: mutual, road: Road{Login: Login{Certificate: &alien}}, err: ErrUnreachable},
		"another authority":      {server: serverTLS(other.issue(t, "127.0.0.1", soon)), road: Road{Login: password}, err: ErrUntrusted, says: "unknown authority", hint: "authority"},
		"another name":           {server: serverTLS(a.issue(t, "192.0.2.1", soon)), road: Road{Login: password}, err: ErrUntrusted, says: "192.0.2.1", hint: "127.0.0.1"},
		"expired":                {server: serverTLS(a.issue(t, "127.0.0.1", past)), road: Road{Login: password}, err: ErrUntrusted, says: "expired", hint: "clocks"},
		"old TLS":                {server: old, road: Road{Login: password}, err: ErrUnreachable, says: "protocol version"},
		"TLS here only":          {road: Road{Login: password}, err: ErrUnreachable, says: "TLS"},
		"TLS there only":         {server: serverTLS(good), road: Road{Plain: true}, err: ErrUnreachable},
		"plain":                  {road: Road{Plain: true}},
		"plain with a user":      {road: Road{Plain: true, Login: Login{User: "op"}}},
		"plain, a password":      {road: Road{Plain: true, Login: password}, err: ErrUntrusted, says: "password", hint: "accept"},
		"plain, a password, yes": {road: Road{Plain: true, Cleartext: true, Login: password}},
	} {
		t.Run(name, func(t *testing.T) {
			dialer, err := NewDialer(Trust{Files: []string{a.file(t)}}, patience)
			must(t, err)
			k := &keeper{clock: &hand{}}
			server := &device{get: k.get, set: k.set}
			c.road.Address = server.serve(t, c.server)
			d, err := Open(context.Background(), dialer, c.road, words.Session{}, patience)
			if c.err != nil {
				if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), secret) {
					t.Fatalf("error is %v", err)
				}
				var u Untrusted
				if errors.As(err, &u) != (c.err == ErrUntrusted) || !strings.Contains(u.Hint(), c.hint) {
					t.Fatalf("hint is %q", u.Hint())
				}
				if len(server.seen) > 0 {
					t.Fatal("it was asked something")
				}
				return
			}
			must(t, err)
			defer d.Close()
			want := ""
			if c.server != nil {
				leaf, err := x509.ParseCertificate(good.Certificate[0])
				must(t, err)
				digest := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
				want = "SHA256:" + base64.RawStdEncoding.EncodeToString(digest[:])
			}
			if d.HostKey() != want || d.Host() != "" || d.Mode() != words.Admin || !d.Alive() {
				t.Fatalf("key %q, host %q, mode %s, alive %v", d.HostKey(), d.Host(), d.Mode(), d.Alive())
			}
			_, err = d.Read(context.Background(), "get")
			must(t, err)
			l := c.road.Login
			for _, md := range server.seen {
				if got := strings.Join(md.Get("username"), ","); got != l.User {
					t.Errorf("the user is %q", got)
				}
				if got := strings.Join(md.Get("password"), ","); got != l.Password {
					t.Errorf("the password is %q", got)
				}
			}
			if len(server.seen) == 0 {
				t.Error("it was asked nothing")
			}
		})
	}
}

// TestNobodyThere: a device that is not there, or that says nothing, is an error at once or in time.
func TestNobodyThere(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer mute.Close()
	const gone = "127.0.0.1:1" // no port that anybody is given who asks for a free one
	babble, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer babble.Close()
	go func() {
		for c, err := babble.Accept(); err == nil; c, err = babble.Accept() {
			io.WriteString(c, strings.Repeat("HTTP/1.1 200 OK\r\n\r\nlogin: ", 100))
			c.Close()
		}
	}()
	dialer, err := NewDialer(Trust{Files: []string{newAuthority(t).file(t)}}, 50*time.Millisecond)
	must(t, err)
	for _, plain := range []bool{true, false} {
		for name, address := range map[string]string{"mute": mute.Addr().String(), "gone": gone, "babbles": babble.Addr().String(), "no port": "127.0.0.1", "no host": "nowhere.invalid:1"} {
			_, err := Open(context.Background(), dialer, Road{Address: address, Plain: plain}, words.Session{}, time.Second)
			if !errors.Is(err, ErrUnreachable) {
				t.Errorf("%s, plain %v: %v", name, plain, err)
			}
		}
	}
	ctx, stop := context.WithCancelCause(context.Background())
	stop(errors.New("ctrl-c"))
	if _, err := Open(ctx, dialer, Road{Address: mute.Addr().String()}, words.Session{}, time.Second); err == nil || !strings.Contains(err.Error(), "ctrl-c") {
		t.Errorf("a stopped opening: %v", err)
	}
}

func TestAuthorities(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		name = filepath.Join(dir, name)
		must(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	broken := file("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
	for name, c := range map[string]struct{ files []string }{
		"absent.pem": {[]string{newAuthority(t).file(t), filepath.Join(dir, "absent.pem")}},
		"empty.pem":  {[]string{file("empty.pem", "")}},
		"broken.pem": {[]string{broken}},
		"key.pem":    {[]string{file("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")}},
	} {
		_, err := NewDialer(Trust{Files: c.files}, time.Second)
		var bad AuthorityError
		if !errors.As(err, &bad) || errors.Is(err, ErrUntrusted) || !strings.Contains(err.Error(), name) || !strings.Contains(bad.Hint(), "OP25B_TLS_CA") {
			t.Errorf("%s: %v", name, err)
		}
	}
	d, err := NewDialer(Trust{}, time.Second)
	if err != nil || d.roots != nil {
		t.Errorf("without files: %v", err)
	}
}

// TestCloseGivesBack: nothing runs on after a dialog, whatever was done with it.
func TestCloseGivesBack(t *testing.T) {
	k := &keeper{clock: &hand{}}
	b := newBench(t, &device{get: k.get, set: k.set, subscribe: endless})
	b.open(t, patience).Close() // what is started once for all
	before := runtime.NumGoroutine()
	for range 3 {
		d, err := Open(context.Background(), b.dialer, b.road, words.Session{}, 20*time.Millisecond)
		must(t, err)
		d.Read(context.Background(), "get")
		d.Read(context.Background(), "sample /acl")
		ctx, stop := context.WithCancel(context.Background())
		d.Stream(ctx, "on-change /acl", time.Second, func(string) { stop() })
		stop()
		must(t, d.Close())
		must(t, d.Close())
		if d.Alive() {
			t.Fatal("alive after Close")
		}
		if _, err := d.Read(context.Background(), "get"); err == nil {
			t.Fatal("it reads after Close")
		}
		if err := do(t, d, "confirm", 0); err == nil {
			t.Fatal("it confirms after Close")
		}
	}
	for range 2000 { // who has said that it is over may still be on its last step
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	buf := make([]byte, 1<<16)
	t.Fatalf("%d goroutines, before %d\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
}

// TestSendable: what a header carries comes to the device as it is. What it does not carry is told
// before anything is sent, without what it is.
func TestSendable(t *testing.T) {
	k := &keeper{clock: &hand{}}
	b := newBench(t, &device{get: k.get})
	for _, text := range []string{"p\u00e4ssw\u00f6rd", "\u65e5\u672c\u8a9e", "with blank ", "tab\tx", "percent%20", strings.Repeat("x", 9000)} {
		b.road.Login.Password = text
		_, err := b.open(t, patience).Read(context.Background(), "get")
		if got := strings.Join(b.seen[len(b.seen)-1].Get("password"), "|"); got != text || err != nil {
			t.Errorf("%.20q comes as %.20q: %v", text, got, err)
		}
	}
	before := len(b.seen)
	for _, c := range []string{"\n", "\r", "\x00", "\x1b", "\x7f"} {
		for what, login := range map[string]Login{"password": {User: "op", Password: secret + c + "x"}, "user name": {User: secret + c}} {
			road := b.road
			road.Login = login
			_, err := Open(context.Background(), b.dialer, road, words.Session{}, patience)
			if err == nil || !strings.Contains(err.Error(), "the "+what+" has a control character") || strings.Contains(err.Error(), secret) {
				t.Errorf("%s with %q: %v", what, c, err)
			}
		}
	}
	if len(b.seen) != before {
		t.Error("something was sent")
	}
}

// TestNothingSecret: no way of printing tells a password.
func TestNothingSecret(t *testing.T) {
	b := newBench(t, &device{})
	d := b.open(t, patience)
	cert := b.authority.issue(t, "x", time.Now())
	login := Login{User: "op", Password: secret, Certificate: &cert}
	road := Road{Address: "192.0.2.1:1", Login: login}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, v := range []any{login, &login, road, &road, d, shown{login, true}, []Login{login}, map[string]Road{"a": road}} {
			if s := fmt.Sprintf(verb, v); strings.Contains(s, secret) || strings.Contains(s, "PrivateKey") {
				t.Errorf("%s of %T: %s", verb, v, s)
			}
		}
	}
}

// TestNotDialledAgain: a connection that is gone is not replaced behind anybody's back.
func TestNotDialledAgain(t *testing.T) {
	k := &keeper{clock: &hand{}}
	b := newBench(t, &device{get: k.get, set: k.set})
	d := b.open(t, patience)
	b.cut()
	if _, err := d.Read(context.Background(), "get"); !errors.Is(err, ErrLost) || d.Alive() {
		t.Fatalf("%v, alive %v", err, d.Alive())
	}
	if len(b.seen) > 0 {
		t.Fatal("it was asked over a new connection")
	}
}
