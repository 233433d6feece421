package plan_test

import (
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"op25b/plan"
)

const hanakoKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"

func TestParseSigner(t *testing.T) {
	good := line("hanako@example.net", signerOf(t, keyOf("hanako")).PublicKey())
	kind, key, _ := strings.Cut(strings.TrimPrefix(good, "hanako@example.net "), " ")
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := ssh.NewPublicKey(&short.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ line, want, says string }{
		{"hanako", "hanako", ""},
		{good, good, ""},
		{good + " hanako's laptop", good, ""},
		{"  hanako@example.net\t" + kind + "  " + key, good, ""},
		{"", "", "a signer has a name"},
		{"hanako " + kind, "", "has a type of key and no key"},
		{"hanako ssh-rsa " + key, "", "the key is no ssh-rsa key"},
		{"hanako ssh-dss " + key, "", `"ssh-dss" is not a type of key that approves`},
		{"hanako ssh-ed25519-cert-v01@openssh.com " + key, "", "is not a type of key that approves"},
		{`hanako cert-authority ` + kind + " " + key, "", `"cert-authority" is not a type of key`},
		{"hanako " + kind + " " + key[:len(key)-4], "", "the key is no ssh-ed25519 key"},
		{"hanako " + kind + " " + key + "!", "", "is not base64"},
		{line("hanako", weak), "", "an RSA key of 1024 bits is too short: 2048 are needed"},
		{"*@example.net " + kind + " " + key, "", "is not the name of one signer"},
		{"hanako,jiro " + kind + " " + key, "", "is not the name of one signer"},
		{"!hanako", "", "is not the name of one signer"}, {"-hanako", "", "is not the name of one signer"}, {"ha\x1bnako", "", "is not the name of one signer"},
		{strings.Repeat("h", 256), "", "is not the name of one signer"},
	} {
		s, err := plan.ParseSigner(c.line)
		switch {
		case c.says != "":
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q: %v, want %q", c.line, err, c.says)
			}
		case err != nil || s.String() != c.want:
			t.Errorf("%q: %q %v", c.line, s, err)
		}
	}
}

func TestReadSigners(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	public := func(name string) string { return line("", signerOf(t, keyOf(name)).PublicKey())[1:] }
	k := public("k")
	for _, c := range []struct{ what, text, want string }{
		{"nothing", "", ""},
		{"comments", "# hanako " + k + "\n\n", ""},
		{"one", "hanako " + k + " laptop\r\n", "hanako"},
		{"names of one key", "hanako,h@example.net " + k + "\nhana " + k, "hanako=h@example.net=hana"},
		{"two", "hanako " + k + "\njiro " + public("j"), "hanako jiro"},
		{"quoted names", `"hanako,h@example.net" ` + k, "hanako=h@example.net"},
		{"our namespace", `hanako namespaces="git,op25b" ` + k, "hanako"},
		{"another namespace", `hanako namespaces="git" ` + k, ""},
		{"an authority", "hanako cert-authority " + k, ""},
		{"a pattern", "*@example.net " + k, ""},
		{"a pattern and a name", "hanako,*@example.net " + k, "hanako"},
		{"all but", "!hanako,* " + k, ""},
		{"not yet", `hanako valid-after="20260602" ` + k, ""},
		{"already", `hanako valid-after="20260531" ` + k, "hanako"},
		{"not any more", `hanako valid-before="20260601" ` + k, ""},
		{"still", `hanako valid-before="202606011201Z",valid-after="20260601115959Z" ` + k, "hanako"},
		{"an old type of key", "hanako ssh-dss AAAA", ""},
		{"no key", "\nhanako", "signers:2: a line is `name type-of-key key`"},
		{"no type", "hanako AAAA", "signers:1: a line is `name type-of-key key`"},
		{"a broken key", "hanako ssh-ed25519 AAAA", "signers:1: the key is no ssh-ed25519 key"},
		{"an unknown option", `hanako from="10.0.0.0/8" ` + k, `signers:1: unknown option "from"`},
		{"no time", `hanako valid-before="soon" ` + k, `signers:1: "soon" is not a time as 20270401 or 202704010900Z`},
	} {
		list, err := plan.ReadSigners("signers", []byte(c.text), now)
		got := make([]string, 0, len(list))
		for _, s := range list {
			got = append(got, strings.Join(s.Names, "="))
		}
		text := strings.Join(got, " ")
		if err != nil {
			text = err.Error()
		}
		if text != c.want {
			t.Errorf("%s: %q, want %q", c.what, text, c.want)
		}
	}
}

