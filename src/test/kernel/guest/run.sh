#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154,SC2317
# Runs groups of scenarios in the guest, as root: those of GROUPS_TO_RUN, separated by commas, or all.
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=src/test/kernel/guest/lib.sh
. "$here/lib.sh"

failed=0
groups=${GROUPS_TO_RUN:-wg-quick,tunnel,backends,offloads,refusals,cookies,inner,rekey}
echo "kernel $(uname -r), groups $groups"
set -u
ip link set lo up
for namespace in ours theirs; do
    ip netns add $namespace
    ip -n $namespace link set lo up
done
# An address is not removed with the one before it.
ip netns exec theirs sysctl -qw net.ipv4.conf.all.promote_secondaries=1
ip link add va netns ours type veth peer name vb netns theirs
ip -n ours address add 192.168.5.1/24 dev va
ip -n theirs address add 192.168.5.2/24 dev vb
ip -n ours address add fd05::1/64 dev va nodad
ip -n theirs address add fd05::2/64 dev vb nodad
ip -n ours link set va up
ip -n theirs link set vb up

# One JVM for all interfaces: each would take many seconds to start.
export CULVERT_WARMUP=off
LOG_LEVEL=verbose CULVERT_METRICS="unix:$metrics" "$culvert" service >/run/service.log 2>&1 &
service=$!
ready() {
    [ -e /run/culvert/service ] || ! kill -0 "$service" 2>/dev/null
}
await ready
if [ ! -e /run/culvert/service ]; then
    cat /run/service.log
    echo "FAIL start: culvert service did not start"
    exit 1
fi
echo "ready after $SECONDS s"
for group in ${groups//,/ }; do
    # shellcheck source=/dev/null
    . "$here/$group.sh"
    echo "group $group ended after $SECONDS s"
done
kill -TERM "$service"
status=0
wait "$service" || status=$?
ended_well() {
    equal "exit status" 0 "$status"
    ! grep -iE 'internal error|exception' /run/service.log
}
scenario "the service ends in order, with no internal error" ended_well
[ "$failed" = 0 ] || { echo "    the service's log:"; grep -v '^$' /run/service.log | tail -n 40; }
exit "$failed"
