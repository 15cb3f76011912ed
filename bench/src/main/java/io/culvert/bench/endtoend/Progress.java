package io.culvert.bench.endtoend;

/** Who wants to know what a run is at. */
@FunctionalInterface
public interface Progress {
    /** Something begins, or gave a figure: one line without its end. */
    void say(String what);
}
