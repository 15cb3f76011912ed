#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# boot.sh KERNEL_DIR SCRIPT [GROUP...]: runs SCRIPT as root in a virtual machine with the kernel that fetch.sh brought
# to KERNEL_DIR, on a copy in memory of this machine's root file system. Shows the machine's console; the status is the
# script's, or 125 if the machine ended without one, or 124 if it did not end within CULVERT_GUEST_SECONDS.
#
# CULVERT_GUEST_ACCEL=kvm runs the guest on the processor itself. Without it QEMU translates (TCG), 20 to 50 times
# slower, one virtual processor at a time: with both at once, guests stop or die now and then.
# CULVERT_GUEST_MONITOR=FILE makes a socket of QEMU's monitor.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
kernel=$(readlink -f "$1")
script=$(readlink -f "$2")
shift 2
groups=$*

case ${CULVERT_GUEST_ACCEL:-tcg} in
    kvm) machine=(-accel kvm -cpu host) ;;
    # HotSpot crashes on TCG's "max". This one has no AVX: OpenSSL serves as the cipher.
    tcg) machine=(-accel "tcg,thread=${CULVERT_GUEST_THREADS:-single}" -cpu Nehalem) ;;
    *) echo "boot.sh: error: CULVERT_GUEST_ACCEL=$CULVERT_GUEST_ACCEL: expected kvm or tcg" >&2; exit 2 ;;
esac
[ -z "${CULVERT_GUEST_MONITOR:-}" ] || machine+=(-monitor "unix:$CULVERT_GUEST_MONITOR,server,nowait")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/log
# Linux unpacks RAM disks that follow each other.
cp "$kernel/initrd" "$work/initrd"
(cd "$here" && echo init | cpio --quiet -o -H newc | gzip) >>"$work/initrd"
status=0
timeout "${CULVERT_GUEST_SECONDS:-900}" qemu-system-x86_64 "${machine[@]}" -smp 2 -m 3072 -no-reboot -nodefaults \
    -display none -serial stdio -kernel "$kernel/vmlinuz" -initrd "$work/initrd" -append "console=ttyS0 quiet \
panic=1 mitigations=off culvert.kernel=$kernel culvert.script=$script culvert.groups=${groups// /,} \
culvert.java=${JAVA_HOME:-}" \
    -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
    -device virtio-9p-pci,fsdev=root,mount_tag=root -device virtio-rng-pci </dev/null 2>&1 \
    | sed -u 's/\r$//' | tee "$log" | grep -a --line-buffered -v '^guest: ' || status=${PIPESTATUS[0]}
[ "$status" != 124 ] || { echo "boot.sh: the guest did not end within ${CULVERT_GUEST_SECONDS:-900} s"; exit 124; }
ended=$(grep -a '^guest: ' "$log" | tail -n 1)
case $ended in
    'guest: status '*) exit "${ended##* }" ;;
esac
echo "boot.sh: the guest ended early${ended:+: ${ended#guest: }}"
exit 125
