// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.common.exception.ErrorCode;
import io.etcd.jetcd.common.exception.EtcdException;
import io.etcd.jetcd.common.exception.EtcdExceptionFactory;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What etcd's errors mean to a caller. */
final class EtcdErrors {
    private static final Set<ErrorCode> REFUSED = Set.of(ErrorCode.PERMISSION_DENIED, ErrorCode.UNAUTHENTICATED);

    private EtcdErrors() {}

    /** The error in the overlay's terms; {@code settings} name the store in it. */
    static StoreException of(Throwable failure, EtcdSettings settings) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof StoreException known) {
            return known;
        }
        EtcdException error = EtcdExceptionFactory.toEtcdException(cause);
        String text = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
        if (error instanceof CompactedException || text.contains("has been compacted")) {
            return new StoreException(
                    StoreException.Kind.COMPACTED, "etcd no longer has the revision asked for", error);
        }
        // Without a user etcd answers "user name is empty", as INVALID_ARGUMENT.
        if (REFUSED.contains(error.getErrorCode())
                || text.contains("permission denied")
                || text.contains("user name")
                || text.contains("invalid auth")) {
            return new StoreException(
                    StoreException.Kind.REFUSED,
                    "etcd at " + settings + " refuses this client (" + error.getMessage()
                            + "): look at its certificate's CN and at the role of that etcd user",
                    error);
        }
        if (error.getErrorCode() == ErrorCode.INVALID_ARGUMENT) {
            return new StoreException(
                    StoreException.Kind.INVALID, "etcd cannot serve the request: " + error.getMessage(), error);
        }
        return new StoreException(
                StoreException.Kind.UNAVAILABLE,
                "etcd at " + settings + " does not answer (" + root(error) + "): look at etcd, at the network, and"
                        + " at the certificates",
                error);
    }

    /** Whether the failure says that a lease has ended. */
    static boolean isLeaseGone(Throwable failure) {
        return failure instanceof StoreException store
                && store.getCause() instanceof EtcdException error
                && error.getErrorCode() == ErrorCode.NOT_FOUND;
    }

    /** The innermost message, such as "Connection refused". */
    private static String root(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** The store did not answer within {@link Store#DEADLINE}. */
    static StoreException timeout(EtcdSettings settings) {
        return new StoreException(
                StoreException.Kind.UNAVAILABLE,
                "etcd at " + settings + " did not answer within " + Store.DEADLINE.toSeconds()
                        + " s: look whether it runs and has a quorum, and at the certificates",
                null);
    }
}
