# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Functions shared by bin/culvert and bin/check, which source this file: find a JDK, install packages, build.

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
java_minimum=25

# Whether $root is a source tree rather than an installation.
in_source_tree() {
    [ -e "$root/mvnw" ]
}

say() {
    printf 'culvert: %s\n' "$*" >&2
}

die() {
    printf 'culvert: error: %s\n' "$*" >&2
    exit 1
}

# Sets release to the feature release of the JDK in directory $1 (in an installation, of the JDK or JRE), or to 0 if it
# is none. It reads the JDK's release file instead of starting java, since it runs at every start of the daemon.
java_release() {
    local line
    release=0
    [ -x "$1/bin/$java_program" ] && [ -r "$1/release" ] || return 0
    while read -r line; do
        case $line in
            JAVA_VERSION=\"*) line=${line#*\"}; release=${line%%[!0-9]*} ;;
        esac
    done <"$1/release"
    release=${release:-0}
}

# Sets and exports JAVA_HOME to the installation's own Java runtime, or to a JDK that is new enough. If there is none,
# java_seen is the newest release found.
find_java() {
    local home candidates=() release java_program=javac
    java_seen=0
    if ! in_source_tree; then
        if [ -x "$root/jre/bin/java" ]; then
            export JAVA_HOME=$root/jre
            return
        fi
        java_program=java
    fi
    [ -z "${JAVA_HOME:-}" ] || candidates+=("$JAVA_HOME")
    if home=$(command -v $java_program); then
        home=$(readlink -f "$home")
        candidates+=("${home%/bin/"$java_program"}")
    fi
    candidates+=(/usr/lib/jvm/* /usr/java/* /opt/* /opt/java/* /usr/local/* "${HOME:-/root}"/.sdkman/candidates/java/*
        "${HOME:-/root}"/.jdks/*)
    for home in "${candidates[@]}"; do
        java_release "$home"
        if [ "$release" -ge "$java_minimum" ]; then
            export JAVA_HOME=$home
            return
        fi
        [ "$release" -le "$java_seen" ] || java_seen=$release
    done
    return 1
}

# Only a source tree installs packages. apt-get needs real root, not root of a user namespace.
can_install() {
    in_source_tree && [ "$EUID" -eq 0 ] && [ -z "${CULVERT_IN_NAMESPACES:-}" ] && command -v apt-get >/dev/null
}

# Installs Debian packages; updates the package lists first, once.
install() {
    say "installing $*"
    if [ -z "${apt_updated:-}" ]; then
        apt-get update -qq >/dev/null || say "apt-get update failed, using the present package lists"
        apt_updated=1
    fi
    if [ -n "${CULVERT_WITHOUT_SERVICES:-}" ]; then
        install_without_services "$@"
    else
        run_apt "$@"
    fi
}

# Waits for another process that installs packages, such as unattended-upgrades, rather than going without.
run_apt() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "$@" \
        </dev/null >/dev/null
}

# Lists the links by which services start with the system.
list_started_services() {
    find /etc/systemd/system /etc/rc[2-5].d -type l \( -path '*.wants/*' -o -name 'S*' -o -name '*.service' \) \
        2>/dev/null | sort || true
}

# Installs packages whose services neither start now (policy-rc.d, invoke-rc.d(8)) nor with the system.
install_without_services() (
    policy=/usr/sbin/policy-rc.d
    before=$(list_started_services)
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    status=0
    run_apt "$@" || status=$?
    comm -13 <(printf '%s\n' "$before") <(list_started_services) | while IFS= read -r link; do
        rm -f "$link"
    done
    exit "$status"
)

# Finds a JDK or installs one, or fails with instructions.
need_java() {
    local package seen=''
    ! find_java || return 0
    if can_install; then
        apt-get update -qq >/dev/null || true
        apt_updated=1
        package=$(apt-cache search --names-only '^openjdk-[0-9]+-jdk-headless$' | sed 's/ .*//' | sort -t- -k2n \
            | tail -n 1)
        if [[ $package =~ ^openjdk-([0-9]+)- ]] && [ "${BASH_REMATCH[1]}" -ge "$java_minimum" ]; then
            install "$package"
            ! find_java || return 0
        fi
    fi
    [ "$java_seen" -eq 0 ] || seen=" (the newest one found is JDK $java_seen)"
    in_source_tree || die "$root has no Java runtime of its own (jre), and there is no Java $java_minimum or later \
elsewhere$seen: install openjdk-$java_minimum-jre-headless, or a package of Culvert with a runtime"
    die "Culvert needs JDK $java_minimum or later and found none$seen.
Install your distribution's package openjdk-$java_minimum-jdk-headless. If there is none, as on Debian 12, install
another build, such as Eclipse Temurin's package temurin-$java_minimum-jdk, or unpack its archive under /opt.
Culvert looks for a JDK in JAVA_HOME, on PATH, and in /usr/lib/jvm, /opt, /usr/local, ~/.sdkman and ~/.jdks."
}

# Whether the files of Debian's package $1 are installed, from any source.
have() {
    case $1 in
        liburing2) compgen -G '/usr/lib*/*/liburing.so.2' || compgen -G '/usr/lib*/liburing.so.2' ;;
        libssl3) compgen -G '/usr/lib*/*/libcrypto.so.3' || compgen -G '/usr/lib*/libcrypto.so.3' ;;
        libipsec-mb1) compgen -G '/usr/lib*/*/libIPSec_MB.so.[12]' || compgen -G '/usr/lib*/libIPSec_MB.so.[12]' ;;
        liburing-dev) [ -e /usr/include/liburing.h ] ;;
        libc6-dev) [ -e /usr/include/stdio.h ] ;;
        linux-libc-dev) [ -e /usr/include/linux/if_tun.h ] ;;
        iproute2) command -v ip ;;
        wireguard-tools) command -v wg && command -v wg-quick ;;
        iputils-ping) command -v ping ;;
        nftables) command -v nft ;;
        procps) command -v pgrep ;;
        xz-utils) command -v xz ;;
        dpkg-dev) command -v dpkg-shlibdeps ;;
        etcd-server) command -v etcd ;;
        etcd-client) command -v etcdctl ;;
        gcc-aarch64-linux-gnu) command -v aarch64-linux-gnu-gcc ;;
        libc6-dev-arm64-cross) [ -e /usr/aarch64-linux-gnu/include/stdio.h ] ;;
        binutils-aarch64-linux-gnu) command -v aarch64-linux-gnu-strip ;;
        qemu-system-x86) command -v qemu-system-x86_64 ;;
        busybox-static) command -v busybox ;;
        kmod) command -v depmod ;;
        chromium-driver) command -v chromedriver ;;
        fontconfig) command -v fc-list ;;
        fonts-dejavu-core) [ -n "$(fc-list 2>/dev/null)" ] ;;
        maven) command -v mvn ;;
        strongswan-charon) [ -x /usr/lib/ipsec/charon ] ;;
        strongswan-swanctl) command -v swanctl ;;
        libcharon-extra-plugins) [ -e /usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so ] ;;
        libstrongswan-standard-plugins) [ -e /usr/lib/ipsec/plugins/libstrongswan-gcm.so ] ;;
        libstrongswan-extra-plugins) [ -e /usr/lib/ipsec/plugins/libstrongswan-chapoly.so ] ;;
        *) command -v "$1" ;;
    esac >/dev/null
}

