# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # bin/package, which sources this file, sets the variables
# Makes the OCI image: libraries and programs of Debian that Culvert uses, below what an installation has.

# Unpacks Debian's packages into tar $1, without package manager and documents.
make_base_root() {
    local root=$work/base-root packages=base-files,base-passwd,bash,coreutils,grep,iproute2,libc6,libgcc-s1
    local suite=bookworm libraries=libssl3
    if [ -n "$cross" ]; then
        # That of the runtime, and the libraries that it is linked to.
        suite=trixie
        libraries=libssl3t64,libstdc++6,zlib1g
    fi
    quietly mmdebstrap --variant=extract --architectures="$architecture" \
        --include="$packages,$libraries,liburing2,nftables,wireguard-tools" --dpkgopt='path-exclude=/usr/share/*' \
        --dpkgopt='path-include=/usr/share/base-passwd/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        "$suite" "$root"
    mv "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
    mv "$root/usr/share/base-passwd/group.master" "$root/etc/group"
    rm -rf "$root"/var/{lib/apt,lib/dpkg,cache,log}
    ln -s ../lib/culvert/bin/culvert "$root/usr/bin/culvert"
    # The base may serve several commits, so its time is that of none.
    SOURCE_DATE_EPOCH=0 sorted_tar "$root" . >"$1"
    rm -rf "$root"
}

# Makes an image of one layer, tar $1, for jib to build upon, as tar $2 in the format of "docker save".
make_base_image() {
    local directory=$work/base digest
    mkdir "$directory"
    cp "$1" "$directory/layer.tar"
    digest=$(sha256sum <"$1")
    cat >"$directory/config.json" <<EOF
{
  "architecture": "$architecture", "os": "linux",
  "config": {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},
  "rootfs": {"type": "layers", "diff_ids": ["sha256:${digest%% *}"]}
}
EOF
    printf '[{"Config":"config.json","RepoTags":["base:latest"],"Layers":["layer.tar"]}]' >"$directory/manifest.json"
    tar -C "$directory" -cf "$2" manifest.json config.json layer.tar
}

make_oci() {
    local base=$root/target/base-$architecture.tar
    # Debian's mirror is asked at most once a day.
    if [ ! -e "$base" ] || [ -n "$(find "$base" -mtime +0)" ]; then
        make_base_root "$work/base.tar"
        mv "$work/base.tar" "$base"
    fi
    make_base_image "$base" "$work/base-image.tar"
    # jib wants a directory of classes, of which there are none.
    mkdir -p "$work/oci" "$work/maven/classes"
    cp -a "$work/prefix"/{bin,lib,jre} "$work/oci"
    quietly "$root/mvnw" -B -ntp -f "$root/packaging/oci/pom.xml" jib:buildTar \
        "-Djib.baseImageCache=$work/jib" "-Djib.applicationCache=$work/jib-layers" \
        "-Dculvert.work=$work/maven" \
        "-Dculvert.base=$work/base-image.tar" "-Dculvert.tree=$work/oci" "-Dculvert.architecture=$architecture" \
        "-Dculvert.time=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" "-Dculvert.image=$work/image.tar"
    cp "$work/image.tar" "$out/culvert-$version-oci-$architecture.tar"
}
