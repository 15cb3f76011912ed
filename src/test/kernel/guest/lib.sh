# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Functions of the scenarios. Culvert's interfaces are in namespace ours, the kernel's in namespace theirs; the two are
# connected by a veth pair. Pair NAME number N has the interfaces oNAME and tNAME with the addresses 10.N.0.1 and
# 10.N.0.2, fd00:N::1 and fd00:N::2, and the ports 1000 + N and 2000 + N.

root=$(readlink -f "$here/../../../..")
culvert=$root/bin/culvert
metrics=/run/metrics.sock
# The virtual machine is slow and nothing decides by time: an answer has this many seconds.
patience=180

in_ours() {
    ip netns exec ours "$@"
}

in_theirs() {
    ip netns exec theirs "$@"
}

# Runs a scenario, function $2 with arguments $3 and so on, and prints one line of its result: PASS, FAIL with what it
# printed, or SKIP with the reason if it called skip.
scenario() {
    local name=$1 log status=0 line
    shift
    log=$(mktemp)
    # In the background, since bash ignores "set -e" to the left of "||".
    (
        set -euo pipefail
        "$@"
    ) >"$log" 2>&1 </dev/null &
    wait $! || status=$?
    case $status in
        0) echo "PASS $name" ;;
        77) echo "SKIP $name: $(tail -n 1 "$log")" ;;
        *)
            echo "FAIL $name: status $status: $(tail -n 1 "$log")"
            tail -n 25 "$log" | while IFS= read -r line; do echo "    $line"; done
            # shellcheck disable=SC2034  # run.sh reads it
            failed=1
            ;;
    esac
    rm -f "$log"
}

skip() {
    echo "$*"
    exit 77
}

fail() {
    echo "$*"
    exit 1
}

# Fails if a command succeeds.
refused() {
    ! "$@" || fail "should have failed: $*"
}

# Waits until a command succeeds.
await() {
    local end=$((SECONDS + patience))
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || fail "not within $patience s: $*"
        sleep 0.2
    done
}

equal() {
    [ "$2" = "$3" ] || fail "$1: expected $2, got $3"
}

# Whether this kernel is at least $1.
kernel_is() {
    [ "$(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1)" = "$1" ]
}

# The value of a metric of the service: $1 is a pattern of its name and labels.
metric() {
    curl -sS --max-time "$patience" --unix-socket "$metrics" http://localhost/metrics \
        | awk -v "name=$1" '$0 ~ "^" name { sum += $NF } END { printf "%d\n", sum }'
}

# Has the service carry interface $1 in namespace ours; $2 and so on are variables of its environment.
carry() {
    in_ours env "${@:2}" "$culvert" "$1"
}

# Makes the interfaces of pair $1, number $2, with peers but without endpoints, and sets them up.
make_pair() {
    local name=$1 n=$2 side
    shift 2
    mkdir -p "/run/$name"
    (umask 077 && wg genkey >"/run/$name/ours" && wg genkey >"/run/$name/theirs" && wg genpsk >"/run/$name/preshared")
    for side in ours theirs; do
        wg pubkey <"/run/$name/$side" >"/run/$name/$side.public"
    done
    echo "$n" >"/run/$name/number"
    [ -e "/var/run/wireguard/o$name.sock" ] || carry "o$name" "$@"
    ip -n theirs link add "t$name" type wireguard
    in_ours wg set "o$name" private-key "/run/$name/ours" listen-port $((1000 + n))
    in_theirs wg set "t$name" private-key "/run/$name/theirs" listen-port $((2000 + n))
    add_peers "$name"
    ip -n ours address add "10.$n.0.1/24" dev "o$name"
    ip -n ours address add "fd00:$n::1/64" dev "o$name" nodad
    ip -n theirs address add "10.$n.0.2/24" dev "t$name"
    ip -n theirs address add "fd00:$n::2/64" dev "t$name" nodad
    ip -n ours link set "o$name" mtu 1420 up
    ip -n theirs link set "t$name" mtu 1420 up
}

