# shellcheck shell=bash
# What bin/culvert and bin/check share: finding a JDK, installing what is missing, building. To be sourced.

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
java_minimum=25

say() {
    printf 'culvert: %s\n' "$*" >&2
}

die() {
    printf 'culvert: error: %s\n' "$*" >&2
    exit 1
}

# Sets release to the feature release of the JDK in directory $1, by its release file, or to 0 when there is none. No
# process is started: this is on the way of every start of the daemon.
java_release() {
    local line
    release=0
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    while read -r line; do
        case $line in
            JAVA_VERSION=\"*) line=${line#*\"}; release=${line%%[!0-9]*} ;;
        esac
    done <"$1/release"
    release=${release:-0}
}

# Sets and exports JAVA_HOME to a JDK that is new enough; leaves in java_seen the newest that was not.
find_java() {
    local home candidates=() release
    java_seen=0
    [ -z "${JAVA_HOME:-}" ] || candidates+=("$JAVA_HOME")
    if home=$(command -v javac); then
        home=$(readlink -f "$home")
        candidates+=("${home%/bin/javac}")
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

# Root of a namespace alone is no root to apt-get.
can_install() {
    [ "$EUID" -eq 0 ] && [ -z "${CULVERT_IN_NAMESPACES:-}" ] && command -v apt-get >/dev/null
}

# Installs Debian packages, with the list of packages brought up to date once.
install() {
    say "installing $*"
    if [ -z "${apt_updated:-}" ]; then
        apt-get update -qq >/dev/null || say "apt-get update failed; going on with the lists that are here"
        apt_updated=1
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

# A JDK, by whatever way there is.
need_java() {
    local package seen=''
    ! find_java || return 0
    if can_install; then
        apt-get update -qq >/dev/null || true
        apt_updated=1
        package=$(apt-cache search --names-only '^openjdk-[0-9]+-jdk-headless$' | sed 's/ .*//' | sort -t- -k2n | tail -n 1)
        if [[ $package =~ ^openjdk-([0-9]+)- ]] && [ "${BASH_REMATCH[1]}" -ge "$java_minimum" ]; then
            install "$package"
            ! find_java || return 0
        fi
    fi
    [ "$java_seen" -eq 0 ] || seen=" (the newest here is $java_seen, which is too old)"
    die "Culvert needs a JDK $java_minimum or later and found none$seen.
Get one by your distribution's packages (openjdk-$java_minimum-jdk-headless) where it has them. Where it has not, as Debian 12
has not, any other build will do, such as Eclipse Temurin's package temurin-$java_minimum-jdk, or its archive unpacked under
/opt. It is looked for in JAVA_HOME, on PATH, in /usr/lib/jvm, /opt, /usr/local, ~/.sdkman and ~/.jdks."
}

# Whether the thing that Debian's package $1 brings is here, from wherever it came.
have() {
    case $1 in
        liburing2) compgen -G '/usr/lib*/*/liburing.so.2' >/dev/null || compgen -G '/usr/lib*/liburing.so.2' >/dev/null ;;
        libssl3) compgen -G '/usr/lib*/*/libcrypto.so.3' >/dev/null || compgen -G '/usr/lib*/libcrypto.so.3' >/dev/null ;;
        liburing-dev) [ -e /usr/include/liburing.h ] ;;
        libc6-dev) [ -e /usr/include/stdio.h ] ;;
        linux-libc-dev) [ -e /usr/include/linux/if_tun.h ] ;;
        iproute2) command -v ip ;;
        wireguard-tools) command -v wg && command -v wg-quick ;;
        iputils-ping) command -v ping ;;
        procps) command -v pgrep ;;
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

# Sees to Debian packages $@: installs what is missing, or says what it is and fails.
need() {
    local package missing=()
    for package in "$@"; do
        have "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if can_install; then
        install "${missing[@]}" || die "could not install ${missing[*]}"
    else
        die "missing, by the names of Debian's packages: ${missing[*]}. Install them, or run this once as root on Debian."
    fi
}

need_maven() {
    local version
    version=$(sed -n 's/^mavenVersion=//p' "$root/.mvn/wrapper/maven-wrapper.properties")
    [ -x "${MAVEN_USER_HOME:-$HOME/.m2}/wrapper/dists/apache-maven-$version/bin/mvn" ] \
        || [ -n "${MVNW_REPOURL:-}" ] || need maven
}

# Reads Maven's output: shows which module it is at, on one line where that can be, and what test classes gave.
progress() {
    local line at='' count=0
    while IFS= read -r line; do
        case $line in
            '[INFO] Building Culvert'*'['*'/'*']')
                at=${line#*Building }
                at=${at/ 0.1.0/}
                # shellcheck disable=SC2086  # the blanks between name and count are for cutting
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

# Whether the build of module $1 (daemon, bench) is newer than everything it was made of.
is_built() {
    local built=$root/$1/target/built changed sources=(pom.xml native-bindings ring crypto-simd engine daemon)
    [ -e "$built" ] || return 1
    [ "$1" = daemon ] || sources+=("$1")
    changed=$(cd "$root" && find "${sources[@]}" \( -name target -o -path '*/src/test' \) -prune -o \
        \( -type f -o -path '*/src/*' \) -newer "$built" -print -quit)
    [ -z "$changed" ]
}

# Builds module $1 unless it is built. Of several first starts one builds and the others wait for it.
build() {
    ! is_built "$1" || return 0
    if ! mkdir -p "$root/target" 2>/dev/null || ! [ -w "$root/target" ]; then
        die "Culvert is not built yet, and $root cannot be written"
    fi
    local lock log=$root/target/build.log begin=$SECONDS
    exec {lock}>"$root/target/build.lock"
    if ! flock -n "$lock"; then
        say "waiting for a build that is under way"
        flock "$lock"
    fi
    if ! is_built "$1"; then
        need_java
        need_maven
        # What the program can do without is not worth failing for: without liburing the plain backend serves, without
        # OpenSSL (of which newer releases call the package libssl3t64, which provides this one) JCE does at first.
        local package
        for package in liburing2 libssl3; do
            have "$package" || ! can_install || install "$package" || true
        done
        say "building, which is needed once (log: $log)"
        : >"$root/target/build.begun"
        if ! (cd "$root" && ./mvnw -B -ntp -Dmaven.test.skip=true -pl "$1" -am package </dev/null 2>&1) \
            | tee "$log" | progress; then
            grep -m 20 '^\[ERROR\]' "$log" >&2 || tail -n 20 "$log" >&2
            die "the build failed"
        fi
        # An edit made during the build must be seen by the next start.
        touch -r "$root/target/build.begun" "$root/daemon/target/built" "$root/$1/target/built"
        say "built in $((SECONDS - begin)) s"
    fi
    exec {lock}>&-
}
