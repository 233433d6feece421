#!/bin/sh
# The main job on a lab of ten routers, over SSH and gNMI: a policy, a plan, a push in waves, the next
# phase; then two routers that lose a confirmation. Everything happens in a temporary folder and on the
# loopback. Usage: demo.sh FOLDER-OF-THE-PROGRAMS
set -eu
bin=$(cd "$1" && pwd)
story=$(cd "$(dirname "$0")/../../golden/plala-2005" && pwd)
dir=$(mktemp -d)
lab=
trap 'test -z "$lab" || kill $lab 2>/dev/null; rm -rf "$dir"' EXIT INT TERM
cd "$dir"

say() { printf '\n== %s\n' "$*"; }
try() { printf '\n$ op25b %s\n' "$*"; "$bin/op25b" "$@"; }
# coming: an exit code that is expected here: 2 says that there is a difference, 4 that it was rolled back
coming() { want=$1; shift; code=0; try "$@" || code=$?; test $code = "$want"; }
id() { sed -n 's/^  "id": "\(............\).*/\1/p' "$1"; }

# up starts a lab with what is said of it, and makes the folder a workspace for it
up() {
	"$bin/op25b-lab" up -o lab --for 30m "$@" &
	lab=$!
	tries=0
	until test -s lab/env && test -s lab/inventory.yaml; do
		tries=$((tries + 1))
		kill -0 $lab 2>/dev/null && test $tries -lt 1200 || { echo "the lab did not come up" >&2; exit 1; }
		sleep 0.1
	done
	. lab/env
	cp -r lab/inventory.yaml "$story/policy.yaml" "$story/pools" .
	cat >rollout.yaml <<'ROLLOUT'
version: 1
waves:
  - { name: canary, one-of-each: dialect }
  - { name: rest }
limits: { parallel: 20, max-failed: 1, max-failed-total: 3 }
confirm: 5m
ROLLOUT
}

down() { kill $lab; wait $lab || true; lab=; }

say "ten routers of five kinds, played on the loopback; two of them are spoken to over gNMI"
up -n 10

say "the story of Plala, 2005: Vodafone's mail servers first"
try check --phase vodafone
coming 2 diff --phase vodafone tyo-iosxe-1
try plan --phase vodafone -o vodafone.plan >/dev/null

say "the story plays in 2005, so the push says that it is out of its dates"
try push vodafone.plan --yes="$(id vodafone.plan)" --outside-window

say "nothing is left to do"
try diff --phase vodafone

say "the second phase: au and Tu-Ka"
coming 2 diff --phase au-tuka tyo-junos-1
try plan --phase au-tuka -o au.plan >/dev/null
try push au.plan --yes="$(id au.plan)" --outside-window
try diff --phase au-tuka
try fetch -o running
try prove --phase au-tuka --config running

say "a night that goes wrong: one router on SSH and one on gNMI lose the confirmation, and nothing stays half done"
down
mkdir "$dir/night" && cd "$dir/night"
up -n 2 --dialect iosxe,openconfig --lose-confirm tyo-iosxe-1,osk-openconfig-1
try plan --phase vodafone -o vodafone.plan >/dev/null
coming 4 push vodafone.plan --yes="$(id vodafone.plan)" --outside-window
try status

say "done; the same by hand: op25b-lab up -n 10 -o lab, and README.md"
