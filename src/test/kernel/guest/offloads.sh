# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2317
# What Culvert finds this kernel to offer.

carry oprobe

offload() {
    metric "culvert_offload_enabled.*\"$1\".*\"oprobe\"|culvert_offload_enabled.*\"oprobe\".*\"$1\""
}

# Offload $1 is on from release $2 on, and off before, with a reason.
since() {
    if kernel_is "$2"; then
        equal "$1" 1 "$(offload "$1")"
    else
        equal "$1" 0 "$(offload "$1")"
    fi
}

scenario "TCP segmentation of the TUN" since tun-tso 6.1
scenario "TCP coalescing of the TUN" since tun-tcp-gro 6.1
scenario "UDP segmentation of the TUN (USO) is found from Linux 6.2 on" since tun-uso 6.2
scenario "UDP coalescing of the TUN is found from Linux 6.2 on" since tun-udp-gro 6.2
scenario "VXLAN and Geneve are coalesced from Linux 6.8.5 on" since tun-vxlan-gro 6.8.5
scenario "VXLAN and Geneve are segmented from Linux 6.17 on" since tun-tunnel-tso 6.17
scenario "UDP_GRO" since udp-gro 6.1
