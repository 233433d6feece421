package gnmi

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	pb "github.com/openconfig/gnmi/proto/gnmi"
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

// inside is an error that a device of before gNMI 0.4 tells within its answer to a Set.
type inside struct{ said *status.Status }

func (i inside) Error() string { return i.said.Err().Error() }

// GRPCStatus is what the library looks for.
func (i inside) GRPCStatus() *status.Status { return i.said }

// within is the error that stands in the answer to a Set, nil for none: of the whole, or of one of its
// operations. [gnmi.proto: SetResponse.message and UpdateResult.message, deprecated in 0.4.0]
func within(r *pb.SetResponse) error {
	//lint:ignore SA1019 old routers still send them
	all := []*pb.Error{r.GetMessage()}
	for _, result := range r.GetResponse() {
		//lint:ignore SA1019 old routers still send them
		all = append(all, result.GetMessage())
	}
	for _, e := range all {
		if code := codes.Code(e.GetCode()); code != codes.OK {
			return inside{status.New(code, e.GetMessage())}
		}
	}
	return nil
}

// denied reports whether an error of a Set can only be the device's own answer: the Set was not
// carried out.
func denied(err error) bool {
	s := status.Convert(err)
	return errors.As(err, new(inside)) || given(s.Code()) || s.Code() == codes.ResourceExhausted && exhausted(s.Message())
}

// The texts of the libraries about messages that are too long, those of other languages too.
var (
	received = regexp.MustCompile(`(?i)\breceived message larger than max \((\d+) vs\. (\d+)\)`)
	library  = regexp.MustCompile(`(?i)^(?:grpc: |stream terminated|.*\b(?:trying to send|sent) message larger)`)
)

// exhausted reports whether a message of code ResourceExhausted says that the device did nothing. Our
// own library says it of an answer that is longer than maxMessage, which no Set of ours is, and of a call
// that was broken off; and a device whose answer is too long for itself has carried the Set out.
func exhausted(message string) bool {
	if m := received.FindStringSubmatch(message); m != nil {
		size, err := strconv.Atoi(m[1])
		return err == nil && size <= maxMessage
	}
	return !library.MatchString(message)
}

// tooLong is what helps against a refusal, "" where it is about something else than the length of
// the Set.
func tooLong(err error) string {
	m := received.FindStringSubmatch(status.Convert(err).Message())
	if m == nil {
		return ""
	}
	return fmt.Sprintf("; it takes no more than %s bytes in one message, and the Set has %s: where it can be told to take more, do that; "+
		"fewer entries make it shorter, so where it takes prefix-sets, write `variant: sets`", m[2], m[1])
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
	if denied(err) {
		return words.Refusal{Line: line, Says: t.says(err) + tooLong(err)}
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
