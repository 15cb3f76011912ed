// SPDX-License-Identifier: Apache-2.0
/** The store of an overlay's records, as the overlay sees it, and etcd as such a store. */
package io.culvert.overlay.store;
