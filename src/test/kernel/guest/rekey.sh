# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2317
# Keys change after 120 s, which no clock shortens: two pairs run at the same time, one initiated by each side.

make_pair first 51
make_pair second 52

# Pings from side $2 of pair $1 for 130 s. None is lost, the initiator has begun a second session, and bytes agree.
rekeys() {
    local began
    connect "$1" "$2" 4
    pings "$1" "${2}4" -c 1
    began=$(show "$1" "$2" latest-handshakes)
    pings "$1" "${2}4" -c 260 -i 0.5
    [ "$(show "$1" "$2" latest-handshakes)" -ge $((began + 119)) ] || fail "no second handshake"
    same_counters "$1"
}

(set -euo pipefail; rekeys first ours) >/run/first/log 2>&1 &
ours=$!
(set -euo pipefail; rekeys second theirs) >/run/second/log 2>&1 &
theirs=$!
outcome() {
    cat "/run/$1/log"
    exit "$2"
}
wait $ours && status=0 || status=$?
scenario "Culvert, as initiator, changes keys after 120 s without loss" outcome first "$status"
wait $theirs && status=0 || status=$?
scenario "the kernel, as initiator, changes keys after 120 s without loss" outcome second "$status"
