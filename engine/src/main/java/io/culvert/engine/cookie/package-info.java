// SPDX-License-Identifier: Apache-2.0
/** Protection against floods of handshake messages: MACs, cookies and the rate limiter. */
package io.culvert.engine.cookie;
