# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # bin/package, which sources this file, sets the variables
# What all packages have in common: the program, its documents, the Java runtime, and the archive of them.

# Runs a program $@ whose output is of interest only if it fails.
quietly() {
    "$@" >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        die "$1 failed"
    }
}

# Gives all files below directory $1 the time of the last commit.
set_times() {
    find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

# Compresses stdin, on all machines to the same bytes: with blocks of their own the number of threads makes no
# difference. Level 6 saves a tenth of the bytes for three times the time.
compress() {
    xz -2 --threads=2 --block-size=32MiB
}

# Writes a tar of directory $2 in directory $1 to stdout, with fixed order, owners and times.
sorted_tar() {
    tar -C "$1" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=gnu -cf - "$2"
}

# Makes the tree of an installation in directory $1, without a Java runtime.
make_prefix() {
    local share=$1/share page name jar
    mkdir -p "$1/bin" "$1/lib/overlay" "$share/man/man8" "$share/doc/culvert" "$share/bash-completion/completions" \
        "$share/zsh/site-functions"
    cp "$root"/bin/{culvert,setup.sh,classes.sh,class-data,culvert.jvmopts} "$1/bin"
    cp "$root"/daemon/target/lib/{*.jar,*.json,*.list} "$1/lib"
    # The overlay is a program of its own. What it has in common with the daemon is there once.
    cp "$root"/overlay/target/lib/* "$1/lib/overlay"
    for jar in "$1"/lib/overlay/*; do
        ! cmp -s "$jar" "$1/lib/${jar##*/}" || ln -sf "../${jar##*/}" "$jar"
    done
    for page in "$root"/packaging/man/*.scd; do
        name=${page##*/}
        scdoc <"$page" >"$share/man/man8/${name%.scd}"
    done
    "$JAVA_HOME/bin/java" -cp "$root/daemon/target/lib/*:$root/overlay/target/lib/*" \
        "$root/packaging/completion/Completion.java" "$share/bash-completion/completions/culvert"
    # It is read by shells and never run.
    sed -i '1{/^#!/d}' "$share/bash-completion/completions/culvert"
    cp "$root/packaging/completion/_culvert" "$share/zsh/site-functions/_culvert"
    cp "$root"/{README.md,CHANGELOG.md,SECURITY.md} "$root"/docs/operations.md "$share/doc/culvert"
    cp "$root/daemon/target/bom.json" "$share/doc/culvert/culvert.cdx.json"
    cp "$root/overlay/target/bom.json" "$share/doc/culvert/culvert-overlay.cdx.json"
    cp "$root/LICENSE" "$share/doc/culvert"
    chmod -R u=rwX,go=rX "$1"
    find "$1/lib" -type f -exec chmod 644 {} +
}

# Sets target_jdk to a JDK for $architecture: $jdk, or Debian 13's, which is unpacked once a day and not run.
find_target_jdk() {
    local unpacked=$root/target/jdk-$architecture
    target_jdk=$jdk
    [ -z "$jdk" ] || return 0
    if [ ! -d "$unpacked" ] || [ -n "$(find "$unpacked" -maxdepth 0 -mtime +0)" ]; then
        say "unpacking Debian 13's JDK for $architecture"
        quietly mmdebstrap --variant=extract --architectures="$architecture" \
            --include="openjdk-$java_minimum-jdk-headless" trixie "$work/jdk"
        rm -rf "$unpacked"
        mv "$work/jdk/usr/lib/jvm/java-$java_minimum-openjdk-$architecture" "$unpacked"
        rm -rf "$work/jdk"
        touch "$unpacked"
    fi
    target_jdk=$unpacked
}

# Adds the JDK that the runtime is made of to the list of components on stdin.
add_java_component() {
    local release=$target_jdk/release name version line
    name=$(sed -n 's/^IMPLEMENTOR="\(.*\)"/\1/p' "$release")
    version=$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$release")
    while IFS= read -r line || [ -n "$line" ]; do
        printf '%s\n' "$line"
        # The list of the whole program; that of the tool stands deeper.
        [ "$line" != '  "components" : [' ] || cat <<EOF
    {
      "type" : "framework",
      "name" : "OpenJDK",
      "version" : "$version",
      "supplier" : { "name" : "$name" },
      "licenses" : [ { "expression" : "GPL-2.0-only WITH Classpath-exception-2.0" } ]
    },
EOF
    done
}

