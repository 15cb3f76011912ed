// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Content;

/** Signs records by the identity of this node. */
interface RecordSigner {
    /** The value for the store. */
    byte[] sign(Content content);
}
