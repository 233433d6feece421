package gnmi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"op25b/templates/words"
)

// given reports whether a status can only be the device's own answer: what was asked was not done.
// [gNMI specification 3.4.7; the others come from the library or from proxies as well]
func given(code codes.Code) bool {
	switch code {
	case codes.InvalidArgument, codes.FailedPrecondition, codes.NotFound, codes.AlreadyExists, codes.PermissionDenied,
		codes.Unauthenticated, codes.Unimplemented, codes.OutOfRange, codes.Aborted:
		return true
	}
	return false
}

// through reports whether the channel still works after a status: that matters where nothing was to
// be changed, and what the device did is no question.
func through(code codes.Code) bool {
	switch code {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled:
		return false
	}
	return true
}

// maxSays is how many bytes of a device's message are told.
const maxSays = 300

// says is a status in words: its code, and the begin of its message without what does not print
// and without the password, should the device repeat it.
func (t *Dialog) says(err error) string {
	s := status.Convert(err)
	return s.Code().String() + ": " + clip(t.wire.hide(s.Message()))
}

func clip(s string) string {
	if len(s) > maxSays {
		s = s[:maxSays] + "…"
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, ""))
	if s = strings.Join(strings.Fields(s), " "); s == "" {
		return "nothing"
	}
	return s
}

// judged is the error of a call that was to change something. One that the device did not surely
// answer ends the dialog.
func (t *Dialog) judged(ctx context.Context, line string, err error) error {
	if err == nil {
		return nil
	}
	if given(status.Code(err)) {
		return words.Refusal{Line: line, Says: t.says(err)}
	}
	return t.lose(ctx, line, err)
}

// ErrLogin says that the device refused the credentials.
var ErrLogin = errors.New("login refused")

// stranger is the error of a call for which the device does not know us.
type stranger struct{ says string }

func (s stranger) Error() string { return fmt.Sprintf("%v: %s", ErrLogin, s.says) }

// Hint is what to do next.
func (s stranger) Hint() string {
	return "set the credentials that the device knows: a user name with its password, or a client certificate"
}

// Is makes it an ErrLogin.
func (s stranger) Is(target error) bool { return target == ErrLogin }

// read is the error of a call that was to change nothing.
func (t *Dialog) read(ctx context.Context, line string, err error) error {
	if err == nil {
		return nil
	}
	if status.Code(err) == codes.Unauthenticated {
		return stranger{t.says(err)}
	}
	if through(status.Code(err)) {
		return words.Refusal{Line: line, Says: t.says(err)}
	}
	return t.lose(ctx, line, err)
}

// lose ends the dialog.
func (t *Dialog) lose(ctx context.Context, line string, err error) error {
	t.lost = true
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w: %w", line, ErrLost, context.Cause(ctx))
	}
	return fmt.Errorf("%s: %w: %s", line, ErrLost, t.says(err))
}
