package io.culvert.bench.report;

import java.util.List;

/** What a contender is in a comparison. */
enum Role {
    /** Culvert, or one of its ciphers. */
    CULVERT,
    /** Somebody else's program or library, to be compared with. */
    PEER,
    /** What does less than the others and marks how fast it could be, such as a tunnel without cryptography. */
    FLOOR;

    private static final List<String> OURS = List.of("culvert", "vector-");
    private static final List<String> FLOORS = List.of("floor", "no-crypto", "nulltun", "bare", "none");

    /** The role of a contender, by its name. */
    static Role of(String contender) {
        if (OURS.stream().anyMatch(contender::startsWith)) {
            return CULVERT;
        }
        return FLOORS.stream().anyMatch(contender::startsWith) ? FLOOR : PEER;
    }
}
