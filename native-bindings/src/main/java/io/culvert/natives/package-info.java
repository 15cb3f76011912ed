// SPDX-License-Identifier: Apache-2.0
/** Raw memory by address. */
package io.culvert.natives;
