// SPDX-License-Identifier: Apache-2.0
/** Programs that embed a tunnel. */
module io.culvert.examples {
    requires io.culvert.engine;
}
