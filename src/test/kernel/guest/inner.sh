# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2317
# Protocols inside the tunnel that are neither ICMP, TCP nor UDP, or that extend them.

make_pair inner 61
in_ours wg set oinner peer "$(cat /run/inner/theirs.public)" allowed-ips 0.0.0.0/0,::/0
in_theirs wg set tinner peer "$(cat /run/inner/ours.public)" allowed-ips 0.0.0.0/0,::/0
connect inner ours 4

# iperf3 with options $@ from Culvert's side; the environment is that of both ends.
measured() {
    in_theirs iperf3 -s -1 -D -B 10.61.0.2 >/dev/null
    sleep 1
    in_ours iperf3 -c 10.61.0.2 -t 2 "$@"
}

sctp() {
    modprobe sctp
    measured --sctp
    measured --sctp -R
}

mptcp() {
    local before after
    [ -e "$root/src/test/target/kernel/mptcp.so" ] || skip "mptcp.so is missing: it needs gcc"
    before=$(in_theirs nstat -az MPTcpExtMPCapableACKRX | awk 'END { print int($2) }')
    export LD_PRELOAD=$root/src/test/target/kernel/mptcp.so
    measured
    measured -R
    unset LD_PRELOAD
    after=$(in_theirs nstat -az MPTcpExtMPCapableACKRX | awk 'END { print int($2) }')
    [ "$after" -gt "$before" ] || fail "no connection was MPTCP: $before, $after"
    equal "connections that fell back to TCP" 0 \
        "$(in_theirs nstat -az MPTcpExtMPCapableFallbackACK | awk 'END { print int($2) }')"
}

gre() {
    ip -n ours link add gre9 type gre local 10.61.0.1 remote 10.61.0.2
    ip -n theirs link add gre9 type gre local 10.61.0.2 remote 10.61.0.1
    ip -n ours address add 10.69.0.1/24 dev gre9
    ip -n theirs address add 10.69.0.2/24 dev gre9
    ip -n ours link set gre9 up
    ip -n theirs link set gre9 up
    in_ours ping -q -W "$patience" -c 3 -i 0.2 -s 1300 10.69.0.2
    in_theirs ping -q -W "$patience" -c 3 -i 0.2 10.69.0.1
    ip -n ours link delete gre9
    ip -n theirs link delete gre9
}

esp() {
    local side from to
    for side in ours theirs; do
        ip -n $side xfrm state add src 10.61.0.1 dst 10.61.0.2 proto esp spi 0x1001 mode transport \
            aead 'rfc4106(gcm(aes))' 0x00112233445566778899aabbccddeeff01020304 128
        ip -n $side xfrm state add src 10.61.0.2 dst 10.61.0.1 proto esp spi 0x1002 mode transport \
            aead 'rfc4106(gcm(aes))' 0xffeeddccbbaa9988776655443322110004030201 128
        from=out to=in
        [ $side = ours ] || from=in to=out
        ip -n $side xfrm policy add src 10.61.0.1/32 dst 10.61.0.2/32 dir $from \
            tmpl src 10.61.0.1 dst 10.61.0.2 proto esp mode transport
        ip -n $side xfrm policy add src 10.61.0.2/32 dst 10.61.0.1/32 dir $to \
            tmpl src 10.61.0.2 dst 10.61.0.1 proto esp mode transport
    done
    in_ours ping -q -W "$patience" -c 3 -i 0.2 -s 1300 10.61.0.2
    # Both security associations have carried them.
    equal "associations used" 2 "$(in_ours ip -s xfrm state | grep -c ' 3(packets)')"
    for side in ours theirs; do
        ip -n $side xfrm policy flush
        ip -n $side xfrm state flush
    done
}

scenario "SCTP passes" sctp
scenario "MPTCP passes, and stays MPTCP" mptcp
scenario "GRE passes" gre
scenario "ESP passes" esp
