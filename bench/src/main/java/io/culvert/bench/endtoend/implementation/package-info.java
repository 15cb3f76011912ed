// SPDX-License-Identifier: Apache-2.0
/** The measured implementations: how they are installed, started and configured. */
package io.culvert.bench.endtoend.implementation;
