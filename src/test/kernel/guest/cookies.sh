# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2317
# Both ends ask for a cookie under a flood of initiations, and have a new session by it.

make_pair cookie 31
flood=$root/src/test/target/kernel/flood
messages=/sys/kernel/debug/dynamic_debug/control

in_hexadecimal() {
    base64 -d <"$1" | od -An -v -tx1 | tr -d ' \n'
}

# Floods side $1, whose public key, address and port follow, with so many initiations a second: more than a processor of
# the guest can answer, and not so many that sockets overflow and nothing else gets through.
under_flood() {
    local from=in_theirs
    [ "$1" = ours ] || from=in_ours
    $from "$flood" "${@:2}" &
    floods=$!
    trap 'kill "$floods"' EXIT
}

# Whether Culvert has sent more than $1 cookies.
asked() {
    [ "$(metric 'culvert_handshake_messages_total.*cookie_sent')" -gt "$1" ]
}

culvert_asks() {
    local before
    [ -x "$flood" ] || skip "$flood is missing: it needs gcc"
    forget cookie
    connect cookie theirs 4
    before=$(metric 'culvert_handshake_messages_total.*cookie_sent')
    under_flood ours "$(in_hexadecimal /run/cookie/ours.public)" 192.168.5.1 1031 500
    await asked $((before + 100))
    await pings cookie theirs4 -c 1 -W 10
    [ "$(show cookie theirs latest-handshakes)" -gt 0 ]
    kill -0 "$floods"
}

kernel_asks() {
    [ -x "$flood" ] || skip "$flood is missing: it needs gcc"
    mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
    [ -e $messages ] || skip "this kernel has no dynamic debug messages"
    forget cookie
    connect cookie ours 4
    dmesg -C
    echo 'module wireguard format "Sending cookie" +p' >$messages
    under_flood theirs "$(in_hexadecimal /run/cookie/theirs.public)" 192.168.5.2 2031 4000
    await pings cookie ours4 -c 1 -W 10
    [ "$(show cookie ours latest-handshakes)" -gt 0 ]
    kill -0 "$floods"
    dmesg | grep -c 'Sending cookie'
}

scenario "under load Culvert asks the kernel for a cookie, and gets a session by it" culvert_asks
scenario "under load the kernel asks Culvert for a cookie, and gets a session by it" kernel_asks
