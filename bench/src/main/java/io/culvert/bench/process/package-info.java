// SPDX-License-Identifier: Apache-2.0
/** Child JVMs, and an orderly end on signals. */
package io.culvert.bench.process;
