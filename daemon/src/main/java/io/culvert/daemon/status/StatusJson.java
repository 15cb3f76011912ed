// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.status;

import com.google.gson.stream.JsonWriter;
import io.culvert.daemon.status.InterfaceStatus.Feature;
import io.culvert.daemon.status.InterfaceStatus.Lack;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Interfaces as JSON. What is unknown is null. */
final class StatusJson {
    private static final String REASON = "reason";

    private StatusJson() {}

    static String of(List<InterfaceStatus> interfaces, long nowSeconds) {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setIndent("  ");
            json.beginObject().name("interfaces").beginArray();
            for (InterfaceStatus status : interfaces) {
                write(json, status, nowSeconds);
            }
            json.endArray().endObject();
        } catch (IOException e) {
            throw new AssertionError("a StringWriter has no errors", e);
        }
        return text + "\n";
    }

    private static void write(JsonWriter json, InterfaceStatus status, long nowSeconds) throws IOException {
        json.beginObject();
        json.name("interface").value(status.name());
        json.name("link").value(status.link().name().toLowerCase(Locale.ROOT));
        json.name("program").value(status.program());
        json.name("ready").value(status.unreadyReason().isEmpty());
        json.name(REASON).value(status.unreadyReason().orElse(null));
        json.name("port").beginObject();
        json.name("wanted").value(status.wantedPort());
        json.name("open").value(status.openPort());
        json.endObject();
        json.name("fwmark").value(status.fwmark());
        json.name("aead").value(status.aead().orElse(null));
        json.name("io_uring");
        if (status.ioUring().isPresent()) {
            write(json, status.ioUring().get());
        } else {
            json.nullValue();
        }
        json.name("offloads").beginArray();
        for (Feature feature : status.offloads()) {
            write(json, feature);
        }
        json.endArray();
        json.name("shortfalls").beginArray();
        for (Lack lack : status.lacks()) {
            json.beginObject().name("what").value(lack.what());
            json.name(REASON).value(lack.reason()).endObject();
        }
        json.endArray();
        json.name("dropped_packets").beginObject();
        for (Map.Entry<String, Long> drop : status.drops().entrySet()) {
            json.name(drop.getKey()).value(drop.getValue());
        }
        json.endObject();
        json.name("peers").beginArray();
        for (PeerStatus peer : status.peers()) {
            write(json, peer, nowSeconds);
        }
        json.endArray().endObject();
    }

    private static void write(JsonWriter json, Feature feature) throws IOException {
        json.beginObject();
        json.name("name").value(feature.name());
        json.name("on").value(feature.on());
        json.name(REASON).value(feature.on() ? null : feature.reason());
        json.endObject();
    }

    private static void write(JsonWriter json, PeerStatus peer, long nowSeconds) throws IOException {
        json.beginObject();
        json.name("public_key").value(peer.publicKey());
        json.name("endpoint").value(peer.endpoint().isEmpty() ? null : peer.endpoint());
        json.name("allowed_ips").beginArray();
        for (String prefix : peer.allowedIps()) {
            json.value(prefix);
        }
        json.endArray();
        json.name("last_handshake_seconds").value(peer.handshakeSeconds());
        json.name("received_bytes").value(peer.received());
        json.name("sent_bytes").value(peer.sent());
        json.name("keepalive_seconds").value(peer.keepaliveSeconds());
        json.name("state").value(peer.state(nowSeconds));
        json.endObject();
    }
}
