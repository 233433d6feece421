package openconfig_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmi/proto/gnmi_ext"
	"github.com/openconfig/gnmic/pkg/api"
	"github.com/openconfig/gnmic/pkg/api/target"
	"google.golang.org/grpc/codes"

	"op25b/lab/openconfig"
)

const precondition = codes.FailedPrecondition

// move is one step of a story about a commit: a Set with or without operations, or time that passes.
type move struct {
	describes string // the operation: "" for none, else the description that it gives set A
	commit    *gnmi_ext.Commit
	pass      time.Duration
	code      codes.Code
	then      string // the description after it
	saved     string // and that of startup
}

// The table of gnmi-commit-confirmed 3.2: what each action answers, with a commit waiting or not.
func TestCommit(t *testing.T) {
	minute := time.Minute
	begun := move{"new", request("id", minute), 0, ok, "new", "old"}
	tests := []struct {
		name  string
		moves []move
	}{
		{"confirmed", []move{begun, {"", confirm("id"), 0, ok, "new", "new"}, {"", nil, time.Hour, ok, "new", "new"}}},
		{"cancelled", []move{begun, {"", cancel("id"), 0, ok, "old", "old"}, {"", nil, time.Hour, ok, "old", "old"}}},
		{"taken back by the clock", []move{begun, {"", nil, minute - time.Second, ok, "new", "old"}, {"", nil, time.Second, ok, "old", "old"}}},
		{"taken back after ten minutes where it says nothing", []move{{"new", request("id", 0), 0, ok, "new", "old"},
			{"", nil, 10*minute - time.Second, ok, "new", "old"}, {"", nil, time.Second, ok, "old", "old"}}},
		{"a Set without extension meanwhile", []move{begun, {"other", nil, 0, precondition, "new", "old"}}},
		{"an empty Set without extension meanwhile", []move{begun, {"-", nil, 0, precondition, "new", "old"}}},
		{"a second commit", []move{begun, {"other", request("two", minute), 0, precondition, "new", "old"}}},
		{"a second commit of the same id", []move{begun, {"other", request("id", minute), 0, precondition, "new", "old"}}},
		{"confirm of another id", []move{begun, {"", confirm("two"), 0, bad, "new", "old"}}},
		{"cancel of another id", []move{begun, {"", cancel("two"), 0, bad, "new", "old"}}},
		{"set_rollback_duration of another id", []move{begun, {"", wait("two", minute), 0, bad, "new", "old"}, {"", nil, minute, ok, "old", "old"}}},
		{"confirm without a commit", []move{{"", confirm("id"), 0, precondition, "old", "old"}}},
		{"cancel without a commit", []move{{"", cancel("id"), 0, precondition, "old", "old"}}},
		{"set_rollback_duration without a commit", []move{{"", wait("id", minute), 0, precondition, "old", "old"}}},
		{"confirm twice", []move{begun, {"", confirm("id"), 0, ok, "new", "new"}, {"", confirm("id"), 0, precondition, "new", "new"}}},
		{"confirm after it was taken back", []move{begun, {"", nil, minute, ok, "old", "old"}, {"", confirm("id"), 0, precondition, "old", "old"}}},
		{"no id in a commit", []move{{"new", request("", minute), 0, bad, "old", "old"}}},
		{"no id in a confirm", []move{begun, {"", confirm(""), 0, bad, "new", "old"}}},
		{"no id in a cancel", []move{begun, {"", cancel(""), 0, bad, "new", "old"}}},
		{"no id in set_rollback_duration", []move{begun, {"", wait("", minute), 0, bad, "new", "old"}}},
		{"no action", []move{begun, {"", &gnmi_ext.Commit{Id: "id"}, 0, bad, "new", "old"}}},
		{"longer", []move{begun, {"", wait("id", time.Hour), 0, ok, "new", "old"}, {"", nil, 59 * minute, ok, "new", "old"}, {"", nil, minute, ok, "old", "old"}}},
		{"shorter", []move{begun, {"", wait("id", time.Second), 0, ok, "new", "old"}, {"", nil, time.Second, ok, "old", "old"}}},
		{"set, not added", []move{begun, {"", nil, 30 * time.Second, ok, "new", "old"}, {"", wait("id", minute), 0, ok, "new", "old"},
			{"", nil, 59 * time.Second, ok, "new", "old"}, {"", nil, time.Second, ok, "old", "old"}}},
		{"set to nothing", []move{begun, {"", wait("id", 0), 0, bad, "new", "old"}}},
		{"a duration below nothing", []move{{"new", request("id", -minute), 0, bad, "old", "old"}}},
		{"confirm with operations", []move{begun, {"other", confirm("id"), 0, bad, "new", "old"}, {"", nil, minute, ok, "old", "old"}}},
		{"a commit of a bad change", []move{{"bad", request("id", minute), 0, bad, "old", "old"}, {"new", nil, 0, ok, "new", "new"}}},
		{"a new commit after a cancel", []move{begun, {"", cancel("id"), 0, ok, "old", "old"}, {"newer", request("two", minute), 0, ok, "newer", "old"}, {"", confirm("two"), 0, ok, "newer", "newer"}}},
		{"the alarm of an old commit", []move{begun, {"", confirm("id"), 0, ok, "new", "new"}, {"newer", request("id", time.Hour), 0, ok, "newer", "new"},
			{"", nil, 2 * minute, ok, "newer", "new"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, openconfig.Options{})
			b.ok("update " + setA + " " + valueA)
			b.ok("update " + setA + `/config/description "old"`)
			for i, m := range test.moves {
				b.take(i, m)
			}
		})
	}
}

