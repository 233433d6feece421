package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"op25b/lab"
)

// The user of all routers. The passwords are made anew at every start: a lab that is left
// running is open to nobody else on the machine.
const user = "op25b"

// router is one router of the fleet with what an inventory says about it.
type router struct {
	kind   lab.Kind
	server *lab.Server
	site   string
}

func (o options) up(ctx context.Context, out, talk io.Writer) error {
	chosen, err := o.kinds()
	if err != nil {
		return err
	}
	if o.time > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, o.time)
		defer stop()
	}
	password, enable := rand.Text(), rand.Text()
	fleet := &lab.Fleet{Door: lab.Door{User: user, Password: password}}
	defer fleet.Close()
	routers, err := o.start(fleet, chosen, enable)
	if err != nil {
		return err
	}
	if err := o.write(fleet, routers, password, enable); err != nil {
		return err
	}
	for _, r := range routers {
		iface, _ := r.attachment()
		fmt.Fprintf(out, "%-16s %-10s %-15s %s\n", r.server.Name(), r.kind.Dialect, r.server.Address(), iface)
	}
	fmt.Fprintf(talk, "op25b-lab: %d routers are up; next: . %s\n", len(routers), filepath.Join(o.dir, "env"))
	<-ctx.Done()
	fmt.Fprintln(talk, "op25b-lab: all routers are down")
	return fleet.Close()
}

// kinds is the kinds that were asked for, all of them by default.
func (o options) kinds() ([]lab.Kind, error) {
	if o.count < 1 {
		return nil, fmt.Errorf("-n %d: at least one router", o.count)
	}
	for _, d := range o.dialects {
		if !slices.Contains(dialects(), d) {
			return nil, fmt.Errorf("--dialect %s: the lab plays %s", d, strings.Join(dialects(), ", "))
		}
	}
	return slices.DeleteFunc(kinds(), func(k lab.Kind) bool {
		return len(o.dialects) > 0 && !slices.Contains(o.dialects, k.Dialect)
	}), nil
}

// start makes the routers: kinds in turn, the first half in Tokyo, the rest in Osaka.
func (o options) start(fleet *lab.Fleet, chosen []lab.Kind, enable string) ([]router, error) {
	var all []router
	for i := range o.count {
		k, site := chosen[i%len(chosen)], "tyo"
		if i >= (o.count+1)/2 {
			site = "osk"
		}
		name := fmt.Sprintf("%s-%s-%d", site, k.Dialect, i/len(chosen)+1)
		d := k.New(lab.Setup{Hostname: name, Enable: enable, Clock: lab.WallClock{Speed: o.speed}})
		if err := d.Load(k.Config(name, i+1)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s, err := fleet.Add(name, d)
		if err != nil {
			return nil, err
		}
		all = append(all, router{k, s, site})
	}
	for _, name := range o.deaf {
		s := fleet.Server(name)
		if s == nil {
			return nil, fmt.Errorf("--lose-confirm %s: there is no such router", name)
		}
		s.Device().Spoil(lab.Fault{SkipConfirm: true})
	}
	return all, nil
}

// write leaves the files in the folder; the credentials are readable by the user alone.
func (o options) write(fleet *lab.Fleet, routers []router, password, enable string) error {
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	env := fmt.Sprintf("export OP25B_LAB_USERNAME=%s\nexport OP25B_LAB_PASSWORD=%s\nexport OP25B_LAB_ENABLE=%s\n"+
		"export OP25B_KNOWN_HOSTS='%s'\nexport OP25B_TLS_CA='%s'\n",
		user, password, enable, filepath.Join(dir, "known_hosts"), filepath.Join(dir, "ca.pem"))
	for _, f := range []struct {
		name, text string
		mode       os.FileMode
	}{
		{"inventory.yaml", inventoryOf(routers), 0o644},
		{"known_hosts", fleet.KnownHosts(), 0o644},
		{"ca.pem", fleet.Authority(), 0o644},
		{"env", env, 0o600},
	} {
		if err := os.WriteFile(filepath.Join(o.dir, f.name), []byte(f.text), f.mode); err != nil {
			return err
		}
	}
	return os.Chmod(filepath.Join(o.dir, "env"), 0o600)
}

// attachment is where the policy is to hold: towards the customers. The customers' side of the
// RTX has the factory's list, which is not ours, so there it is the line to the outside.
func (r router) attachment() (iface, direction string) {
	if r.kind.Dialect == "rtx" {
		return "pp 1", "out"
	}
	return r.kind.Interface, "in"
}

// inventoryOf is the fleet as op25b reads it.
func inventoryOf(routers []router) string {
	var b strings.Builder
	b.WriteString("# written by op25b-lab at " + time.Now().UTC().Format(time.RFC3339) + "; the ports are of this run\n" +
		"version: 1\ndefaults: { transport: ssh, credentials: lab }\ndevices:\n")
	for _, r := range routers {
		at := r.server.Address()
		iface, direction := r.attachment()
		fmt.Fprintf(&b, "  %s:\n    address: %s\n    port: %d\n    dialect: %s\n    revert: %s\n    labels: { site: %s, role: edge }\n"+
			"    attach:\n      - interface: %s\n        direction: %s\n",
			r.server.Name(), at.Addr(), at.Port(), r.kind.Dialect, r.kind.Revert, r.site, iface, direction)
	}
	return b.String()
}
