/** Bindings to liburing, sockets, TUN, eventfd and the clock, and the one place that owns raw memory access. */
module io.culvert.natives {
    exports io.culvert.natives;
    exports io.culvert.natives.generated;
}
