# make demo   the main job on an embedded default: a lab fleet, two phases, pushed and read back
# make test   every test
# make check  what CI runs besides: format, vet, staticcheck, race detector
# make golden rewrites the golden files; review the diff before you commit it
# make conformance  our gNMI side against ygot, lemming and the gnmic command; builds them, which takes minutes
# make fuzz   all fuzz targets for FUZZTIME each
# make test-faults  everything that can go wrong, at every point; writes docs/reliability.md
# make bench  speed and memory, as ratios measured in one run

GO ?= go
FUZZTIME ?= 10s
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: build demo test conformance test-faults check lint race golden fuzz bench tools clean

build:
	$(GO) build -o bin/ ./cmd/...

demo: build
	@sh cmd/op25b/demo.sh bin

test: tools
	$(GO) test -timeout 30m ./...

# A module of its own carries what is not ours. Where gnmic does not build, its tests skip and say so.
conformance: tools
	@sh lab/conformance/gnmic/build bin/gnmic || echo "op25b: gnmic did not build, so its tests will skip" >&2
	cd lab/conformance && OP25B_GNMIC=$(CURDIR)/bin/gnmic $(GO) test -timeout 20m ./...

test-faults: tools
	OP25B_SWEEP=1 OP25B_RELIABILITY=$(CURDIR)/docs/reliability.md $(GO) test -run '^TestFaults$$' -timeout 90m ./cmd/op25b

check: lint race

lint:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w $$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	cd lab/conformance && $(GO) vet ./... && $(GO) run $(STATICCHECK) ./...

race:
	OP25B_POINTS=1 $(GO) test -race -timeout 30m ./pusher/... ./lab/... ./cmd/...

golden:
	OP25B_UPDATE_GOLDEN=1 $(GO) test ./golden/... ./templates/... ./cmd/...

fuzz:
	@sh .ci/fuzz $(FUZZTIME)

bench: build
	@sh .ci/bench

# What checks our work and that we did not write: OpenSSH's ssh, rancid's clogin and jlogin, Chromium.
tools:
	@sh .ci/tools

clean:
	rm -rf bin
