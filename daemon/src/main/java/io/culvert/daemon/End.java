// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

/**
 * Why an interface, or the process, ends.
 *
 * @param reason in words, for the log
 * @param failed whether it is an internal error, rather than an orderly end
 */
record End(String reason, boolean failed) {
    static End orderly(String reason) {
        return new End(reason, false);
    }

    static End failure(String reason) {
        return new End(reason, true);
    }
}
