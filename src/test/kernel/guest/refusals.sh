# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2317
# What must not pass: other keys, other sources.

make_pair wrong 21

# Nothing passes from either side, whoever tries.
nothing_passes() {
    local side
    for side in ours theirs; do
        refused pings wrong ${side}4 -c 2 -i 0.5 -W 2
        equal "handshake of $side" 0 "$(show wrong $side latest-handshakes)"
    done
}

both_connect() {
    forget wrong
    connect wrong ours 4
    connect wrong theirs 4
}

preshared() {
    both_connect
    wg genpsk >/run/wrong/other
    in_ours wg set owrong peer "$(cat /run/wrong/theirs.public)" preshared-key /run/wrong/other
    nothing_passes
    [ "$(metric 'culvert_handshake_failures_total.*wrong_response')" -gt 0 ] || fail "no response was refused"
    in_ours wg set owrong peer "$(cat /run/wrong/theirs.public)" preshared-key /run/wrong/preshared
    await pings wrong ours4 -c 1 -W 2
}

# Culvert knows the kernel, which knows another key.
unknown() {
    local before
    both_connect
    in_theirs wg set twrong peer "$(cat /run/wrong/ours.public)" remove
    refused pings wrong ours4 -c 2 -i 0.5 -W 2
    equal "handshake" 0 "$(show wrong ours latest-handshakes)"
    equal "received" 0 "$(show wrong ours transfer | cut -f 1)"
    both_connect
    before=$(metric 'culvert_handshake_failures_total.*unknown_peer')
    in_ours wg set owrong peer "$(cat /run/wrong/theirs.public)" remove
    refused pings wrong theirs4 -c 2 -i 0.5 -W 2
    equal "handshake of the kernel" 0 "$(show wrong theirs latest-handshakes)"
    [ "$(metric 'culvert_handshake_failures_total.*unknown_peer')" -gt "$before" ] \
        || fail "no initiation of an unknown peer was counted"
}

# A source outside the allowed IPs, from the kernel and from Culvert.
source_of_others() {
    local before
    forget wrong
    connect wrong theirs 4
    pings wrong theirs4 -c 1
    ip -n theirs address add 10.21.0.77/32 dev twrong
    before=$(metric 'culvert_dropped_packets_total.*rx_bad_source')
    refused in_theirs ping -q -c 2 -i 0.5 -W 2 -I 10.21.0.77 10.21.0.1
    [ "$(metric 'culvert_dropped_packets_total.*rx_bad_source')" -gt "$before" ] || fail "no drop was counted"
    ip -n theirs address delete 10.21.0.77/32 dev twrong
    ip -n ours address add 10.21.0.78/32 dev owrong
    refused in_ours ping -q -c 2 -i 0.5 -W 2 -I 10.21.0.78 10.21.0.2
    ip -n ours address delete 10.21.0.78/32 dev owrong
    pings wrong ours4 -c 1
}

scenario "different preshared keys make no session" preshared
scenario "unknown peers get no answer" unknown
scenario "sources of others are refused at both ends" source_of_others
