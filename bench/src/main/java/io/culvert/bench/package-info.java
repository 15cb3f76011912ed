/** The command {@code culvert bench} and its subcommands. */
package io.culvert.bench;
