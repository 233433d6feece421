package lab

import "strings"

// diary keeps what stood on the terminals: the newest part, up to a size.
type diary struct {
	entries []string
	size    int
}

const diarySize = 256 << 10

func (d *diary) add(entry string) {
	if len(entry) > diarySize {
		entry = entry[len(entry)-diarySize:]
	}
	d.entries = append(d.entries, entry)
	d.size += len(entry)
	for d.size > diarySize {
		d.size -= len(d.entries[0])
		d.entries = d.entries[1:]
	}
}

// String is the diary in order.
func (d *diary) String() string { return strings.Join(d.entries, "") }