# Installs those of Debian packages $@ that are missing, or fails with their names.
need() {
    local package missing=()
    for package in "$@"; do
        have "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ -n "${CULVERT_NO_INSTALL:-}" ]; then
        die "missing packages (Debian's names): ${missing[*]}. Install them (apt-get install ${missing[*]}), or run this
again as root with --install."
    elif can_install; then
        install "${missing[@]}" || die "could not install ${missing[*]}"
    else
        die "missing packages (Debian's names): ${missing[*]}. Install them$(! in_source_tree \
            || echo ', or run this once as root on Debian')."
    fi
}

# Installs those of Debian packages $@ that are missing, if possible. Their user says what it lacks.
want() {
    local package
    for package in "$@"; do
        have "$package" || ! can_install || install "$package" || say "could not install $package"
    done
}

# Puts the program of Debian package $1 on PATH, unpacked below target/: its installation would start a service. Its
# user says what it lacks.
unpack() {
    local at=$root/target/packages/$1
    ! command -v "$1" >/dev/null || return 0
    if [ ! -x "$at/usr/bin/$1" ]; then
        mkdir -p "$at"
        (cd "$at" && apt-get -qq download "$1" && dpkg-deb -x ./"$1"_*.deb . && rm ./"$1"_*.deb) >/dev/null 2>&1 \
            || say "could not unpack $1"
    fi
    PATH=$PATH:$at/usr/bin
}

