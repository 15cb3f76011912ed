// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.io.IOException;

/** Turns exceptions that no test handles into failures of the test. */
final class Unchecked {
    private Unchecked() {}

    /** A call that may throw checked exceptions. */
    interface Call<T> {
        T run() throws IOException, InterruptedException;
    }

    static <T> T call(Call<T> call) {
        try {
            return call.run();
        } catch (IOException e) {
            throw new AssertionError(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
