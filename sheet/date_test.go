package sheet

import (
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	for _, s := range []string{"2005-01-31", "2004-02-29", "1900-01-01", "9999-12-31", "2000-02-29"} {
		if d, err := ParseDate(s); err != nil || d.String() != s {
			t.Errorf("%s: %s %v", s, d, err)
		}
	}
	for _, s := range []string{"", "2005-02-29", "1900-02-29", "2005-13-01", "2005-00-10", "2005-04-31", "2005-01-00", "0000-00-00", "1899-12-31",
		"05-01-31", "2005/01/31", "2005-01-31 ", "+005-01-31", "2005-01-3l", "２００５-01-31"} {
		if d, err := ParseDate(s); err == nil {
			t.Errorf("%q is %s", s, d)
		}
	}
	a, b := Date{2005, 1, 31}, Date{2005, 2, 1}
	if !a.Before(b) || b.Before(a) || a.Compare(a) != 0 || a.Compare(b) != -1 || b.Compare(a) != 1 {
		t.Error("the order of dates")
	}
	if got := a.AddDays(1); got != b {
		t.Error(got)
	}
	if got := b.AddDays(-366); got.String() != "2004-02-01" {
		t.Error(got)
	}
	if (Date{}).String() != "" || !(Date{}).IsZero() || a.IsZero() {
		t.Error("the zero date")
	}
}

func TestMidnight(t *testing.T) {
	for _, c := range []struct{ zone, date, want string }{
		{"Asia/Tokyo", "2005-01-31", "2005-01-31T00:00:00+09:00"},
		{"UTC", "2005-01-31", "2005-01-31T00:00:00Z"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00"}, // the clock went from 24:00 to 1:00
		{"Asia/Beirut", "2022-03-27", "2022-03-27T01:00:00+03:00"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := ParseDate(c.date)
		at := d.In(zone)
		if got := at.Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s begins at %s, want %s", c.date, c.zone, got, c.want)
		}
		if DateOf(at) != d || DateOf(at.Add(-time.Second)) == d {
			t.Errorf("%s in %s does not begin at %s", c.date, c.zone, at)
		}
	}
}

func TestDuration(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"0s": 0, "90s": 90 * time.Second, "10m": 10 * time.Minute, "1h30m": 90 * time.Minute, "60d": 60 * 24 * time.Hour, "1d12h": 36 * time.Hour,
	} {
		if got, err := ParseDuration(s); err != nil || got != want {
			t.Errorf("%s: %s %v", s, got, err)
		}
	}
	for _, s := range []string{"", "10", "m", "-1m", "1.5h", "10 m", "30m1h", "1h1h", "1w", "99999999999d", "4000d", "1ms", "10M"} {
		if got, err := ParseDuration(s); err == nil {
			t.Errorf("%q is %s", s, got)
		}
	}
	for want, d := range map[string]time.Duration{"": 0, "30m": 30 * time.Minute, "90s": 90 * time.Second, "90m": 90 * time.Minute, "60d": 60 * 24 * time.Hour, "2h": 2 * time.Hour} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("2005-01-31")
	f.Add("2005-02-31")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDate(s); err == nil && d.String() != s {
			t.Errorf("%q is %s", s, d)
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	f.Add("1h30m")
	f.Add("60d")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDuration(s)
		if err != nil || d == 0 {
			return
		}
		if again, err := ParseDuration(FormatDuration(d)); err != nil || again != d {
			t.Errorf("%q is %s, written %q, read %s %v", s, d, FormatDuration(d), again, err)
		}
	})
}