need_maven() {
    local version
    version=$(sed -n 's/^mavenVersion=//p' "$root/.mvn/wrapper/maven-wrapper.properties")
    [ -x "${MAVEN_USER_HOME:-$HOME/.m2}/wrapper/dists/apache-maven-$version/bin/mvn" ] \
        || [ -n "${MVNW_REPOURL:-}" ] || need maven
}

# Reads Maven's output and shows the current module and the number of test classes run; on a terminal, in one line.
progress() {
    local line at='' count=0
    while IFS= read -r line; do
        case $line in
            '[INFO] Building Culvert'*'['*'/'*']')
                at=${line#*Building }
                at=${at/ 0.1.0/}
                # shellcheck disable=SC2086  # to be split into words
                set -- $at
                at="${*: -1} ${*:1:$#-1}"
                count=0
                ;;
            '['*'] Tests run: '*' -- in '*) count=$((count + 1)) ;;
            *) continue ;;
        esac
        if [ -t 2 ]; then
            printf '\r\033[Kculvert: %s%s' "$at" "$([ "$count" = 0 ] || echo ", $count test classes")" >&2
        elif [ "$count" = 0 ]; then
            say "$at"
        fi
    done
    [ ! -t 2 ] || printf '\r\033[K' >&2
}

# Whether the build of module $1 (daemon, bench, overlay, overlay/bench) is newer than all of its sources.
is_built() {
    local built=$root/$1/target/built changed sources=(pom.xml native-bindings ring crypto-simd engine daemon)
    [ -e "$built" ] || return 1
    case $1 in
        daemon) ;;
        overlay | overlay/bench) sources=(pom.xml overlay) ;;
        *) sources+=("$1") ;;
    esac
    changed=$(cd "$root" && find "${sources[@]}" \( -name target -o -path '*/src/test' \) -prune -o \
        \( -type f -o -path '*/src/*' \) -newer "$built" -print -quit)
    [ -z "$changed" ]
}

# Builds module $1 at its first use. Later it says that sources are newer than the build, and leaves the build alone.
build_once() {
    if [ ! -e "$root/$1/target/built" ]; then
        build "$1"
    elif ! is_built "$1"; then
        say "sources are newer than the build, which runs as it is; to build: $root/bin/culvert build"
    fi
}

# Builds module $1 unless it is up to date. If several processes start at once, one builds and the others wait.
build() {
    ! is_built "$1" || return 0
    if ! mkdir -p "$root/target" 2>/dev/null || ! [ -w "$root/target" ]; then
        die "Culvert is not built, and $root is not writable: run bin/culvert once as a user who may write there"
    fi
    local lock log=$root/target/build.log begin=$SECONDS
    exec {lock}>"$root/target/build.lock"
    if ! flock -n "$lock"; then
        say "waiting for another build to finish"
        flock "$lock"
    fi
    if ! is_built "$1"; then
        need_java
        need_maven
        # Both packages are optional: without liburing, plain system calls are used, and without OpenSSL, JCE until the
        # AEAD kernels are compiled. (Newer Debian releases call it libssl3t64, which provides libssl3.)
        local package
        for package in liburing2 libssl3; do
            have "$package" || ! can_install || install "$package" || true
        done
        say "building (log: $log)"
        : >"$root/target/build.begun"
        if ! (cd "$root" && ./mvnw -B -ntp -Dmaven.test.skip=true -pl "$1" -am package </dev/null 2>&1) \
            | tee "$log" | progress; then
            grep -m 20 '^\[ERROR\]' "$log" >&2 || tail -n 20 "$log" >&2
            die "the build failed"
        fi
        # An edit made during the build must cause the next build.
        touch -r "$root/target/build.begun" "$root/$1/target/built"
        [[ $1 == overlay* ]] || touch -r "$root/target/build.begun" "$root/daemon/target/built"
        say "built in $((SECONDS - begin)) s"
    fi
    exec {lock}>&-
}
