package sheet

import (
	"cmp"
	"fmt"
	"strconv"
	"time"
	_ "time/tzdata" // a jump host without a zone database judges dates like every other
)

// Date is a civil date: a day without a time zone. The zero value is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads YYYY-MM-DD, years 1900 to 9999. An impossible date is an error.
func ParseDate(s string) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' || !digits(s[:4]+s[5:7]+s[8:]) {
		return Date{}, fmt.Errorf("%s is not a date", Quote(s))
	}
	y, _ := strconv.Atoi(s[:4])
	m, _ := strconv.Atoi(s[5:7])
	d, _ := strconv.Atoi(s[8:])
	date := DateOf(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC))
	if date != (Date{y, time.Month(m), d}) || y < 1900 {
		return Date{}, fmt.Errorf("there is no date %s", s)
	}
	return date, nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// DateOf is the day of a moment, in the moment's own time zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero reports whether this is no date.
func (d Date) IsZero() bool { return d == Date{} }

// String is YYYY-MM-DD, "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// Compare is -1, 0 or 1 as d is before, on or after o.
func (d Date) Compare(o Date) int {
	return cmp.Or(cmp.Compare(d.Year, o.Year), cmp.Compare(d.Month, o.Month), cmp.Compare(d.Day, o.Day))
}

// Before reports whether d is before o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// AddDays is the date n days later.
func (d Date) AddDays(n int) Date { return DateOf(d.In(time.UTC).AddDate(0, 0, n)) }

// In is the midnight with which the day begins in a time zone; where the clock jumps over
// midnight, the first moment of the day.
func (d Date) In(zone *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
	if d.IsZero() || DateOf(t) == d {
		return t
	}
	_, end := t.ZoneBounds()
	return end
}

// ParseDuration reads a length of time in one or more parts from large to small: 90s,
// 10m, 1h30m, 60d. Ten years is the longest.
func ParseDuration(s string) (time.Duration, error) {
	wrong := fmt.Errorf("%s is not a length of time", Quote(s))
	total, last := time.Duration(0), 11*365*24*time.Hour
	for rest := s; rest != "" || s == ""; {
		i := 0
		for i < len(rest) && rest[i] >= '0' && rest[i] <= '9' {
			i++
		}
		n, err := strconv.ParseInt(rest[:i], 10, 32)
		if err != nil || i == len(rest) {
			return 0, wrong
		}
		unit := units(rest[i])
		if unit == 0 || unit >= last {
			return 0, wrong
		}
		if n > int64(10*365*24*time.Hour/unit) {
			return 0, fmt.Errorf("%s is longer than ten years", Quote(s))
		}
		total, last, rest = total+time.Duration(n)*unit, unit, rest[i+1:]
	}
	return total, nil
}

func units(c byte) time.Duration {
	switch c {
	case 's':
		return time.Second
	case 'm':
		return time.Minute
	case 'h':
		return time.Hour
	case 'd':
		return 24 * time.Hour
	}
	return 0
}

// FormatDuration is a length of time as ParseDuration reads it, in the largest unit that
// fits: 30m, 60d, 90s; "" for none.
func FormatDuration(d time.Duration) string {
	for _, unit := range "dhms" {
		if one := units(byte(unit)); d >= one && d%one == 0 {
			return fmt.Sprintf("%d%c", d/one, unit)
		}
	}
	return ""
}
