// SPDX-License-Identifier: Apache-2.0
/** The pipeline in memory: devices without a kernel that carry super-packets and trains of datagrams. */
package io.culvert.bench.jmh.pipeline;
