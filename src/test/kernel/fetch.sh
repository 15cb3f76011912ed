#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fetch.sh DIR RELEASE: brings Debian's kernel of a release (6.1, 6.12 or 7.2) to DIR/RELEASE, unless it is there, with
# an initial RAM disk of what mounts the root file system of this machine. Needs apt-get, busybox, cpio, depmod and xz.
set -euo pipefail
release=$2

die() {
    printf 'fetch.sh: error: %s\n' "$*" >&2
    exit 1
}

case $release in
    6.1) suite=bookworm ;;
    6.12) suite=trixie ;;
    7.2) suite=sid ;;
    *) die "no Debian is known to have Linux $release: expected 6.1, 6.12 or 7.2" ;;
esac
mkdir -p "$1"
cd "$1"
exec {lock}>lock
flock "$lock"
[ ! -e "$release/initrd" ] || exit 0
for program in apt-get busybox cpio depmod dpkg-deb xz; do
    command -v $program >/dev/null || die "$program is missing"
done
# shellcheck disable=SC2016  # apt-get expands it
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
[ -n "$mirror" ] || die "the package lists of this machine name no mirror of Debian (apt-get update, on Debian)"

# Lists and settings of apt of their own: the machine's are left alone.
mkdir -p "apt/$suite"/{lists/partial,cache/archives/partial}
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"apt/$suite/sources.list"
apt=(-o "Dir::Etc::sourcelist=$PWD/apt/$suite/sources.list" -o Dir::Etc::sourceparts=/nonexistent
    -o "Dir::State::lists=$PWD/apt/$suite/lists" -o "Dir::Cache=$PWD/apt/$suite/cache" -o APT::Sandbox::User=root
    -o APT::Get::List-Cleanup=false -o Acquire::Languages=none)
apt-get "${apt[@]}" -qq update || die "the package lists of $suite cannot be fetched from $mirror"

# Older kernels are one package, newer ones three.
names=$(apt-cache "${apt[@]}" search --names-only "^linux-(image|binary|modules|base)-${release//./\\.}[.+].*-amd64\$" \
    | cut -d ' ' -f 1 | grep -vE -- '-(rt|cloud)-|unsigned|dbg' || true)
name=$(sed -E 's/^linux-(image|binary|modules|base)-//' <<<"$names" | sort -V | tail -n 1)
[ -n "$name" ] || die "$suite has no Linux $release any more"
rm -rf "$release"
mkdir -p "$release/packages" "$release/root"
mapfile -t packages < <(grep -F -- "-$name" <<<"$names")
(cd "$release/packages" && apt-get "${apt[@]}" -qq download "${packages[@]}")
for package in "$release"/packages/*.deb; do
    dpkg-deb -x "$package" "$release/root"
done
rm -rf "$release/packages" "apt/$suite"
if [ ! -d "$release/root/lib/modules" ]; then
    mkdir -p "$release/root/lib"
    ln -s ../usr/lib/modules "$release/root/lib/modules"
fi
modules=$release/root/lib/modules/$name
image=$(find "$release/root" -name 'vmlinuz*' -type f | head -n 1)
[ -n "$image" ] || die "there is no kernel in the packages of Linux $name"
cp "$image" "$release/vmlinuz"

# What the kernel needs to mount the root. It loads no compressed modules, and depmod takes minutes in the guest.
early=$release/early
mkdir -p "$early"/{bin,proc,sys,dev,"lib/modules/$name/kernel"}
cp "$(command -v busybox)" "$early/bin/busybox"
for directory in drivers/virtio net/9p fs/9p fs/netfs fs/fscache fs/overlayfs; do
    [ ! -d "$modules/kernel/$directory" ] \
        || cp -r --parents "$modules/kernel/./$directory" "$early/lib/modules/$name/kernel"
done
find "$early" -name '*.ko.xz' -exec xz -d {} +
cp "$modules"/modules.{builtin,builtin.modinfo,order} "$early/lib/modules/$name"
depmod -b "$early" "$name"
depmod -b "$release/root" "$name"
(cd "$early" && find . | cpio --quiet -o -H newc | gzip -1) >"$release/initrd.part"
rm -rf "$early"
echo "$name" >"$release/name"
mv "$release/initrd.part" "$release/initrd"
