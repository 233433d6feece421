package policy

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"op25b/sheet"
)

func (r *reader) pools(v sheet.Value) {
	for _, e := range v.Entries() {
		o := e.Value.Object("prefixes", "file", "column", "except")
		p := Pool{Place: e.Key.Place()}
		p.Name, _ = e.Key.Name()
		written, file, column := o.Get("prefixes"), o.Get("file"), o.Get("column")
		switch {
		case o.IsGiven() && !written.IsGiven() && !file.IsGiven():
			o.Refuse("pool "+p.Name+" is empty", "write `prefixes` or `file`")
		case written.IsGiven() && file.IsGiven():
			file.Refuse("pool "+p.Name+" has both `prefixes` and `file`", "keep one of them")
		case column.IsGiven() && !file.IsGiven():
			column.Refuse("pool "+p.Name+" has a `column` and no `file`", "")
		}
		if written.IsGiven() {
			p.Prefixes = prefixes(written)
		}
		if file.IsGiven() {
			p.Prefixes = append(p.Prefixes, r.poolFile(p.Name, file, column)...)
		}
		if except := o.Get("except"); except.IsGiven() {
			p.Except, p.except = prefixes(except), except.Place()
		}
		r.policy.Pools = append(r.policy.Pools, p.measured())
	}
}

// poolFile reads the file of a pool: one prefix a line, or a column of a CSV file.
func (r *reader) poolFile(pool string, file, column sheet.Value) []Prefix {
	name, ok := file.Text()
	if !ok {
		return nil
	}
	if strings.Contains(name, `\`) || path.IsAbs(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
		file.Refuse("file "+sheet.Quote(name)+" is outside the policy's folder", "write a path below the folder of policy.yaml: pools/"+path.Base(name))
		return nil
	}
	data, err := r.folder.read(path.Clean(name))
	if err != nil {
		file.Refuse("file "+sheet.Quote(name)+": "+notThere(err), "")
		return nil
	}
	shown := r.folder.shown(path.Clean(name))
	if !slices.ContainsFunc(r.policy.Files, func(f File) bool { return f.Name == path.Clean(name) }) {
		r.policy.Files = append(r.policy.Files, File{path.Clean(name), data})
	}
	if bad := sheet.Characters(shown, data); len(bad) > 0 {
		for _, b := range bad {
			r.page.Refuse(b.Place, b.What, b.Hint)
		}
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	cells, wrong := lines(shown, data), sheet.Errors(nil)
	if column.IsGiven() {
		want, ok := column.Text()
		if !ok {
			return nil
		}
		cells, wrong = table(shown, data, want)
	}
	return r.cells(pool, shown, cells, wrong)
}

// cell is one text of a pool file.
type cell struct {
	text string
	at   sheet.Place
}

// cells reads the prefixes of a pool file.
func (r *reader) cells(pool, shown string, cells []cell, wrong sheet.Errors) []Prefix {
	for _, e := range wrong {
		r.page.Refuse(e.Place, e.What, e.Hint)
	}
	out := make([]Prefix, 0, len(cells))
	for _, c := range cells {
		p, bad := parsePrefix(c.text)
		if bad != nil {
			r.page.Refuse(c.at, bad.what, bad.hint)
			continue
		}
		out = append(out, Prefix{p, c.at})
	}
	if len(cells) == 0 && len(wrong) == 0 {
		r.page.Refuse(sheet.Place{File: shown, Line: 1, Col: 1}, "pool "+pool+" is empty: the file has no prefix", "write one prefix a line")
	}
	return out
}

// lines are the texts of a file with one prefix a line and # comments.
func lines(file string, data []byte) []cell {
	var out []cell
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line, _, _ = strings.Cut(line, "#")
		if text := strings.TrimSpace(line); text != "" {
			col := 1 + utf8.RuneCountInString(line[:strings.Index(line, text)])
			out = append(out, cell{text, sheet.Place{File: file, Line: number, Col: col}})
		}
	}
	return out
}

// table is the texts of one column of a CSV file whose first line names the columns.
func table(file string, data []byte, column string) ([]cell, sheet.Errors) {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comment, reader.ReuseRecord, reader.TrimLeadingSpace = '#', true, true
	header, err := reader.Read()
	if err == io.EOF {
		return nil, nil
	} else if err != nil {
		return nil, sheet.Errors{csvError(file, err)}
	}
	at := slices.Index(header, column)
	if at < 0 || slices.Contains(header[at+1:], column) {
		line, col := reader.FieldPos(0)
		return nil, sheet.Errors{{Place: sheet.Place{File: file, Line: line, Col: col},
			What: fmt.Sprintf("the first line does not have one column %s", sheet.Quote(column)), Hint: sheet.DidYouMean(column, header)}}
	}
	var out []cell
	for {
		record, err := reader.Read()
		if err == io.EOF {
			return out, nil
		} else if err != nil {
			return out, sheet.Errors{csvError(file, err)}
		}
		line, col := reader.FieldPos(at)
		out = append(out, cell{strings.Clone(strings.TrimSpace(record[at])), sheet.Place{File: file, Line: line, Col: col}})
	}
}

func csvError(file string, err error) sheet.Problem {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return sheet.Problem{Place: sheet.Place{File: file, Line: parse.Line, Col: max(1, parse.Column)}, What: "this is no CSV: " + parse.Err.Error()}
	}
	return sheet.Problem{Place: sheet.Place{File: file}, What: err.Error()}
}
