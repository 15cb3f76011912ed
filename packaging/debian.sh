# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # bin/package, which sources this file, sets the variables
# Makes the Debian packages, by dpkg-deb.

# Reports go through the repository's forms, as SECURITY.md says, and to no address.
maintainer='The Culvert project <culvert@culvert.invalid>'

# Copies the tree of an installation $1 to the places that Debian has for its parts, below directory $2. $3 is the
# version of the package.
lay_out_for_debian() {
    local usr=$2/usr document
    mkdir -p "$usr/bin" "$usr/lib/culvert" "$usr/share/zsh/vendor-completions" "$usr/share/lintian/overrides"
    cp -a "$1/bin" "$1/lib" "$usr/lib/culvert"
    [ ! -d "$1/jre" ] || cp -a "$1/jre" "$usr/lib/culvert"
    cp -a "$1"/share/{man,doc,bash-completion} "$usr/share"
    mv "$1/share/zsh/site-functions/_culvert" "$usr/share/zsh/vendor-completions"
    ln -s ../lib/culvert/bin/culvert "$usr/bin/culvert"
    document=$usr/share/doc/culvert
    mv "$document/CHANGELOG.md" "$document/NEWS.md"
    rm "$document/LICENSE"
    cat >"$document/changelog" <<EOF
culvert ($3) unstable; urgency=medium

  * Commit $(git -C "$root" rev-parse HEAD). NEWS.md.gz has the changes.

 -- $maintainer  $(TZ=UTC LC_ALL=C date --rfc-email --date="@$SOURCE_DATE_EPOCH")
EOF
    lay_out_services "$usr"
    gzip -9n "$document"/{changelog,NEWS.md,operations.md} "$usr"/share/man/man8/*
    cp "$root/packaging/debian/lintian-overrides" "$usr/share/lintian/overrides/culvert"
    cp "$root/packaging/debian/copyright" "$document/copyright"
}

# Copies units, and what other programs can use, to directory $1: /usr of the package. None is enabled.
lay_out_services() {
    local share=$1/share/culvert
    mkdir -p "$1/lib/systemd/system" "$1/lib/NetworkManager/conf.d" "$share"
    cp "$root"/packaging/systemd/*.service "$1/lib/systemd/system"
    cp "$root/packaging/networkmanager/culvert.conf" "$1/lib/NetworkManager/conf.d"
    cp -r "$root"/packaging/{grafana,prometheus,jfr,networkd} "$share"
}

# Sets the size in KiB of what is below directory $1, as dpkg-gencontrol counts: it depends on no file system.
installed_size() {
    size=$(find "$1" -path "$1/DEBIAN" -prune -o -type f -printf '%s\n' -o -printf '0\n' \
        | awk '{ n += $1 > 0 ? int(($1 + 1023) / 1024) : 1 } END { print n }')
}

# Makes the package of tree $1 with version $2 and architecture $3. Further arguments are lines of the control file.
make_deb() {
    local tree=$1 size
    shift
    mkdir "$tree/DEBIAN"
    cp "$root"/packaging/debian/{prerm,postrm} "$tree/DEBIAN"
    # Without a Java runtime of its own it makes the archive of classes where it is installed, and again for a new one.
    [ -d "$tree/usr/lib/culvert/jre" ] || cp "$root"/packaging/debian/{postinst,triggers} "$tree/DEBIAN"
    find "$tree/DEBIAN" -name 'p*' -exec chmod 755 {} +
    installed_size "$tree"
    cat - "$root/packaging/debian/description" >"$tree/DEBIAN/control" <<EOF
Package: culvert
Version: $1
Architecture: $2
Maintainer: $maintainer
Installed-Size: $size
Section: net
Priority: optional
$(printf '%s\n' "${@:3}")
EOF
    (cd "$tree" && find usr -type f | LC_ALL=C sort | xargs md5sum) >"$tree/DEBIAN/md5sums"
    set_times "$tree"
    DPKG_DEB_THREADS_MAX=1 dpkg-deb --root-owner-group -Zxz -z2 --build "$tree" "$out/culvert_$1_$2.deb" >/dev/null
}

# Sets libraries to the packages with the libraries that the programs of the Java runtime $1 are linked to.
library_packages() {
    mkdir -p "$work/shlibs/debian"
    printf 'Source: culvert\nPackage: culvert\nArchitecture: any\n' >"$work/shlibs/debian/control"
    (cd "$work/shlibs" && quietly find "$1" \( -name '*.so' -o -path '*/bin/*' -o -name jspawnhelper \) -type f \
        -exec dpkg-shlibdeps -Tlist -l"$1/lib" -l"$1/lib/server" {} +)
    libraries=$(sed -n 's/^shlibs:Depends=//p' "$work/shlibs/list")
}

# The fields of the control file that both packages have.
relations=(
    'Recommends: iproute2, liburing2, libssl3, nftables, wireguard-tools'
    'Suggests: iperf3, wireguard-go, prometheus'
)

make_deb12() {
    local tree=$work/deb12 libraries
    lay_out_for_debian "$work/prefix" "$tree" "$version+deb12"
    library_packages "$tree/usr/lib/culvert/jre"
    cat "$root/packaging/debian/lintian-overrides-runtime" >>"$tree/usr/share/lintian/overrides/culvert"
    make_deb "$tree" "$version+deb12" "$architecture" "Depends: $libraries" "${relations[@]}"
}

make_deb13() {
    local tree=$work/deb13
    lay_out_for_debian "$work/small" "$tree" "$version+deb13"
    make_deb "$tree" "$version+deb13" all "Depends: openjdk-$java_minimum-jre-headless" "${relations[@]}"
}
