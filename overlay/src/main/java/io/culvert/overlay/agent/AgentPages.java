// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.culvert.overlay.loop.Loop;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** What an agent tells over its socket: {@code /status} and {@code /peers} in JSON, and {@code /metrics}. */
final class AgentPages {
    static final String STATUS = "/status";
    static final String PEERS = "/peers";
    static final String METRICS = "/metrics";

    static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .disableHtmlEscaping()
            .setPrettyPrinting()
            .create();

    private static final int LIMIT_SECONDS = 8;

    private AgentPages() {}

    /** The pages by their paths; each asks the agent on its loop. */
    static Map<String, Callable<String>> of(Agent agent, Loop loop) {
        return Map.of(
                STATUS, () -> GSON.toJson(ask(loop, agent::status)) + "\n",
                PEERS, () -> GSON.toJson(ask(loop, agent::peers)) + "\n",
                METRICS, () -> OverlayMetrics.of(ask(loop, agent::status)));
    }

    private static <T> T ask(Loop loop, Callable<T> question) throws Exception {
        CompletableFuture<T> answer = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return question.call();
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                loop::execute);
        return answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
}
