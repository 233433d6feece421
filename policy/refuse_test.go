package policy

import (
	"strings"
	"testing"
	"testing/fstest"

	"op25b/sheet"
)

const sound = `version: 1
isp: Example Net
timezone: Asia/Tokyo
pools:
  east: { prefixes: [203.0.113.0/24, "2001:db8:100::/40"], except: [203.0.113.128/29] }
  west:
    file: pools/west.txt
  north: { file: pools/north.csv, column: prefix }
relays: [192.0.2.25, "2001:db8:25::25"]
exemptions:
  - { name: acme, sources: [203.0.113.77], reason: own MX, ticket: OPS-4411, expires: 2027-03-31 }
destinations:
  vodafone: { prefixes: [198.51.100.0/28] }
  docomo: { mx: [docomo.ne.jp] }
notice: { lead: 60d }
phases:
  - { name: vodafone, start: 2005-01-31, announced: 2004-11-20, pools: [east], to: [vodafone, docomo], action: block }
  - { name: slow, start: 2005-07-15, announced: 2005-05-10, end: 2006-07-26, to: any, action: throttle, throttle: { new: 5/s, per: source }, approximate: aggregate }
  - { name: everyone, start: 2006-07-26, announced: 2006-05-20, to: any, action: block }
`

const (
	west  = "# the west\n198.18.0.0/22\n198.18.8.0/24  # Sakai\n"
	north = "site,prefix\nspk,198.19.0.0/23\n"
	lock  = `{"version": 1, "destinations": {"docomo": {"docomo.ne.jp":
	{"addresses": ["198.51.100.33"], "resolver": "192.0.2.53", "time": "2026-11-22T04:00:00Z"}}}}`
)

