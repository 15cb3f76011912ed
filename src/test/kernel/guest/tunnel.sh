# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2317
# Handshakes in both roles, traffic, counters and roaming.

make_pair a 1

handshake() {
    forget a
    connect a "$1" "$2"
    pings a "$1$3" -c 1
    [ "$(show a ours latest-handshakes)" -gt 0 ]
    [ "$(show a theirs latest-handshakes)" -gt 0 ]
}

# Initiation or response, ten pings of 84 bytes padded to 96 with 32 of header and tag, and perhaps a keepalive.
counts_of_flood() {
    local sent received
    handshake "$1" 4 4
    forget a
    connect a "$1" 4
    pings a "${1}4" -c 10 -i 0.2
    same_counters a
    IFS=$'\t' read -r received sent < <(show a "$1" transfer)
    equal "received by the initiator" $((10 * 128 + 92)) "$received"
    case $sent in
        $((10 * 128 + 148)) | $((10 * 128 + 148 + 32))) ;;
        *) fail "sent by the initiator: $sent" ;;
    esac
}

sizes() {
    local size
    handshake theirs 4 4
    for size in 0 1 15 16 17 1000 1391 1392 1393 4000 20000 65000; do
        pings a ours4 -c 1 -s $size
        pings a theirs4 -c 1 -s $size
        pings a ours6 -c 1 -s $size
    done
    same_counters a
}

tcp() {
    handshake ours 4 4
    send_file a ours 3000000
    send_file a theirs 3000000
    same_counters a
}

streams() {
    handshake ours 4 4
    in_theirs iperf3 -s -1 -D -B 10.1.0.2 >/dev/null
    sleep 1
    in_ours iperf3 -c 10.1.0.2 -t 2 -P 4 "$@"
}

roam_kernel() {
    handshake ours 4 4
    ip -n theirs address add 192.168.5.22/24 dev vb
    ip -n theirs address delete 192.168.5.2/24 dev vb
    in_theirs wg set ta listen-port 3333
    pings a theirs4 -c 1
    equal endpoint 192.168.5.22:3333 "$(show a ours endpoints)"
    pings a ours4 -c 2
    restore_kernel
}

restore_kernel() {
    ip -n theirs address add 192.168.5.2/24 dev vb
    ip -n theirs address delete 192.168.5.22/24 dev vb
    in_theirs wg set ta listen-port 2001
}

roam_ours() {
    handshake theirs 4 4
    in_ours wg set oa listen-port 4444
    pings a ours4 -c 1
    equal endpoint 192.168.5.1:4444 "$(show a theirs endpoints)"
    in_ours wg set oa peer "$(cat /run/a/theirs.public)" endpoint "[fd05::2]:2001"
    pings a ours6 -c 1
    equal endpoint "[fd05::1]:4444" "$(show a theirs endpoints)"
    pings a theirs4 -c 2
    in_ours wg set oa listen-port 1001
}

new_key() {
    handshake theirs 4 4
    (umask 077 && wg genkey >/run/a/third)
    in_theirs wg set ta private-key /run/a/third
    in_ours wg set oa peer "$(cat /run/a/theirs.public)" remove
    in_ours wg set oa peer "$(wg pubkey </run/a/third)" preshared-key /run/a/preshared allowed-ips 10.1.0.2/32
    pings a theirs4 -c 1
    in_ours wg set oa peer "$(wg pubkey </run/a/third)" remove
    in_theirs wg set ta private-key /run/a/theirs
}

# As after a restart: nothing is left of the session but at the other end.
lost_session() {
    handshake ours 4 4
    case $1 in
        theirs) in_theirs wg set ta peer "$(cat /run/a/ours.public)" remove ;;
        ours) in_ours wg set oa peer "$(cat /run/a/theirs.public)" remove ;;
    esac
    add_peers a
    connect a "$1" 4
    pings a "${1}4" -c 1
}

scenario "Culvert initiates over IPv4" handshake ours 4 4
scenario "the kernel initiates over IPv4" handshake theirs 4 4
scenario "Culvert initiates over IPv6" handshake ours 6 6
scenario "the kernel initiates over IPv6" handshake theirs 6 6
scenario "counters equal the kernel's to the byte when Culvert initiates" counts_of_flood ours
scenario "counters equal the kernel's to the byte when the kernel initiates" counts_of_flood theirs
scenario "packets of all sizes pass and are counted alike" sizes
scenario "TCP arrives unchanged both ways" tcp
scenario "four streams of TCP pass" streams
scenario "UDP passes" streams -u -b 2M -l 1200
scenario "Culvert follows the kernel to another address and port" roam_kernel
scenario "the kernel follows Culvert to another port and to IPv6" roam_ours
scenario "a new private key of the kernel takes effect at once" new_key
scenario "the kernel has lost its session" lost_session theirs
scenario "Culvert has lost its session" lost_session ours