add_peers() {
    local name=$1 n
    n=$(cat "/run/$name/number")
    in_ours wg set "o$name" peer "$(cat "/run/$name/theirs.public")" preshared-key "/run/$name/preshared" \
        allowed-ips "10.$n.0.2/32,fd00:$n::2/128"
    in_theirs wg set "t$name" peer "$(cat "/run/$name/ours.public")" preshared-key "/run/$name/preshared" \
        allowed-ips "10.$n.0.1/32,fd00:$n::1/128"
}

# Removes the peers of pair $1 and adds them again, without session, counters and endpoints.
forget() {
    in_ours wg set "o$1" peer "$(cat "/run/$1/theirs.public")" remove
    in_theirs wg set "t$1" peer "$(cat "/run/$1/ours.public")" remove
    add_peers "$1"
}

# Gives one side of pair $1 an endpoint at the other: it initiates. $2 is ours or theirs, $3 is 4 or 6.
connect() {
    local name=$1 n peer
    n=$(cat "/run/$name/number")
    case $2 in
        ours) peer=$(cat "/run/$name/theirs.public") ;;
        theirs) peer=$(cat "/run/$name/ours.public") ;;
    esac
    case $2$3 in
        ours4) in_ours wg set "o$name" peer "$peer" endpoint "192.168.5.2:$((2000 + n))" ;;
        ours6) in_ours wg set "o$name" peer "$peer" endpoint "[fd05::2]:$((2000 + n))" ;;
        theirs4) in_theirs wg set "t$name" peer "$peer" endpoint "192.168.5.1:$((1000 + n))" ;;
        theirs6) in_theirs wg set "t$name" peer "$peer" endpoint "[fd05::1]:$((1000 + n))" ;;
    esac
}

# A field of wg show for the one peer of pair $1: $2 is ours or theirs, $3 the field.
show() {
    case $2 in
        ours) in_ours wg show "o$1" "$3" | cut -f 2- ;;
        theirs) in_theirs wg show "t$1" "$3" | cut -f 2- ;;
    esac
}

# Sends pings through pair $1 from side $2; $3 and so on are options. All are answered.
pings() {
    local name=$1 n
    n=$(cat "/run/$name/number")
    case $2 in
        ours4) in_ours ping -q -W "$patience" "${@:3}" "10.$n.0.2" ;;
        ours6) in_ours ping -q -W "$patience" "${@:3}" "fd00:$n::2" ;;
        theirs4) in_theirs ping -q -W "$patience" "${@:3}" "10.$n.0.1" ;;
        theirs6) in_theirs ping -q -W "$patience" "${@:3}" "fd00:$n::1" ;;
    esac
}

# Whether each side of pair $1 has received what the other has sent, to the byte.
counts_agree() {
    local of_ours of_theirs
    of_ours=$(show "$1" ours transfer)
    of_theirs=$(show "$1" theirs transfer)
    [ "${of_ours%%$'\t'*}" = "${of_theirs##*$'\t'}" ] && [ "${of_ours##*$'\t'}" = "${of_theirs%%$'\t'*}" ]
}

# Fails with both counters unless they come to agree.
same_counters() {
    local i
    for i in $(seq 50); do
        ! counts_agree "$1" || { show "$1" ours transfer; return 0; }
        sleep 0.2
    done
    fail "received and sent after $i looks: ours $(show "$1" ours transfer), the kernel's $(show "$1" theirs transfer)"
}

# Sends a file of $3 bytes through TCP from side $2 of pair $1, and compares what arrives.
send_file() {
    local name=$1 side=$2 size=$3 n from to address
    n=$(cat "/run/$name/number")
    case $side in
        ours) from=in_ours to=in_theirs address=10.$n.0.2 ;;
        theirs) from=in_theirs to=in_ours address=10.$n.0.1 ;;
    esac
    head -c "$size" /dev/urandom >"/run/$name/sent"
    $to timeout "$patience" busybox nc -l -p 5000 >"/run/$name/arrived" </dev/null &
    await listening "$to"
    # shellcheck disable=SC2016  # the inner shell expands these
    $from timeout "$patience" bash -c 'exec 3<>"/dev/tcp/$0/5000" && cat "$1" >&3' "$address" "/run/$name/sent"
    wait $!
    cmp "/run/$name/sent" "/run/$name/arrived"
}

listening() {
    $1 ss -Hltn 'sport = :5000' | grep -q .
}
