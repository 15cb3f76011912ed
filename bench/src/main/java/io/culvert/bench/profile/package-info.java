// SPDX-License-Identifier: Apache-2.0
/** {@code culvert profile}: flame graphs of a tunnel. */
package io.culvert.bench.profile;
