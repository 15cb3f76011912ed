// SPDX-License-Identifier: Apache-2.0
/** The command {@code culvert bench} and its subcommands. */
package io.culvert.bench;
