package junos

import (
	"errors"
	"slices"
	"strings"
)

// changeOf is what a line does to a tree.
func (s *session) changeOf(verb string, tokens []token) (func(*node) error, *mistake) {
	switch verb {
	case "set":
		ways, m := s.spell(tokens, toSet)
		return func(t *node) error {
			for _, w := range ways {
				t.put(w)
			}
			t.prune()
			return nil
		}, m
	case "insert", "rename":
		return s.moveOf(verb, tokens)
	case "annotate":
		return s.annotateOf(tokens)
	}
	ways, m := s.spell(tokens, toName)
	if verb == "delete" && len(tokens) == 0 && len(s.way) > 0 {
		ways, m = [][]step{s.way}, nil
	}
	return func(t *node) error {
		for _, w := range ways {
			if err := apply(t, verb, w); err != nil {
				return err
			}
		}
		return nil
	}, m
}

var errNotFound = errors.New("warning: statement not found") // [K], the usual text

func apply(t *node, verb string, way []step) error {
	if verb == "delete" {
		if !t.remove(way) {
			return errNotFound
		}
		return nil
	}
	_, found := t.find(item(way))
	if len(found) == 0 {
		return errNotFound
	}
	for _, n := range found {
		n.inactive = verb == "deactivate"
	}
	return nil
}

// moveOf is "insert A before B", "insert A after B" and "rename A to B".
func (s *session) moveOf(verb string, tokens []token) (func(*node) error, *mistake) {
	at := slices.IndexFunc(tokens, func(t token) bool {
		return verb == "insert" && (t.text == "before" || t.text == "after") || verb == "rename" && t.text == "to"
	})
	if at < 0 || at == len(tokens)-1 {
		return nil, &mistake{-1, "missing argument"}
	}
	ways, m := s.spell(tokens[:at], toName)
	if m != nil {
		return nil, m
	}
	way := ways[0]
	last := way[len(way)-1]
	if shape := last.rule.shape; shape != named && shape != several {
		return nil, &mistake{tokens[at].column, syntaxError}
	}
	target, m := aim(last, tokens[at+1:])
	if m != nil {
		return nil, m
	}
	if verb == "rename" {
		return func(t *node) error { return rename(t, way, target) }, nil
	}
	where := tokens[at].text
	return func(t *node) error { return move(t, way, where, target) }, nil
}

// aim is the statement beside which another is put: of the same kind, its word in front or not.
func aim(kin step, tokens []token) ([]string, *mistake) {
	if len(tokens) > 1 && tokens[0].text == kin.rule.word {
		tokens = tokens[1:]
	}
	name, fault := kin.rule.check(tokens[0].text)
	if fault != "" || len(tokens) > 1 {
		return nil, &mistake{tokens[len(tokens)-1].column, syntaxError}
	}
	if kin.rule.word == "" {
		return []string{name}, nil
	}
	return []string{kin.rule.word, name}, nil
}

func notFound(words []string) error {
	return errors.New("error: statement '" + strings.Join(words, " ") + "' not found") // [K]
}

func move(t *node, way []step, where string, target []string) error {
	parent, found := t.find(way)
	if len(found) != 1 {
		return notFound(way[len(way)-1].words)
	}
	if parent.kid(target...) == nil {
		return notFound(target)
	}
	if found[0].is(target...) {
		return nil
	}
	parent.kids = slices.DeleteFunc(parent.kids, func(k *node) bool { return k == found[0] })
	at := slices.Index(parent.kids, parent.kid(target...))
	if where == "after" {
		at++
	}
	parent.kids = slices.Insert(parent.kids, at, found[0])
	return nil
}

func rename(t *node, way []step, to []string) error {
	parent, found := t.find(way)
	if len(found) != 1 {
		return notFound(way[len(way)-1].words)
	}
	if parent.kid(to...) != nil {
		return errors.New("error: target '" + strings.Join(to, " ") + "' already exists") // [K]
	}
	found[0].words = to
	return nil
}

// annotateOf is `annotate WAY "text"`, which becomes a /* text */ before the statement.
func (s *session) annotateOf(tokens []token) (func(*node) error, *mistake) {
	if len(tokens) < 2 {
		return nil, &mistake{-1, "missing argument"}
	}
	note := unquote(tokens[len(tokens)-1].text)
	ways, m := s.spell(tokens[:len(tokens)-1], toName)
	return func(t *node) error {
		for _, w := range ways {
			_, found := t.find(w)
			if len(found) == 0 {
				return errNotFound
			}
			for _, n := range found {
				n.comment = note
			}
		}
		return nil
	}, m
}
