#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Boots the systemd of a Debian root in namespaces of its own, but for that of the network, which is the caller's. What
# it writes goes to a file system in memory, and ends with it.
#
# boot.sh ROOT CGROUP: the root, and the directory of an empty control group of version 2.
set -eu
root=$1 cgroup=$2
echo $$ >"$cgroup/cgroup.procs"
# shellcheck disable=SC2016
exec unshare --mount --pid --uts --ipc --cgroup --fork --kill-child --propagation private sh -euc '
    mount -t tmpfs tmpfs /mnt
    mkdir /mnt/upper /mnt/work /mnt/root
    mount -t overlay -o "lowerdir=$0,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/root
    cd /mnt/root
    mount -t proc proc proc
    # networkd waits for udev, which a container has not, unless this cannot be written.
    mount -t sysfs -o ro sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs -o mode=755 tmpfs dev
    mkdir dev/net dev/pts dev/shm
    for device in null zero full random urandom tty net/tun; do
        touch "dev/$device"
        mount --bind "/dev/$device" "dev/$device"
    done
    mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    mkdir host
    pivot_root . host
    umount -l /host
    exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=console
' "$root"
