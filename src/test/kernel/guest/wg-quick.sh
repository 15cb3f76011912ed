# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2317
# wg-quick starts Culvert where the kernel has no WireGuard, and talks to the kernel's where it has.

# Files for both ends: $1 is the side of Culvert's interface, $2 its number.
write_files() {
    local name=$1 n=$2 ours theirs
    mkdir -p "/run/$name"
    ours=$(wg genkey)
    theirs=$(wg genkey)
    cat >"/run/$name/o$name.conf" <<END
[Interface]
PrivateKey = $ours
ListenPort = $((1000 + n))
Address = 10.$n.0.1/24, fd00:$n::1/64
MTU = 1400
[Peer]
PublicKey = $(wg pubkey <<<"$theirs")
AllowedIPs = 10.$n.0.2/32, fd00:$n::2/128
Endpoint = 192.168.5.2:$((2000 + n))
PersistentKeepalive = 25
END
    cat >"/run/$name/t$name.conf" <<END
[Interface]
PrivateKey = $theirs
ListenPort = $((2000 + n))
Address = 10.$n.0.2/24, fd00:$n::2/64
[Peer]
PublicKey = $(wg pubkey <<<"$ours")
AllowedIPs = 10.$n.0.1/32, fd00:$n::1/128
END
    chmod 600 "/run/$name/"*.conf
    echo "$n" >"/run/$name/number"
}

set_up() {
    [ ! -e /sys/module/wireguard ] || fail "the kernel's module is loaded: this group is the first"
    echo 'install wireguard /bin/false' >/etc/modprobe.d/culvert-test.conf
    write_files quick 41
    in_ours env WG_QUICK_USERSPACE_IMPLEMENTATION="$culvert" wg-quick up /run/quick/oquick.conf
    [ -e /var/run/wireguard/oquick.sock ]
    rm /etc/modprobe.d/culvert-test.conf
}

talk() {
    in_theirs wg-quick up /run/quick/tquick.conf
    pings quick ours4 -c 2
    pings quick theirs6 -c 2
}

gone() {
    [ ! -e /var/run/wireguard/oquick.sock ] && ! ip -n ours link show oquick 2>/dev/null
}

set_down() {
    in_theirs wg-quick down /run/quick/tquick.conf
    in_ours wg-quick down /run/quick/oquick.conf
    await gone
}

# The kernel has the module: wg-quick would use it, and culvert up does not.
culvert_up() {
    write_files up 42
    in_ours "$culvert" up /run/up/oup.conf
    in_theirs wg-quick up /run/up/tup.conf
    pings up ours4 -c 2
    pings up theirs6 -c 2
    in_ours "$culvert" down /run/up/oup.conf
    in_theirs wg-quick down /run/up/tup.conf
}

scenario "wg-quick sets Culvert up where the kernel has no WireGuard" set_up
scenario "it talks to an interface that wg-quick makes of the kernel's WireGuard" talk
scenario "wg-quick takes it down" set_down
scenario "culvert up and down work beside the kernel's module" culvert_up