func (b *bench) take(i int, m move) {
	b.t.Helper()
	if m.pass > 0 {
		b.clock.Advance(m.pass)
	} else {
		var lines []string
		switch m.describes {
		case "", "-":
		case "bad":
			lines = []string{"update " + setA + "/config/description 5"}
		default:
			lines = []string{"update " + setA + `/config/description "` + m.describes + `"`}
		}
		err := b.send(ops(b.t, lines...), m.commit)
		b.want(err, m.code, "", "move "+string(rune('1'+i)))
	}
	for _, now := range []struct{ name, text, want string }{{"running", b.router.Running(), m.then}, {"startup", b.router.Startup(), m.saved}} {
		if !strings.Contains(now.text, `"description": "`+now.want+`"`) {
			b.t.Errorf("move %d: %s is not %q:\n%s", i+1, now.name, now.want, now.text)
		}
	}
}

// A commit outlives connections, not a restart.
func TestCommitAndConnections(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	b.ok(whole()...)
	before := b.router.Running()
	if err := b.send(ops(t, "delete "+boundA), request("id", time.Minute)); err != nil {
		t.Fatal(err)
	}
	b.server.Cut()
	b.client = b.dial()
	b.want(b.send(&gnmi.SetRequest{}, confirm("two")), bad, "another id", "after the cut")
	b.clock.Advance(time.Minute)
	if b.router.Running() != before {
		t.Error("it was not taken back")
	}
	if err := b.send(ops(t, "delete "+boundA), request("id", time.Minute)); err != nil {
		t.Fatal(err)
	}
	b.router.Restart()
	if b.router.Running() != before || b.router.Startup() != before {
		t.Error("a restart keeps what was not confirmed")
	}
	b.client = b.dial()
	b.want(b.send(&gnmi.SetRequest{}, confirm("id")), precondition, "", "after the restart")
	b.ok("delete " + boundA)
	now := b.router.Running()
	b.router.Restart()
	if now == before || b.router.Running() != now {
		t.Error("a restart loses what was for good")
	}
}

// gnmic is the client of another project, logged in.
func (b *bench) gnmic(more ...api.TargetOption) *target.Target {
	b.t.Helper()
	options := []api.TargetOption{api.Name("oc-1"), api.Address(b.server.Address().String()), api.Username(user), api.Password(password),
		api.TLSCA(write(b.t, b.fleet.Authority())), api.Timeout(20 * time.Second)}
	tg, err := api.NewTarget(append(options, more...)...)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := tg.CreateGNMIClient(b.ctx); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { tg.Close() })
	return tg
}

// A client that somebody else wrote reads, writes, commits, cancels and watches.
func TestGnmic(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	tg := b.gnmic()
	b.ctx = context.Background() // the client logs in by itself
	send := func(o ...api.GNMIOption) error {
		t.Helper()
		req, err := api.NewSetRequest(o...)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tg.Set(b.ctx, req)
		return err
	}
	value := func(text string) api.GNMIOption { return api.Value(text, "json_ietf") }
	if err := send(api.Replace(api.Path(setA), value(valueA)), api.Update(api.Path(entry10), value(value10)),
		api.Extension_CommitRequest("id", time.Minute)); err != nil {
		t.Fatal(err)
	}
	b.want(send(api.Delete(setA)), precondition, `"id" waits`, "a Set meanwhile")
	b.want(send(api.Extension_CommitConfirm("two")), bad, "", "confirm of another id")
	b.want(send(api.Extension_CommitSetRollbackDuration("id", time.Hour)), ok, "", "longer")
	b.want(send(api.Extension_CommitCancel("id")), ok, "", "cancel")
	b.want(send(api.Extension_CommitConfirm("id")), precondition, "", "confirm of nothing")
	b.want(send(api.UnionReplace(api.Path(setA), value(valueA))), ok, "", "union_replace")
	req, err := api.NewGetRequest(api.Path(setA+"/config/name"), api.EncodingJSON_IETF(), api.DataTypeCONFIG())
	if err != nil {
		t.Fatal(err)
	}
	answer, err := tg.Get(b.ctx, req)
	if err != nil || string(answer.GetNotification()[0].GetUpdate()[0].GetVal().GetJsonIetfVal()) != `"A"` {
		t.Errorf("%v, %v", answer, err)
	}
	has, err := tg.Capabilities(b.ctx)
	if err != nil || len(has.SupportedModels) != 6 || len(has.SupportedEncodings) != 3 {
		t.Errorf("%v, %v", has, err)
	}
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	sub, err := api.NewSubscribeRequest(api.EncodingJSON_IETF(), api.SubscriptionListModeONCE(), api.Subscription(api.Path("/acl/state")))
	if err != nil {
		t.Fatal(err)
	}
	got, err := tg.SubscribeOnce(ctx, sub)
	if err != nil || len(got) == 0 {
		t.Errorf("%v, %v", got, err)
	}
}
