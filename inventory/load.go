package inventory

import (
	"fmt"
	"strconv"
	"strings"

	"op25b/sheet"
)

// Load reads inventory.yaml. Everything that is wrong comes back as sheet.Errors.
func Load(path string) (Inventory, error) {
	page, err := sheet.Load(path)
	if err != nil {
		return Inventory{}, err
	}
	return read(page)
}

// Read reads the bytes of an inventory; file is the name that errors give it.
func Read(file string, data []byte) (Inventory, error) {
	page, err := sheet.Read(file, data)
	if err != nil {
		return Inventory{}, err
	}
	return read(page)
}

func read(page *sheet.Page) (Inventory, error) {
	top := page.Top().Object("version", "defaults", "devices")
	top.Version()
	defaults := readDefaults(top.Get("defaults"))
	inv := Inventory{Bytes: page.Bytes}
	for _, e := range top.Need("devices", "").Entries() {
		if name, ok := deviceName(e.Key); ok {
			inv.Devices = append(inv.Devices, readDevice(name, e, defaults))
		}
	}
	sameTarget(page, inv.Devices)
	if err := page.Err(); err != nil {
		return Inventory{}, err
	}
	inv.Warnings = page.Warnings()
	return inv, nil
}

// deviceName is a name that can be picked out on a command line, too.
func deviceName(v sheet.Value) (string, bool) {
	name, ok := v.Name()
	if ok && strings.ContainsAny(name, " :,*") {
		v.Refuse("device name "+sheet.Quote(name)+" has a blank, `:`, `,` or `*`", "use letters, digits, `-`, `_` and `.`")
		return "", false
	}
	return name, ok
}

// reached are the keys that `defaults` and a device have in common.
func reached() []string { return []string{"transport", "port", "credentials", "jump", "revert"} }

func readDefaults(v sheet.Value) Device {
	d := Device{Revert: Native}
	if v.IsGiven() {
		d.reach(v.Object(reached()...))
	}
	return d
}

// reach reads how a device is reached; what is not given stays as it is.
func (d *Device) reach(o sheet.Object) {
	if s, ok := o.Get("transport").Word(SSH, GNMI); ok {
		d.Transport = s
	}
	if n, ok := o.Get("port").Number(1, 65535); ok {
		d.Port = n
	}
	if s, ok := credentials(o.Get("credentials")); ok {
		d.Credentials = s
	}
	if s, ok := jump(o.Get("jump")); ok {
		d.Jump = s
	}
	if s, ok := o.Get("revert").Word(Native, Reload, None); ok {
		d.Revert = s
	}
}

func readDevice(name string, e sheet.Entry, defaults Device) Device {
	o := e.Value.Object(append([]string{"address", "dialect", "hostname", "hostkey", "serial",
		"labels", "limits", "numbers", "algorithms", "attach", "variant", "set", "tls"}, reached()...)...)
	d := defaults
	d.Name, d.Place = name, e.Key.Place()
	d.reach(o)
	d.Address, _ = address(o.Need("address", "write its IP address or host name"))
	d.Dialect, _ = o.Need("dialect", "").Word(Dialects()...)
	d.settle(o, defaults)
	d.Hostname = name
	if h := o.Get("hostname"); h.IsGiven() {
		d.Hostname, _ = hostname(h)
	}
	d.HostKey, _ = hostKey(o.Get("hostkey"))
	d.Serial, _ = o.Get("serial").Name()
	d.Labels = readLabels(o.Get("labels"))
	d.Limits.Entries, _ = o.Get("limits").Object("entries").Get("entries").Number(1, 10_000_000)
	d.Numbers = readNumbers(o.Get("numbers"), d.Dialect)
	d.Algorithms = readAlgorithms(o.Get("algorithms"))
	d.readModel(o)
	if d.TLS == Off && d.HostKey != "" {
		o.Get("hostkey").Refuse("`hostkey` pins the key of a certificate, and with `tls: off` there is none",
			"leave one of the two out; without TLS `serial` tells which device it is")
	}
	d.Attach = readAttachments(o.Need("attach", "write the interfaces that the policy is to hold on"), d.Dialect)
	return d
}

// settle fills in what neither the device nor the defaults say. What the defaults say of one
// transport is not for devices that are reached over the other.
func (d *Device) settle(o sheet.Object, defaults Device) {
	usual := defaults.Transport
	if usual == "" {
		usual = SSH
	}
	want := SSH
	if d.Dialect == openconfig {
		want = GNMI
	}
	if v := o.Get("transport"); v.IsGiven() && d.Transport != want && d.Dialect != "" {
		v.Refuse("dialect "+sheet.Quote(d.Dialect)+" is not reached over "+d.Transport, "write `transport: "+want+"`, or leave it out")
	}
	d.Transport = want
	if !o.Get("port").IsGiven() && (d.Port == 0 || usual != want) {
		d.Port = map[string]int{SSH: 22, GNMI: 9339}[want] // IANA: ssh, gnmi-gnoi
	}
	if want == GNMI {
		if v := o.Get("jump"); v.IsGiven() {
			v.Refuse("`jump` is not for dialect openconfig: jump hosts are for SSH", "leave it out, and run op25b where the device is reached without one")
		}
		d.Jump = ""
	}
	if v := o.Get("revert"); d.Dialect == openconfig && d.Revert == Reload {
		v.Refuse("`revert: reload` is not for dialect openconfig", "write native where it has the Commit extension, else none")
		d.Revert = Native
	}
}

