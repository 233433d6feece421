// Package op25b_test holds the house to its plan: who may import whom.
package op25b_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// table is the import table of the design: a package, and what of ours it may import. Who
// may import acl may import acl/packet. A name that ends in /* stands for each folder below.
func table() map[string][]string {
	return map[string][]string{
		"acl/packet":           {},
		"acl":                  {"acl/packet"},
		"sheet":                {},
		"inventory":            {"sheet"},
		"policy":               {"acl", "inventory", "sheet"},
		"rollout":              {"sheet", "inventory"},
		"templates/words":      {"acl"},
		"templates/yang":       {},
		"templates/openconfig": {"acl", "templates/words", "templates/yang"},
		"templates/*":          {"acl", "templates/words"},
		"templates":            {"acl", "templates/*"},
		"renderer":             {"acl", "templates"},
		"prover":               {"acl", "policy", "inventory"},
		"differ":               {"acl"},
		"plan":                 {"acl"},
		"planner":              {"acl", "policy", "inventory", "rollout", "templates", "renderer", "prover", "differ", "plan", "sheet"},
		"journal":              {"plan"},
		"pusher":               {"plan", "journal", "differ", "templates", "templates/words", "acl", "pusher/cli", "pusher/gnmi"},
		"pusher/cli":           {"plan", "journal", "differ", "templates", "templates/words", "acl"},
		"pusher/gnmi":          {"plan", "journal", "differ", "templates", "templates/words", "templates/yang", "acl"},
		"lab":                  {},
		"lab/*":                {"lab", "lab/*"},
		"golden":               {},
	}
}

func allowed(pkg string) ([]string, bool) {
	t := table()
	if rule, there := t[pkg]; there {
		return rule, true
	}
	rule, there := t[filepath.Dir(pkg)+"/*"]
	return rule, there
}

func permits(rule []string, imported string) bool {
	if imported == "acl/packet" && slices.Contains(rule, "acl") {
		return true
	}
	return slices.Contains(rule, imported) || slices.Contains(rule, filepath.Dir(imported)+"/*")
}

// TestImportTable reads the files themselves: go list would be answered from a cache.
func TestImportTable(t *testing.T) {
	seen := map[string]bool{}
	eachFile(t, func(path string, file *ast.File) {
		pkg := filepath.ToSlash(filepath.Dir(path))
		seen[pkg] = true
		if strings.HasPrefix(pkg, "cmd/") || pkg == "." {
			return
		}
		rule, there := allowed(pkg)
		if !there {
			t.Errorf("%s is not in the import table", pkg)
			return
		}
		for _, i := range file.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			if ours, is := strings.CutPrefix(name, "op25b/"); is && !permits(rule, ours) {
				t.Errorf("%s imports %s, which its row of the import table does not name", path, name)
			}
		}
	})
	for pkg := range table() {
		if !strings.HasSuffix(pkg, "/*") && !seen[pkg] {
			t.Errorf("the import table names %s, which does not exist", pkg)
		}
	}
}

// TestNobodyMeetsTheLab keeps the product free of its simulator, and the planner of the pusher.
func TestNobodyMeetsTheLab(t *testing.T) {
	eachFile(t, func(path string, file *ast.File) {
		if strings.HasPrefix(path, "lab/") || strings.HasPrefix(path, "cmd/op25b-lab/") {
			return
		}
		for _, i := range file.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			if name == "op25b/lab" || strings.HasPrefix(name, "op25b/lab/") {
				t.Errorf("%s imports %s", path, name)
			}
		}
	})
}

// TestHouseRules holds what a reader relies on: no init, no panic below cmd, packages that
// open with a sentence, files that can be held in the head.
func TestHouseRules(t *testing.T) {
	opened := map[string]bool{}
	eachFile(t, func(path string, file *ast.File) {
		pkg := filepath.Dir(path)
		if file.Doc != nil && strings.HasPrefix(file.Doc.Text(), "Package ") || file.Name.Name == "main" {
			opened[pkg] = true
		} else if _, there := opened[pkg]; !there {
			opened[pkg] = false
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "init" && n.Recv == nil {
					t.Errorf("%s has an init", path)
				}
			case *ast.CallExpr:
				if id, is := n.Fun.(*ast.Ident); is && id.Name == "panic" && !strings.HasPrefix(path, "cmd/") {
					t.Errorf("%s panics", path)
				}
			}
			return true
		})
	})
	for pkg, is := range opened {
		if !is {
			t.Errorf("package %s does not open with a sentence", pkg)
		}
	}
}

func eachFile(t *testing.T, do func(path string, file *ast.File)) {
	t.Helper()
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "testdata" || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		do(filepath.ToSlash(path), file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
