// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The fields of a JSON object, each taken once and by its type. A field that nobody takes, or that stands twice, makes
 * the record malformed; a version that is not known is reported before anything else.
 */
public final class Fields {
    /** The version of all records. */
    public static final int VERSION = 1;

    private static final int MAX_DEPTH = 4;

    private final Map<String, Object> values;
    private final String at;

    private Fields(Map<String, Object> values, String at) {
        this.values = values;
        this.at = at;
    }

    /**
     * Reads an object of {@link #VERSION}.
     *
     * @throws RecordException if it is not strict JSON (RFC 8259), or of another version
     */
    public static Fields of(String json) throws RecordException {
        Fields fields = new Fields(parse(json), "");
        long version = fields.number("v", 0, Content.MAX_SERIAL);
        if (version != VERSION) {
            throw new RecordException(
                    RecordProblem.UNKNOWN_VERSION, "version " + version + ", and this program knows " + VERSION);
        }
        return fields;
    }

    private static Map<String, Object> parse(String json) throws RecordException {
        JsonReader reader = new JsonReader(new StringReader(json));
        reader.setStrictness(Strictness.STRICT);
        reader.setNestingLimit(MAX_DEPTH);
        try {
            Map<String, Object> object = object(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw malformed("something follows the object");
            }
            return object;
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw malformed("not strict JSON");
        }
    }

    private static Map<String, Object> object(JsonReader reader) throws IOException, RecordException {
        Map<String, Object> object = new LinkedHashMap<>();
        reader.beginObject();
        while (reader.hasNext()) {
            if (object.put(reader.nextName(), value(reader)) != null) {
                throw malformed("a field stands twice");
            }
        }
        reader.endObject();
        return object;
    }

    private static Object value(JsonReader reader) throws IOException, RecordException {
        switch (reader.peek()) {
            case STRING -> {
                return reader.nextString();
            }
            case NUMBER -> {
                return new Number(reader.nextString());
            }
            case BOOLEAN -> {
                return reader.nextBoolean();
            }
            case BEGIN_OBJECT -> {
                return object(reader);
            }
            case BEGIN_ARRAY -> {
                List<Object> list = new ArrayList<>();
                reader.beginArray();
                while (reader.hasNext()) {
                    list.add(value(reader));
                }
                reader.endArray();
                return list;
            }
            default -> throw malformed("null stands for no value");
        }
    }

    /** A number as it was written: only plain integers are values of records. */
    private record Number(String text) {}

    static RecordException malformed(String detail) {
        return new RecordException(RecordProblem.MALFORMED, detail);
    }

    private <T> Optional<T> take(String name, Class<T> type) throws RecordException {
        Object value = values.remove(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw malformed(at + name + " is of another type");
        }
        return Optional.of(type.cast(value));
    }

    private <T> T need(String name, Class<T> type) throws RecordException {
        Optional<T> value = take(name, type);
        if (value.isEmpty()) {
            throw malformed(at + name + " is missing");
        }
        return value.get();
    }

    /** Whether the field is there and not taken yet. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** A string. */
    public String string(String name) throws RecordException {
        return need(name, String.class);
    }

    /** An integer from {@code min}, which is not negative, to {@code max}, written without exponent or fraction. */
    public long number(String name, long min, long max) throws RecordException {
        String text = need(name, Number.class).text;
        if (!text.matches("0|[1-9][0-9]{0,15}")) {
            throw malformed(at + name + " is not a plain integer");
        }
        long value = Long.parseLong(text);
        if (value < min || value > max) {
            throw new RecordException(
                    RecordProblem.BAD_VALUE, at + name + " is not one from " + min + " to " + max + ": " + value);
        }
        return value;
    }

    /** A boolean; false if it is absent. */
    public boolean flag(String name) throws RecordException {
        return take(name, Boolean.class).orElse(false);
    }

    /** A time in UTC, in whole seconds, such as 2026-11-30T10:00:00Z. */
    public Instant time(String name) throws RecordException {
        String text = string(name);
        try {
            Instant time = Instant.parse(text);
            if (time.truncatedTo(ChronoUnit.SECONDS).toString().equals(text)) {
                return time;
            }
        } catch (DateTimeException e) {
            // reported below
        }
        throw new RecordException(RecordProblem.BAD_VALUE, at + name + " is not a time such as 2026-11-30T10:00:00Z");
    }

    /** A name by {@link Name#isName}. */
    public String name(String name) throws RecordException {
        String text = string(name);
        if (!Name.isName(text)) {
            throw new RecordException(
                    RecordProblem.BAD_NAME, at + name + " is not 1 to 63 lower-case letters, digits and inner hyphens");
        }
        return text;
    }

    /** A value that {@code reader} reads from a string; its IllegalArgumentException is reported as {@code problem}. */
    public <T> T parsed(String name, RecordProblem problem, Function<String, T> reader) throws RecordException {
        return parse(at + name, string(name), problem, reader);
    }

    /** As {@link #parsed}, of a field that may be absent. */
    public <T> Optional<T> parsedIfPresent(String name, RecordProblem problem, Function<String, T> reader)
            throws RecordException {
        return has(name) ? Optional.of(parsed(name, problem, reader)) : Optional.empty();
    }

    private static <T> T parse(String name, String text, RecordProblem problem, Function<String, T> reader)
            throws RecordException {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException e) {
            throw new RecordException(problem, name + " is not one that can be used");
        }
    }

    /** At most {@code max} strings, each read by {@code reader}; none if the field is absent. */
    public <T> List<T> list(String name, int max, RecordProblem problem, Function<String, T> reader)
            throws RecordException {
        List<T> read = new ArrayList<>();
        for (Object value : values(name, max)) {
            if (!(value instanceof String text)) {
                throw malformed(at + name + " is not a list of strings");
            }
            read.add(parse(at + name, text, problem, reader));
        }
        return List.copyOf(read);
    }

    /** At most {@code max} objects, to be read and {@link #end ended} by the caller; none if the field is absent. */
    public List<Fields> objects(String name, int max) throws RecordException {
        List<Fields> read = new ArrayList<>();
        for (Object value : values(name, max)) {
            read.add(fields(name, value));
        }
        return read;
    }

    /** An object, to be read and {@link #end ended} by the caller. */
    public Fields object(String name) throws RecordException {
        return fields(name, need(name, Map.class));
    }

    /** The strings of an object by name, in its order; none if the field is absent. */
    public Map<String, String> strings(String name) throws RecordException {
        Map<String, String> read = new LinkedHashMap<>();
        Map<?, ?> object = take(name, Map.class).orElse(Map.of());
        for (Map.Entry<?, ?> entry : object.entrySet()) {
            if (!(entry.getValue() instanceof String text)) {
                throw malformed(at + name + " is not an object of strings");
            }
            read.put((String) entry.getKey(), text);
        }
        return read;
    }

    private List<?> values(String name, int max) throws RecordException {
        List<?> list = take(name, List.class).orElse(List.of());
        if (list.size() > max) {
            throw new RecordException(RecordProblem.BAD_VALUE, at + name + " has more than " + max + " values");
        }
        return list;
    }

    @SuppressWarnings("unchecked") // parse() makes no other maps
    private Fields fields(String name, Object value) throws RecordException {
        if (!(value instanceof Map)) {
            throw malformed(at + name + " is not a list of objects");
        }
        return new Fields((Map<String, Object>) value, at + name + ".");
    }

    /** Reports fields that were not taken. */
    public void end() throws RecordException {
        if (!values.isEmpty()) {
            throw malformed((at.isEmpty() ? "the record" : at) + " has fields that version " + VERSION + " lacks");
        }
    }
}