func files(policy string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range map[string]string{"policy.yaml": policy, "pools/west.txt": west, "pools/north.csv": north, "policy.lock": lock} {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestSound(t *testing.T) {
	p, err := Read(files(sound), "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Pools) != 3 || len(p.Phases) != 3 || p.Lead != 60 || len(p.Files) != 3 || len(p.Lock.Bytes) == 0 || len(p.Warnings) > 0 {
		t.Errorf("%+v", p)
	}
	if got := p.Phases[1].Limit.String(); got != "new 5/s" {
		t.Error(got)
	}
}

// Each line: what is written instead of what, and the error that it must give.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ what, old, new, want string }{
		{"unknown key", "isp:", "ips:", "policy.yaml:2:1: unknown key `ips`\nhint: did you mean `isp`?"},
		{"unknown key of a phase", "announced: 2006", "anounced: 2006", "policy.yaml:19:42: unknown key `anounced`\nhint: did you mean `announced`?"},
		{"duplicate key", "timezone:", "isp: Other\ntimezone:", "policy.yaml:3:1: key `isp` is here twice: also in line 2"},
		{"duplicate pool", "  west:\n", "  east: { prefixes: [10.0.0.0/8] }\n  west:\n", "policy.yaml:6:3: key `east` is here twice: also in line 5"},
		{"unknown version", "version: 1", "version: 2", "policy.yaml:1:10: unknown version\nhint: this op25b reads `version: 1`"},
		{"version as text", "version: 1", `version: "1"`, "policy.yaml:1:10: unknown version"},
		{"missing version", "version: 1\n", "", "policy.yaml:1:1: `version` is missing"},
		{"missing isp", "isp: Example Net\n", "", "policy.yaml:1:1: `isp` is missing"},
		{"missing phases", sound[strings.Index(sound, "phases:"):], "", "policy.yaml:1:1: `phases` is missing"},
		{"unknown time zone", "Asia/Tokyo", "Asia/Tokio", "policy.yaml:3:11: unknown time zone `Asia/Tokio`"},
		{"the machine's time zone", "Asia/Tokyo", "Local", "policy.yaml:3:11: unknown time zone `Local`"},
		{"impossible date", "2005-01-31", "2005-02-31", "policy.yaml:17:30: `start`: there is no date 2005-02-31"},
		{"date in other words", "2005-01-31", "31/01/2005", "policy.yaml:17:30: `start`: `31/01/2005` is not a date\nhint: write a date as 2006-01-31"},
		{"unknown action", "to: any, action: block", "to: any, action: blok", "policy.yaml:19:82: `action` is `blok`\nhint: did you mean `block`?"},
		{"unknown pool", "[east]", "[eats]", "policy.yaml:17:73: no pool is called `eats`\nhint: did you mean `east`?"},
		{"unknown destination", "[vodafone, docomo]", "[vodafon]", "policy.yaml:17:85: no destination is called `vodafon`\nhint: did you mean `vodafone`?"},
		{"a destination as text", "[vodafone, docomo]", "vodafone", "policy.yaml:17:84: `to` is `vodafone`\nhint: write a list of destination names: [vodafone], or any"},
		{"any in a list", "[vodafone, docomo]", "[any]", "policy.yaml:17:85: no destination is called `any`\nhint: write `to: any`, without the brackets"},
		{"empty pools", "[east]", "[]", "policy.yaml:17:72: `pools` is an empty list"},
		{"empty to", "[vodafone, docomo]", "[]", "policy.yaml:17:84: `to` is an empty list"},
		{"empty sources", "[203.0.113.77]", "[]", "policy.yaml:11:28: `sources` is an empty list"},
		{"empty relays", `[192.0.2.25, "2001:db8:25::25"]`, "[]", "policy.yaml:9:9: `relays` is an empty list"},
		{"empty prefixes", `[203.0.113.0/24, "2001:db8:100::/40"]`, "[]", "policy.yaml:5:21: `prefixes` is an empty list"},
		{"empty except", "[203.0.113.128/29]", "[]", "policy.yaml:5:68: `except` is an empty list"},
		{"empty mx", "[docomo.ne.jp]", "[]", "policy.yaml:14:17: `mx` is an empty list"},
		{"empty destination", "{ mx: [docomo.ne.jp] }", "{}", "policy.yaml:14:11: destination docomo is empty"},
		{"empty pool", "{ file: pools/north.csv, column: prefix }", "{}", "policy.yaml:8:10: pool north is empty"},
		{"a key without a value", "relays: [192.0.2.25, \"2001:db8:25::25\"]", "relays:", "policy.yaml:9:8: `relays` has no value"},
		{"null is not all", "pools: [east]", "pools: null", "policy.yaml:17:72: `pools` has no value"},
		{"to without a value", "to: [vodafone, docomo]", "to: ~", "policy.yaml:17:84: `to` has no value"},
		{"control character in a name", "name: vodafone", `name: "voda\u0007fone"`, "policy.yaml:17:13: the text has a control character or a line break"},
		{"line break in a name", "name: vodafone", `name: "voda\nfone"`, "policy.yaml:17:13: the text has a control character or a line break"},
		{"raw control character", "Example Net", "Example\x1b[31mNet", "policy.yaml:2:13: control character U+001B"},
		{"reordered text", "Example Net", "Example \u202eNet", "policy.yaml:2:14: control character U+202E"},
		{"quote in a name", "name: acme", `name: "ac\"me"`, "policy.yaml:11:13: name `ac\"me` has a '\"'"},
		{"apostrophe in a name", "name: acme", `name: acme's`, "policy.yaml:11:13: name `acme's` has a '\\''"},
		{"brace in a name", "name: acme", `name: "acme{{"`, "policy.yaml:11:13: name `acme{{` has a '{'"},
		{"backslash in a name", "name: acme", `name: ac\me`, "policy.yaml:11:13: name `ac\\me` has a '\\\\'"},
		{"backtick in a name", "name: acme", "name: ac`me", "policy.yaml:11:13: name \"ac`me\" has a '`'"},
		{"a name like an option", "name: acme", "name: -acme", "policy.yaml:11:13: name `-acme` begins with '-'"},
		{"a long name", "name: acme", "name: " + strings.Repeat("a", 65), "has more than 64 characters"},
		{"a number as a name", "name: acme", "name: 4411", "policy.yaml:11:13: `name` is not a text\nhint: write it in quotes: \"4411\""},
		{"not an address", "[192.0.2.25,", "[192.0.2.256,", "policy.yaml:9:10: `192.0.2.256` is neither an address nor a prefix"},
		{"a host name as relay", "[192.0.2.25,", "[mail.example.net,", "policy.yaml:9:10: `mail.example.net` is neither an address nor a prefix"},
		{"a zone", "[192.0.2.25,", "[\"fe80::1%eth0\",", "policy.yaml:9:10: `fe80::1%eth0` is neither an address nor a prefix"},
		{"not a domain", "[docomo.ne.jp]", "[\"-docomo\"]", "policy.yaml:14:18: `-docomo` is not a domain name"},
		{"host bits", "203.0.113.0/24,", "203.0.113.1/24,", "policy.yaml:5:22: `203.0.113.1/24` has host bits\nhint: write 203.0.113.0/24 for the prefix, or 203.0.113.1 for the one address"},
		{"mapped IPv6", `"2001:db8:100::/40"`, `"::ffff:203.0.113.0/120"`, "policy.yaml:5:38: `::ffff:203.0.113.0/120` is IPv4 written as IPv6"},
		{"everything as a pool", "203.0.113.0/24,", "0.0.0.0/0,", "policy.yaml:5:22: `0.0.0.0/0` is too wide: the shortest prefix is /8"},
		{"half of IPv6", `"2001:db8:100::/40"`, `"2000::/3"`, "policy.yaml:5:38: `2000::/3` is too wide: the shortest prefix is /16"},
		{"everything as a relay", "[192.0.2.25,", "[0.0.0.0/0,", "policy.yaml:9:10: `0.0.0.0/0` is too wide"},
		{"except outside its pool", "[203.0.113.128/29]", "[198.18.0.0/29]", "policy.yaml:5:69: 198.18.0.0/29 is outside pool east"},
		{"except partly outside", "[203.0.113.128/29]", "[203.0.112.0/23]", "policy.yaml:5:69: 203.0.112.0/23 is outside pool east"},
		{"except takes all", `[203.0.113.0/24, "2001:db8:100::/40"], except: [203.0.113.128/29]`, "[203.0.113.0/24], except: [203.0.113.0/24]", "policy.yaml:5:3: pool east is empty: `except` takes all of it out"},
		{"overlapping pools", "203.0.113.0/24,", "203.0.113.0/24, 198.18.2.0/23,", "pools/west.txt:2:1: pool west overlaps pool east with 198.18.0.0/22: both hold 198.18.2.0"},
		{"relay in a pool", "[192.0.2.25,", "[192.0.2.25, 203.0.113.9,", "policy.yaml:9:22: relay 203.0.113.9 is inside the dynamic space of pool east"},
		{"no expiry", ", expires: 2027-03-31", "", "policy.yaml:11:5: `expires` is missing"},
		{"exemption outside every pool", "[203.0.113.77]", "[192.0.2.77]", "policy.yaml:11:29: exemption acme: 192.0.2.77 is outside every pool"},
		{"exemption reaching outside", "[203.0.113.77]", "[203.0.112.0/23]", "policy.yaml:11:29: exemption acme: 203.0.112.0/23 reaches outside the pools"},
		{"exemption twice", "destinations:", "  - { name: acme, sources: [203.0.113.78], expires: 2027-03-31 }\ndestinations:", "policy.yaml:12:5: exemption acme is here twice"},
		{"phase without name", "name: vodafone, ", "", "policy.yaml:17:5: `name` is missing"},
		{"phase without start", "start: 2005-01-31, ", "", "policy.yaml:17:5: `start` is missing"},
		{"phase without to", "to: [vodafone, docomo], ", "", "policy.yaml:17:5: `to` is missing"},
		{"phase without action", ", to: [vodafone, docomo], action: block", ", to: [vodafone]", "policy.yaml:17:5: `action` is missing"},
		{"phase twice", "name: everyone", "name: slow", "policy.yaml:19:5: phase slow is here twice"},
		{"phase over before it begins", "end: 2006-07-26", "end: 2005-07-15", "policy.yaml:18:66: phase slow ends on 2005-07-15, which is not after its start"},
		{"no announcement", "announced: 2004-11-20, ", "", "policy.yaml:17:5: `announced` is missing"},
		{"announced too late", "2006-05-20", "2006-05-28", "policy.yaml:19:53: phase everyone is announced on 2006-05-28, less than 60 days before its start on 2006-07-26\nhint: the earliest start is 2006-07-27"},
		{"lead in hours", "lead: 60d", "lead: 90m", "policy.yaml:15:17: `lead` is not a number of days"},
		{"relays of one family", `[192.0.2.25, "2001:db8:25::25"]`, "[192.0.2.25]", "policy.yaml:9:9: pool east has ipv6 addresses, but no relay has one\nhint: add the relays' ipv6 addresses, or write `relays-one-family: accepted`"},
		{"one family in other words", "isp:", "relays-one-family: true\nisp:", "policy.yaml:2:20: `relays-one-family` is not a text"},
		{"never resolved", "[docomo.ne.jp]", "[docomo.ne.jp, mopera.net]", "policy.yaml:14:3: destination docomo: mopera.net was never resolved\nhint: op25b resolve --accept"},
		{"a throttle that blocks", "approximate: aggregate", "approximate: some", "policy.yaml:18:155: `approximate` is `some`"},
		{"no limit", "{ new: 5/s, per: source }", "{ per: source }", "policy.yaml:18:115: a throttle has one of `concurrent` and `new`"},
		{"a rate without unit", "{ new: 5/s,", "{ new: 5,", "policy.yaml:18:122: `new` is not a rate\nhint: write a rate such as 5/s, 30/m or 100/h"},
		{"two limits", "{ new: 5/s,", "{ new: 5/s, concurrent: 3,", "policy.yaml:18:115: a throttle has one of `concurrent` and `new`"},
		{"a rate of nothing", "5/s", "0/s", "policy.yaml:18:122: `new` is `0/s`"},
		{"a throttle without limit", "throttle: { new: 5/s, per: source }, ", "", "policy.yaml:18:5: `throttle` is missing"},
		{"per something", "per: source", "per: pool", "policy.yaml:18:132: `per` is `pool`"},
		{"a limit that blocks", "to: any, action: block", "to: any, action: block, throttle: { concurrent: 3 }", "phase everyone has a `throttle`, but its action is block"},
		{"a file above", "pools/west.txt", "../west.txt", "policy.yaml:7:11: file `../west.txt` is outside the policy's folder"},
		{"a file above, hidden", "pools/west.txt", "pools/../../west.txt", "policy.yaml:7:11: file `pools/../../west.txt` is outside the policy's folder"},
		{"an absolute file", "pools/west.txt", "/etc/passwd", "policy.yaml:7:11: file `/etc/passwd` is outside the policy's folder"},
		{"no such file", "pools/west.txt", "pools/wets.txt", "policy.yaml:7:11: file `pools/wets.txt`: there is no such file"},
		{"no such column", "column: prefix", "column: prefxi", "pools/north.csv:1:1: the first line does not have one column `prefxi`\nhint: did you mean `prefix`?"},
		{"file and prefixes", "    file: pools/west.txt", "    file: pools/west.txt\n    prefixes: [10.0.0.0/8]", "policy.yaml:7:11: pool west has both `prefixes` and `file`"},
		{"a column of nothing", "except: [203", "column: prefix, except: [203", "policy.yaml:5:68: pool east has a `column` and no `file`"},
		{"an anchor", "[east]", "&x [east]", "policy.yaml:17:72: an anchor (`&x`) is not allowed"},
		{"an alias", "to: any, action: throttle", "to: *x, action: throttle", "this is no YAML"},
		{"a merge key", "  west:\n", "  west:\n    <<: { column: x }\n", "policy.yaml:7:5: a merge key (`<<`) is not allowed"},
		{"a tag", "isp: Example Net", "isp: !!str Example Net", "policy.yaml:2:6: a tag (`!!str`) is not allowed"},
		{"two documents", "exemptions:", "---\nexemptions:", "policy.yaml:10:1: a second document begins here"},
		{"a list for a mapping", "notice: { lead: 60d }", "notice: [60d]", "policy.yaml:15:9: `notice` is not a mapping"},
		{"a mapping for a list", "relays: [192.0.2.25, \"2001:db8:25::25\"]", "relays: { a: 192.0.2.25 }", "policy.yaml:9:9: `relays` is not a list"},
		{"a list as a key", "notice: { lead: 60d }", "? [notice]\n: 1", "policy.yaml:15:3: a key is a list or a mapping"},
		{"destination any", "  docomo:", "  any:", "policy.yaml:14:3: a destination can not be called `any`"},
		{"listed twice", "[vodafone, docomo]", "[vodafone, vodafone]", "policy.yaml:17:95: `vodafone` is in the list twice"},
	} {
		text := strings.Replace(sound, c.old, c.new, 1)
		if text == sound {
			t.Fatalf("%s: %q is not in the policy", c.what, c.old)
		}
		_, err := Read(files(text), "policy.yaml")
		if err == nil || !strings.Contains("\n"+err.Error(), c.want) || strings.HasPrefix(c.want, "policy") && !strings.Contains("\n"+err.Error(), "\n"+c.want) {
			t.Errorf("%s: want\n%s\ngot\n%v", c.what, c.want, err)
		}
	}
}

