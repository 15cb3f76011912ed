// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

/**
 * Something that the system refuses although it is wanted. The device works without it, and tries again.
 *
 * @param what a word, such as {@code ipv6}
 * @param reason why it is refused, or what is used instead
 */
public record Shortfall(String what, String reason) {}