// TestSigners: bare names take their key from the file beside, lines bring their own, and a plan
// that names nobody takes all of the file.
func TestSigners(t *testing.T) {
	public := func(name string) ssh.PublicKey { return signerOf(t, keyOf(name)).PublicKey() }
	known := []plan.Signer{{Names: []string{"hanako"}, Key: public("h")}, {Names: []string{"jiro", "j@example.net"}, Key: public("j")}}
	for _, c := range []struct {
		what          string
		lines         []string
		want, keyless string
	}{
		{"nobody named", nil, "hanako jiro=j@example.net", ""},
		{"a name", []string{"hanako"}, "hanako", ""},
		{"another spelling is another name", []string{"Hanako"}, "", "Hanako"},
		{"an address is its whole", []string{"j"}, "", "j"},
		{"the name that the plan has comes first", []string{"j@example.net"}, "j@example.net=jiro", ""},
		{"a line of its own", []string{line("hanako", public("new"))}, "hanako", ""},
		{"a key with more names", []string{line("taro", public("j"))}, "taro=jiro=j@example.net", ""},
		{"a stranger", []string{"hanako", "ken"}, "hanako", "ken"},
	} {
		p := plan.Plan{Gates: plan.Gates{Signers: c.lines}}
		list, keyless, err := p.Signers(known)
		got := make([]string, 0, len(list))
		for _, s := range list {
			got = append(got, strings.Join(s.Names, "="))
		}
		if err != nil || strings.Join(got, " ") != c.want || strings.Join(keyless, " ") != c.keyless {
			t.Errorf("%s: %v without key %v, %v", c.what, got, keyless, err)
		}
	}
	if list, _, _ := (plan.Plan{Gates: plan.Gates{Signers: []string{line("hanako", public("new"))}}}).Signers(known); string(list[0].Key.Marshal()) != string(public("new").Marshal()) {
		t.Error("the file's key took the place of the plan's")
	}
	if _, _, err := (plan.Plan{Gates: plan.Gates{Signers: []string{"hanako ssh-ed25519 AAAA"}}}).Signers(nil); err == nil {
		t.Error("a broken line in a plan is read")
	}
}

func FuzzSigners(f *testing.F) {
	good := line("hanako@example.net", signerOf(f, keyOf("hanako")).PublicKey())
	for _, seed := range []string{good, "hanako", "a,b " + good[len("hanako@example.net "):], `a namespaces="op25b,x y",valid-before="20990101Z" ` + good[len("hanako@example.net "):], hanakoKey, `"`, "a b=\",\" c"} {
		f.Add(seed)
	}
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := plan.ParseSigner(text); err == nil {
			again, err := plan.ParseSigner(s.String())
			if err != nil || again.String() != s.String() || len(s.Names) != 1 {
				t.Fatalf("%q is %q, read again %q %v", text, s, again, err)
			}
		}
		list, _ := plan.ReadSigners("signers", []byte(text), now)
		for _, s := range list {
			if s.Key == nil || len(s.Names) == 0 {
				t.Fatalf("%q has a signer without key or name", text)
			}
			for _, n := range s.Names {
				if again, err := plan.ParseSigner(plan.Signer{Names: []string{n}, Key: s.Key}.String()); err != nil || again.Name() != n {
					t.Fatalf("%q: %q is no line of a plan: %v", text, n, err)
				}
			}
		}
	})
}
