package golden_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestDocumentsAreYang: the document that a router of dialect openconfig holds in each phase of each
// story is one of the published models, by a validator that is not ours.
func TestDocumentsAreYang(t *testing.T) {
	models, err := filepath.Abs(filepath.Join("..", "..", "shared", "data", "yang"))
	must(t, err)
	if _, err := os.Stat(models); err != nil {
		t.Skip("../../shared/data/yang is absent")
	}
	lint, err := exec.LookPath("yanglint")
	if err != nil {
		t.Skip("yanglint is absent; it is in the package libyang2-tools")
	}
	args := []string{"-t", "config", "-p", models}
	for _, m := range []string{"openconfig-packet-match-types", "openconfig-interfaces", "iana-if-type", "openconfig-acl"} {
		args = append(args, filepath.Join(models, m+".yang"))
	}
	folder, documents := t.TempDir(), 0
	for _, dir := range stories(t) {
		s := load(t, dir)
		for _, device := range s.devices {
			if device.Dialect != "openconfig" {
				continue
			}
			for _, phase := range s.desk.Policy.Phases {
				s.desk.Date = phase.Start
				text, err := s.desk.Text(device)
				must(t, err)
				var document map[string]any
				must(t, json.Unmarshal([]byte(s.after(t, device, text.Text)), &document))
				delete(document, "openconfig-system:system") // its model is not among them
				out, err := json.Marshal(document)
				must(t, err)
				path := filepath.Join(folder, dir+"-"+phase.Name+"-"+device.Name+".json")
				must(t, os.WriteFile(path, out, 0o644))
				args, documents = append(args, path), documents+1
			}
		}
	}
	if documents < 5 {
		t.Fatalf("the stories have %d documents", documents)
	}
	if out, err := exec.Command(lint, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
