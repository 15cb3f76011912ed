// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.status;

import java.util.ArrayList;
import java.util.List;

/** Rows of text in columns as wide as their widest cell, with two spaces between them. One thread. */
public final class Columns {
    private static final int GAP = 2;

    private final List<List<String>> rows = new ArrayList<>();

    /** Columns without a row. */
    public Columns() {}

    /** Appends a row. */
    public void row(String... cells) {
        rows.add(List.of(cells));
    }

    /** The rows as lines, without trailing spaces. */
    public List<String> lines() {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                if (i == widths.size()) {
                    widths.add(0);
                }
                widths.set(i, Math.max(widths.get(i), row.get(i).length()));
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, List<Integer> widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            line.append(row.get(i)).repeat(' ', widths.get(i) - row.get(i).length() + GAP);
        }
        return line.toString().stripTrailing();
    }
}
