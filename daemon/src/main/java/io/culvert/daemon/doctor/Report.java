// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import com.google.gson.stream.JsonWriter;
import io.culvert.daemon.status.Columns;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** All findings, as text and as JSON. */
record Report(List<Finding> findings) {
    private static final String INDENT = "  ";

    /** The worst finding's exit status. */
    int exitStatus() {
        return findings.stream()
                .mapToInt(finding -> finding.state().exitStatus())
                .max()
                .orElse(0);
    }

    /** A table by areas; below a finding that is not well, what it costs and how to mend it. */
    String text() {
        Columns columns = new Columns();
        findings.forEach(finding -> columns.row(finding.state().word(), clean(finding.name()), clean(finding.found())));
        List<String> rows = columns.lines();
        List<String> lines = new ArrayList<>();
        String area = "";
        for (int i = 0; i < findings.size(); i++) {
            Finding finding = findings.get(i);
            if (!finding.area().equals(area)) {
                area = finding.area();
                lines.add((i == 0 ? "" : "\n") + clean(area));
            }
            lines.add(INDENT + rows.get(i));
            add(lines, "costs: ", finding.cost());
            add(lines, "to mend it: ", finding.remedy());
        }
        lines.add("\n" + summary());
        return String.join("\n", lines) + "\n";
    }

    private static void add(List<String> lines, String title, String text) {
        if (!text.isEmpty()) {
            lines.add(INDENT.repeat(4) + " " + title + clean(text));
        }
    }

    /** Such as {@code 31 ok, 2 warn, 1 unknown}. */
    private String summary() {
        return Arrays.stream(State.values())
                .map(state -> findings.stream()
                                .filter(finding -> finding.state() == state)
                                .count()
                        + " " + state.word())
                .filter(count -> !count.startsWith("0 "))
                .collect(Collectors.joining(", "));
    }

    /** Without control characters, which would act on the terminal. */
    private static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    String json() {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setIndent(INDENT);
            json.beginObject().name("status").value(exitStatus());
            json.name("findings").beginArray();
            for (Finding finding : findings) {
                json.beginObject();
                json.name("area").value(finding.area());
                json.name("name").value(finding.name());
                json.name("state").value(finding.state().word());
                json.name("found").value(finding.found());
                json.name("cost").value(finding.cost());
                json.name("remedy").value(finding.remedy());
                json.endObject();
            }
            json.endArray().endObject();
        } catch (IOException e) {
            throw new AssertionError("a StringWriter has no errors", e);
        }
        return text + "\n";
    }
}
