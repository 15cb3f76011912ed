// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fenced block of a document.
 *
 * @param language the word behind the fence, or the empty string
 * @param comment the HTML comment right above the fence, or the empty string
 * @param line of the fence, from 1 on
 * @param text the lines between the fences
 */
record FencedBlock(String language, String comment, int line, String text) {
    private static final Pattern BLOCK = Pattern.compile(
            "^(?:<!-- ((?:(?!-->).)*) -->\\n)?```(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /** All blocks, in order. */
    static List<FencedBlock> of(String document) {
        List<FencedBlock> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(document);
        while (matcher.find()) {
            String comment = matcher.group(1) == null ? "" : matcher.group(1);
            int line = 1 + (int) document.substring(0, matcher.start()).lines().count();
            blocks.add(new FencedBlock(matcher.group(2), comment, line, matcher.group(3)));
        }
        return blocks;
    }

    /** Why a test cannot run it; the empty string if it can. */
    String notRun() {
        String mark = "not run: ";
        return comment.startsWith(mark) ? comment.substring(mark.length()) : "";
    }

    /** Commands that are to be run before it and that a reader does not need. */
    String before() {
        String mark = "before: ";
        return comment.startsWith(mark) ? comment.substring(mark.length()) : "";
    }
}
