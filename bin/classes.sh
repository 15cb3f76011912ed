# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # bin/culvert and bin/class-data, which source this file, use these
# Where the JVM finds the classes of the program: the jars, and an archive of their linked classes, which makes a start
# faster by half a second (docs/decisions/090-archived-classes.md).

# The directory of the jars and of compiler-directives.json.
lib=$root/lib
! in_source_tree || lib=$root/daemon/target/lib

# The archive, made by bin/class-data, and what the Java runtime that made it says of itself.
class_data=$lib/culvert.jsa
class_data_java=$lib/culvert.jsa.java

# Sets class_options to the options by which a JVM finds the classes. The archive fits a JVM only with the same options
# and the same collector.
find_classes() {
    local LC_ALL=C IFS=:
    local jars=("$lib"/*.jar)
    class_options=(
        -cp "${jars[*]}"
        --enable-native-access=ALL-UNNAMED
        # Agrona's buffers, and the module of the Vector API, which is loaded by the program.
        --add-exports=java.base/jdk.internal.misc=ALL-UNNAMED
        --add-exports=java.base/jdk.internal.module=ALL-UNNAMED
        -XX:+UseSerialGC
    )
}

# Whether the archive was made by this Java runtime from these jars.
class_data_fits() {
    local made now jar
    [ -r "$class_data" ] && [ -r "$class_data_java" ] || return 1
    IFS= read -r -d '' made <"$class_data_java" || true
    IFS= read -r -d '' now <"$JAVA_HOME/release" || true
    [ "$made" = "$now" ] || return 1
    for jar in "$lib"/*.jar; do
        [ ! "$jar" -nt "$class_data" ] || return 1
    done
}

# Adds the archive to class_options if it fits, and otherwise the JDK's own, if there is one.
add_class_data() {
    if class_data_fits; then
        # At the address that the archive is made for nothing has to be relocated: its pages stay those of the file.
        # Should the JVM refuse it, it goes on without, and "culvert doctor" says so.
        class_options+=("-XX:SharedArchiveFile=$class_data" -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0
            -Xlog:aot=off -Xlog:cds=off)
    fi
    class_options+=(-Xshare:auto)
}
