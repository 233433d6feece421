package gnmi

//lint:file-ignore SA1019 old routers still send them

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"op25b/templates/words"
)

// TestRefusedWithin: a device of before gNMI 0.4 says within its answer that it did not do it, of the
// whole or of one operation.
func TestRefusedWithin(t *testing.T) {
	for _, code := range []codes.Code{codes.Aborted, codes.Internal, codes.Unavailable, codes.ResourceExhausted} {
		said := &pb.Error{Code: uint32(code), Message: "no such \x1b[2J interface " + secret}
		for name, answer := range map[string]*pb.SetResponse{
			"the whole":     {Message: said},
			"one operation": {Response: []*pb.UpdateResult{{Op: pb.UpdateResult_DELETE, Message: &pb.Error{Message: "well"}}, {Op: pb.UpdateResult_UPDATE, Message: said}}},
		} {
			for _, line := range []string{"set", "set confirmed %d", "confirm", "cancel", "probe %d"} {
				b := newBench(t, &device{answers: answer})
				d := b.open(t, patience)
				must(t, do(t, d, "edit", 0))
				_, err := d.Send(context.Background(), []string{aList})
				must(t, err)
				err = do(t, d, line, 10)
				var r words.Refusal
				if !errors.As(err, &r) || r.Says != code.String()+": no such [2J interface ********" || !d.Alive() {
					t.Errorf("%s, %s, %s: %v, alive %v", code, name, line, err, d.Alive())
				}
			}
		}
	}
}

// TestWellWithin: an old device says of each operation that all is well.
func TestWellWithin(t *testing.T) {
	well := &pb.Error{Message: "well"}
	b := newBench(t, &device{answers: &pb.SetResponse{Message: well, Response: []*pb.UpdateResult{{Message: well}}}})
	d := b.open(t, patience)
	must(t, do(t, d, "edit", 0))
	_, err := d.Send(context.Background(), []string{aList})
	must(t, err)
	must(t, do(t, d, "set confirmed %d", 10))
	must(t, do(t, d, "confirm", 0))
}

// TestTooLong: a device that takes shorter messages than the Set has done nothing.
func TestTooLong(t *testing.T) {
	b := newBench(t, &device{takes: 10000})
	d := b.open(t, patience)
	must(t, do(t, d, "edit", 0))
	lines := []string{aList}
	for i := range 100 {
		lines = append(lines, fmt.Sprintf(`update /acl/acl-sets/acl-set[name=A][type=ACL_IPV4]/acl-entries/acl-entry[sequence-id=%d] {"sequence-id":%d,"config":{"sequence-id":%d,"description":"policy.yaml:10 everybody %s"}}`, i+1, i+1, i+1, strings.Repeat("x", 40)))
	}
	_, err := d.Send(context.Background(), lines)
	must(t, err)
	err = do(t, d, "set confirmed %d", 60)
	if !errors.As(err, new(words.Refusal)) || !strings.Contains(err.Error(), "no more than 10000 bytes") || !strings.Contains(err.Error(), "`variant: sets`") || !d.Alive() {
		t.Fatalf("%v, alive %v", err, d.Alive())
	}
}

// TestExhausted: of which errors with the code ResourceExhausted it is sure that nothing was done.
func TestExhausted(t *testing.T) {
	for message, want := range map[string]bool{
		"out of TCAM": true,
		"grpc: received message larger than max (7078124 vs. 4194304)":                                                        true,
		"SERVER: Received message larger than max (7078124 vs. 4194304)":                                                      true,
		fmt.Sprintf("grpc: received message larger than max (%d vs. %d)", maxMessage+1, maxMessage):                           false,
		fmt.Sprintf("grpc: received message larger than max length allowed on current machine (%d vs. %d)", 1<<32-1, 1<<31-1): false,
		fmt.Sprintf("grpc: received message after decompression larger than max %d", maxMessage):                              false,
		"grpc: trying to send message larger than max (5 vs. 4)":                                                              false,
		"trying to send message larger than max (5 vs. 4)":                                                                    false,
		"SERVER: Sent message larger than max (5 vs. 4)":                                                                      false,
		"stream terminated by RST_STREAM with error code: ENHANCE_YOUR_CALM":                                                  false,
	} {
		if got := denied(status.Error(codes.ResourceExhausted, message)); got != want {
			t.Errorf("%s: %v", message, got)
		}
	}
}

// TestAnswerTooLong: an answer that is longer than what is taken says nothing of what was done.
func TestAnswerTooLong(t *testing.T) {
	b := newBench(t, &device{answers: &pb.SetResponse{Message: &pb.Error{Message: strings.Repeat("x", maxMessage)}}})
	d := b.open(t, patience)
	must(t, do(t, d, "edit", 0))
	_, err := d.Send(context.Background(), []string{aList})
	must(t, err)
	if err := do(t, d, "set", 0); !errors.Is(err, ErrLost) || errors.As(err, new(words.Refusal)) {
		t.Fatal(err)
	}
}
