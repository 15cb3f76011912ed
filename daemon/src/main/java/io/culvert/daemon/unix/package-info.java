// SPDX-License-Identifier: Apache-2.0
/** Unix sockets: files on which the daemon listens, and datagrams to the service manager and the system log. */
package io.culvert.daemon.unix;
