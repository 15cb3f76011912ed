package io.culvert.system;

/** Counts lines of Java that hold code: neither comment, nor blank, nor the names of packages and imports. */
final class SourceLines {
    private enum State {
        CODE,
        LINE_COMMENT,
        BLOCK_COMMENT,
        STRING,
        CHARACTER,
        TEXT_BLOCK
    }

    private SourceLines() {}

    static int count(String source) {
        return withoutComments(source.replaceAll("(?m)^(package|import) .*;$", ""));
    }

    private static int withoutComments(String source) {
        State state = State.CODE;
        boolean code = false;
        int lines = 0;
        for (int i = 0; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '\n') {
                lines += code ? 1 : 0;
                code = false;
                state = state == State.LINE_COMMENT ? State.CODE : state;
                continue;
            }
            switch (state) {
                case CODE -> {
                    if (source.startsWith("//", i)) {
                        state = State.LINE_COMMENT;
                    } else if (source.startsWith("/*", i)) {
                        state = State.BLOCK_COMMENT;
                        i++;
                    } else if (source.startsWith("\"\"\"", i)) {
                        state = State.TEXT_BLOCK;
                        i += 2;
                    } else {
                        state = c == '"' ? State.STRING : c == '\'' ? State.CHARACTER : State.CODE;
                        code |= !Character.isWhitespace(c);
                    }
                }
                case BLOCK_COMMENT -> {
                    if (source.startsWith("*/", i)) {
                        state = State.CODE;
                        i++;
                    }
                }
                case STRING, CHARACTER, TEXT_BLOCK -> {
                    code |= !Character.isWhitespace(c);
                    String end = state == State.STRING ? "\"" : state == State.CHARACTER ? "'" : "\"\"\"";
                    if (c == '\\') {
                        i++;
                    } else if (source.startsWith(end, i)) {
                        i += end.length() - 1;
                        state = State.CODE;
                    }
                }
                default -> {
                    // the rest of a line comment
                }
            }
        }
        return lines + (code ? 1 : 0);
    }
}
