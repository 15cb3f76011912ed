// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

/**
 * A record whose signature has been made or verified.
 *
 * @param content what it says
 * @param envelope the bytes as they were signed
 */
public record Signed<T extends Content>(T content, Envelope envelope) {}