// A pool file and the lock are refused at their own places.
func TestRefusedBeside(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"pools/west.txt", "198.18.0.0/22\n  198.18.9.1/24\n", "pools/west.txt:2:3: `198.18.9.1/24` has host bits"},
		{"pools/west.txt", "198.18.0.0/22 198.18.8.0/24\n", "pools/west.txt:1:1: `198.18.0.0/22 198.18.8.0/24` is neither"},
		{"pools/west.txt", "# nothing\n", "pools/west.txt:1:1: pool west is empty: the file has no prefix"},
		{"pools/west.txt", "", "pools/west.txt:1:1: pool west is empty"},
		{"pools/west.txt", "198.18.0.0/22\n0.0.0.0/0\n", "pools/west.txt:2:1: `0.0.0.0/0` is too wide"},
		{"pools/west.txt", "198.18.0.0/22\n\xff\n", "pools/west.txt:2:1: byte 0xff is not UTF-8"},
		{"pools/west.txt", "198.18.0.0/22\x00\n", "pools/west.txt:1:14: control character U+0000"},
		{"pools/north.csv", "site,prefix\nspk,198.19.0.1/23\n", "pools/north.csv:2:5: `198.19.0.1/23` has host bits"},
		{"pools/north.csv", "site,prefix\nspk,\n", "pools/north.csv:2:5: \"\" is neither an address nor a prefix"},
		{"pools/north.csv", "site,prefix\nspk\n", "pools/north.csv:2:1: this is no CSV"},
		{"pools/north.csv", "prefix,prefix\n1,2\n", "pools/north.csv:1:1: the first line does not have one column `prefix`"},
		{"pools/north.csv", "site,prefix\n", "pools/north.csv:1:1: pool north is empty"},
		{"pools/north.csv", "", "pools/north.csv:1:1: pool north is empty"},
		{"policy.lock", "version: 1\n", "policy.lock:1:1: `destinations` is missing"},
		{"policy.lock", strings.Replace(lock, "resolver", "resolved", 1), "policy.lock:2:35: unknown key `resolved`"},
		{"policy.lock", strings.Replace(lock, "[\"198.51.100.33\"]", "[]", 1), "policy.lock:2:16: `addresses` is an empty list"},
		{"policy.lock", strings.Replace(lock, "198.51.100.33", "0.0.0.0/0", 1), "policy.lock:2:17: `0.0.0.0/0` is too wide"},
		{"policy.lock", strings.Replace(lock, "T04:00:00Z", "", 1), "policy.lock:2:69: `time` is `2026-11-22`"},
	} {
		f := files(sound)
		f[c.file] = &fstest.MapFile{Data: []byte(c.text)}
		_, err := Read(f, "policy.yaml")
		if err == nil || !strings.Contains("\n"+err.Error(), "\n"+c.want) {
			t.Errorf("%s %q: want\n%s\ngot\n%v", c.file, c.text, c.want, err)
		}
	}
	f := files(sound)
	delete(f, "policy.lock")
	if _, err := Read(f, "policy.yaml"); err == nil || !strings.Contains(err.Error(), "docomo.ne.jp was never resolved\nhint: op25b resolve --accept") {
		t.Errorf("without a lock: %v", err)
	}
}