# Makes a Java runtime in directory $1 with the modules of the JDK that the jars need, jcmd and the flight recorder.
make_runtime() {
    local modules strip=strip options=(--generate-cds-archive)
    if [ -n "$cross" ]; then
        strip=$(sed 's/arm64/aarch64/; s/amd64/x86_64/' <<<"$architecture")-linux-gnu-strip
        # The archive is made by the runtime itself, which does not run here.
        options=(--module-path "$target_jdk/jmods")
    fi
    modules=$("$JAVA_HOME/bin/jdeps" --multi-release "$java_minimum" --ignore-missing-deps --print-module-deps \
        --module-path "$root/daemon/target/lib" "$root"/daemon/target/lib/*.jar | tail -n 1)
    # Gson works without, and then has no adapters for types of SQL.
    modules=${modules/java.sql,/}
    # What the overlay's libraries use otherwise they do without.
    modules=$modules$("$JAVA_HOME/bin/java" --module-path "$root/overlay/target/lib" \
        --describe-module io.culvert.overlay | sed -n -E 's/^requires ((java|jdk)\.[a-z.]+).*/,\1/p' | tr -d '\n')
    # Modules are not compressed: xz compresses the packages better without, and the JVM starts sooner.
    quietly "$JAVA_HOME/bin/jlink" --add-modules "$modules,jdk.jcmd,jdk.jfr,jdk.management" --compress zip-0 \
        --no-header-files --no-man-pages "${options[@]}" --output "$1"
    # The heap stays below 4 GiB, so references are always compressed.
    rm -f "$1/lib/server/classes_nocoops.jsa"
    find "$1/bin" -type f ! -name java ! -name jcmd ! -name jfr -delete
    chmod -R u=rwX,go=rX "$1"
    find "$1" -name '*.so' -exec chmod 644 {} +
    # Stack traces of Java code need no symbols of the JVM.
    find "$1" \( -name '*.so' -o -path '*/bin/*' -o -name jspawnhelper -o -name jexec \) -type f \
        -exec "$strip" --strip-unneeded {} +
    # Debian's JDK has them in its modules.
    find "$1" -name '*.debuginfo' -delete
}

# Prints the numbers of the words of 8 bytes in which files $1 and $2 differ.
differing_words() {
    { cmp -l "$1" "$2" || true; } | awk '{ print int(($1 - 1) / 8) }' | uniq
}

# Makes the archive of linked classes in the installation $1, which has a Java runtime. Jars keep their times from now
# on: the JVM compares them.
make_class_data() {
    local data=$1/lib/culvert.jsa number pair word words='' found
    set_times "$1"
    for number in 1 2 3; do
        quietly "$1/bin/class-data"
        cp "$data" "$work/$number.jsa"
    done
    # The heap in it has times of soft references, in milliseconds since the machine's start; two sums of bytes, which
    # the JVM compares only if it is asked to, depend on them. The first word begins with the magic number. Should one
    # archive differ in more, those words would be zeroed too: of three, the two that are most alike are compared.
    for pair in '1 2' '1 3' '2 3'; do
        found=$(differing_words "$work/${pair% *}.jsa" "$work/${pair#* }.jsa")
        if [ -z "$words" ] || [ "$(wc -w <<<"$found")" -lt "$(wc -w <<<"$words")" ]; then
            words=$found
            cp "$work/${pair#* }.jsa" "$data"
        fi
    done
    [ "$(wc -w <<<"$words")" -lt 200 ] || die "archives of classes differ in more than times"
    for word in $words; do
        if [ "$word" -eq 0 ]; then
            head -c 4 /dev/zero | dd of="$data" bs=4 seek=1 conv=notrunc status=none
        else
            head -c 8 /dev/zero | dd of="$data" bs=8 seek="$word" conv=notrunc status=none
        fi
    done
    set_times "$1"
    "$1/bin/class-data" --check
}

make_archive() {
    local name=culvert-$version
    mv "$work/prefix" "$work/$name"
    sorted_tar "$work" "$name" | compress >"$out/$name-linux-$architecture.tar.xz"
    mv "$work/$name" "$work/prefix"
}
