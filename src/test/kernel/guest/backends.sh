# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2317
# How Culvert talks to this kernel: io_uring, io_uring forbidden, plain system calls, no offloads.


# Pair $1, number $2, with the variables $3 and so on carries pings, TCP and the same counters.
carries() {
    make_pair "$@"
    connect "$1" theirs 4
    pings "$1" theirs4 -c 5 -i 0.2
    pings "$1" ours6 -c 5 -i 0.2
    send_file "$1" ours 500000
    send_file "$1" theirs 500000
    same_counters "$1"
}

uses_io_uring() {
    carries ring 11 CULVERT_IO=io_uring
    equal "io_uring enabled" 1 "$(metric 'culvert_io_uring_enabled.*"oring"')"
}

forbidden() {
    sysctl -w kernel.io_uring_disabled=2
    carries forbid 12
    sysctl -w kernel.io_uring_disabled=0
    equal "io_uring enabled" 0 "$(metric 'culvert_io_uring_enabled.*"oforbid"')"
    grep -E 'io_uring: off \(.+\), using plain system calls' /run/service.log
}

plain() {
    carries plain 13 CULVERT_IO=plain
    equal "io_uring enabled" 0 "$(metric 'culvert_io_uring_enabled.*"oplain"')"
}

scenario "io_uring carries traffic" uses_io_uring
# Older kernels cannot forbid it but by seccomp, which BackendTest does.
! kernel_is 6.6 || scenario "where io_uring is forbidden, system calls carry traffic" forbidden
scenario "the plain backend carries traffic" plain
scenario "without any offload traffic passes" carries bare 14 CULVERT_OFFLOADS=-all
