package gnmi

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
)

// Untrusted says why the other side of a connection is not believed. It is an ErrUntrusted.
type Untrusted struct {
	Why  string
	next string
}

func (u Untrusted) Error() string { return fmt.Sprintf("%v: %s", ErrUntrusted, u.Why) }

// Hint is what to do next.
func (u Untrusted) Hint() string { return u.next }

// Is makes it an ErrUntrusted.
func (u Untrusted) Is(target error) bool { return target == ErrUntrusted }

// AuthorityError says that a file with the certificates of authorities is of no use. No device is to blame:
// it is not an ErrUntrusted.
type AuthorityError struct{ Err error }

func (e AuthorityError) Error() string { return "authorities of certificates: " + e.Err.Error() }

// Unwrap is what happened.
func (e AuthorityError) Unwrap() error { return e.Err }

// Hint is what to do next.
func (e AuthorityError) Hint() string {
	return "let OP25B_TLS_CA name files with certificates of authorities, in PEM; where it is empty those of the system are used"
}

// distrust is the error of a handshake in which the certificate did not pass; false for all others.
func distrust(err error, host string) (Untrusted, bool) {
	var mine Untrusted
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var refused *tls.CertificateVerificationError
	u := Untrusted{Why: clip(err.Error()), next: "give the device another certificate"}
	switch {
	case errors.As(err, &mine):
		return mine, true
	case errors.As(err, &unknown):
		u.next = "name a file with the certificate of the authority that signed it: OP25B_TLS_CA; a certificate that signed itself is its own authority"
	case errors.As(err, &name):
		u.next = fmt.Sprintf("reach the device by a name or address that its certificate has, or give it a certificate with %s among its alternative names", host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		u.next = "give the device a new certificate, and look at the clocks on both sides"
	case errors.As(err, &invalid), errors.As(err, &refused):
	default:
		return Untrusted{}, false
	}
	return u, true
}

// anotherKey says that the device behind an address changed while it was talked to.
func anotherKey(now, before string) Untrusted {
	return Untrusted{
		Why:  fmt.Sprintf("its key is %s, and was %s a moment ago", now, before),
		next: "find out who answers at the address; a device whose certificate was just renewed can be pushed to again",
	}
}

// readable says that a password would go over a channel that anybody can read.
func readable() Untrusted {
	return Untrusted{
		Why:  "without TLS its password could be read on the way, and by whoever answers in its place",
		next: "switch TLS on on the device; where it has none, accept that for this device by name: --cleartext DEVICE",
	}
}