const openconfig = "openconfig"

// readModel reads what only devices of dialect openconfig have.
func (d *Device) readModel(o sheet.Object) {
	if d.Dialect != openconfig {
		for _, key := range []string{"variant", "set", "tls"} {
			if v := o.Get(key); v.IsGiven() && d.Dialect != "" {
				v.Refuse("`"+key+"` is for dialect openconfig", "leave the key out")
			}
		}
		return
	}
	d.Set, d.TLS = Replace, Verify
	if s, ok := o.Get("variant").Word(Variants()...); ok {
		d.Variant = s
	}
	if s, ok := o.Get("set").Word(Replace, UnionReplace); ok {
		d.Set = s
	}
	if s, ok := o.Get("tls").Word(Verify, Off); ok {
		d.TLS = s
	}
}

func readLabels(v sheet.Value) map[string]string {
	if !v.IsGiven() {
		return nil
	}
	out := map[string]string{}
	for _, e := range v.Entries() {
		key, ok := e.Key.Name()
		value, fine := e.Value.Name()
		if ok && strings.ContainsAny(key, ": ") {
			e.Key.Refuse("label "+sheet.Quote(key)+" has a blank or `:`", "")
		} else if ok && fine {
			out[key] = value
		}
	}
	return out
}

func readNumbers(v sheet.Value, dialect string) Numbers {
	switch {
	case dialect == "":
		return Numbers{}
	case dialect != "rtx":
		v.Refuse("`numbers` is for dialect rtx: the others name their filters", "leave the key out")
		return Numbers{}
	case !v.IsGiven():
		return defaultNumbers
	}
	s, ok := v.Text()
	if !ok {
		return Numbers{}
	}
	from, to, _ := strings.Cut(s, "-")
	first, err := strconv.Atoi(strings.TrimSpace(from))
	last, wrong := strconv.Atoi(strings.TrimSpace(to))
	if err != nil || wrong != nil || first < 1 || last > lastNumber || last-first < 99 {
		v.Refuse("`numbers` is "+sheet.Quote(s), fmt.Sprintf("write a range of at least 100 numbers from 1 to %d, such as 250000-259999", lastNumber))
		return Numbers{}
	}
	return Numbers{first, last}
}

func readAlgorithms(v sheet.Value) Algorithms {
	o := v.Object("kex", "ciphers", "hostkeys", "macs")
	return Algorithms{
		Kex:      algorithms(o.Get("kex")),
		Ciphers:  algorithms(o.Get("ciphers")),
		HostKeys: algorithms(o.Get("hostkeys")),
		MACs:     algorithms(o.Get("macs")),
	}
}

// readAttachments reads where the policy is to hold. No point stands there twice, by no name that the
// dialect has for it.
func readAttachments(v sheet.Value, dialect string) []Attach {
	var out []Attach
	first := map[string]sheet.Place{}
	for _, item := range v.Items() {
		a := readAttach(item.Object("interface", "direction", "pools", "families", "existing"))
		word := fold(a.Interface)
		if dialect == openconfig {
			word = strings.TrimSuffix(word, ".0") // on most devices Ethernet1 and its subinterface 0 are one interface
		}
		key := word + " " + a.Direction
		if at, twice := first[key]; twice && a.Interface != "" && a.Direction != "" {
			item.Refuse(fmt.Sprintf("%s %s is attached twice: also in line %d", a.Interface, a.Direction, at.Line), "put the pools and families of both into one")
			continue
		}
		first[key] = a.Place
		out = append(out, a)
	}
	return out
}

func readAttach(o sheet.Object) Attach {
	a := Attach{Existing: Refuse, Families: []string{IPv4, IPv6}, Place: o.Place()}
	a.Interface, _ = interfaceName(o.Need("interface", "write its name in full, as the running config has it"))
	a.Direction, _ = o.Need("direction", "write in or out, as the interface sees it").Word("in", "out")
	if v := o.Get("pools"); v.IsGiven() {
		a.Pools, a.PoolPlaces = v.Names()
	}
	if v := o.Get("families"); v.IsGiven() {
		a.Families = families(v)
	}
	if s, ok := o.Get("existing").Word(Refuse, Chain, Embed); ok {
		a.Existing = s
	}
	return a
}

// families are the families of a list, IPv4 first whatever the file's order.
func families(v sheet.Value) []string {
	has := map[string]bool{}
	for _, item := range v.Items() {
		if f, ok := item.Word(IPv4, IPv6); ok && has[f] {
			item.Refuse(sheet.Quote(f)+" is in the list twice", "")
		} else if ok {
			has[f] = true
		}
	}
	var out []string
	for _, f := range []string{IPv4, IPv6} {
		if has[f] {
			out = append(out, f)
		}
	}
	return out
}

// sameTarget warns of two devices behind one address and port.
func sameTarget(page *sheet.Page, devices []Device) {
	first := map[string]string{}
	for _, d := range devices {
		if d.Address == "" {
			continue
		}
		target := fold(d.Target()) + " " + d.Jump
		if other, twice := first[target]; twice {
			page.Warn(d.Place, fmt.Sprintf("%s and %s have the same address %s", other, d.Name, d.Target()), "one router is one device: attach all its interfaces there")
			continue
		}
		first[target] = d.Name
	}
}
