// SPDX-License-Identifier: Apache-2.0
/** Bindings to liburing, sockets, TUN, eventfd and clocks, and the class that owns raw memory access. */
module io.culvert.natives {
    exports io.culvert.natives;
    exports io.culvert.natives.linux;
    exports io.culvert.natives.generated;
}
