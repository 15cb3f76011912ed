/** Bindings to liburing, sockets, TUN, eventfd and clocks, and the class that owns raw memory access. */
module io.culvert.natives {
    exports io.culvert.natives;
    exports io.culvert.natives.generated;
}
