// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Writes records. */
final class Json {
    private Json() {}

    /** Writes into an object. */
    interface Body {
        void write(JsonWriter json) throws IOException;
    }

    /** An object with the version and what {@code body} writes. */
    static String object(Body body) {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setHtmlSafe(false);
            json.beginObject().name("v").value(Fields.VERSION);
            body.write(json);
            json.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter has none
        }
        return text.toString();
    }

    /** An object with the fields that all records have, and what {@code body} writes. */
    static String content(Content content, Body body) {
        return object(json -> {
            json.name("kind").value(content.kind().label());
            json.name("network").value(content.network());
            json.name("serial").value(content.serial());
            body.write(json);
        });
    }

    /** A list of strings; nothing if it is empty. */
    static void list(JsonWriter json, String name, List<?> values) throws IOException {
        if (values.isEmpty()) {
            return;
        }
        json.name(name).beginArray();
        for (Object value : values) {
            json.value(value.toString());
        }
        json.endArray();
    }
}
