// SPDX-License-Identifier: Apache-2.0
/** Where log messages go: stderr, the journal, the system log or a file. */
package io.culvert.daemon.log;
