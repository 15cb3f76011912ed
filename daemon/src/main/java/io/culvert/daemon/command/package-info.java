// SPDX-License-Identifier: Apache-2.0
/** What the commands of Culvert and of its benchmarks have in common. */
package io.culvert.daemon.command;
