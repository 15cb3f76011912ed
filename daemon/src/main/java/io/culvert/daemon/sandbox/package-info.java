// SPDX-License-Identifier: Apache-2.0
/** What the daemon gives up after its start: capabilities, system calls, core dumps. */
package io.culvert.daemon.sandbox;
