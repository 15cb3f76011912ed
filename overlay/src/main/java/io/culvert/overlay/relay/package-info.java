// SPDX-License-Identifier: Apache-2.0
/**
 * A relay between the store and many nodes: it holds one watch, and hands changes on in batches over HTTPS. It need not
 * be trusted more than the store, since nodes verify each record.
 */
package io.culvert.overlay.relay;