func TestAllAtOnce(t *testing.T) {
	text := strings.NewReplacer("isp:", "ips:", "Asia/Tokyo", "Mars", "2027-03-31", "2027-02-30", "action: block", "action: bock").Replace(sound)
	_, err := Read(files(text), "policy.yaml")
	all, is := err.(sheet.Errors)
	if !is || len(all) != 6 {
		t.Fatalf("%d errors, want 6:\n%v", len(all), err)
	}
	for i := 1; i < len(all); i++ {
		if all[i].Line < all[i-1].Line {
			t.Errorf("not in the order of the lines:\n%v", err)
		}
	}
}

func TestAccepted(t *testing.T) {
	for what, c := range map[string][2]string{
		"one family":       {`relays: [192.0.2.25, "2001:db8:25::25"]`, "relays: [192.0.2.25]\nrelays-one-family: accepted"},
		"no notice":        {"notice: { lead: 60d }\n", ""},
		"a bare address":   {"[203.0.113.128/29]", "[203.0.113.128]"},
		"except elsewhere": {"203.0.113.0/24,", "203.0.112.0/23,"},
	} {
		text := strings.Replace(sound, c[0], c[1], 1)
		if _, err := Read(files(text), "policy.yaml"); err != nil || text == sound {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestWarned(t *testing.T) {
	text := strings.NewReplacer("[203.0.113.77]", "[203.0.113.130]", "[192.0.2.25,", "[192.0.2.25, 192.0.2.25,", "mx: [docomo.ne.jp]", "prefixes: [198.51.100.33]").Replace(sound)
	p, err := Read(files(text), "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"policy.yaml:9:22: 192.0.2.25 is in the list twice",
		"policy.yaml:11:29: exemption acme: 203.0.113.130 is a fixed address already",
		"policy.lock:1:44: destination docomo of the policy does not name docomo.ne.jp\nhint: op25b resolve --accept",
	} {
		if !strings.Contains(p.Warnings.String(), want) {
			t.Errorf("want %s\ngot\n%s", want, p.Warnings)
		}
	}
}
