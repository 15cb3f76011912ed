// SPDX-License-Identifier: Apache-2.0
/** Programs that embed a tunnel, to be read and to be run. They use the public interface of the engine only. */
package io.culvert.examples;
