// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates and keys in PEM, for the JDK's TLS. */
public final class Tls {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----", Pattern.DOTALL);
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

    private Tls() {}

    /**
     * TLS with certificates on both sides.
     *
     * @param authorities of the other side, one or more certificates
     * @param chain this side's certificate, with those between it and its authority
     * @param key this side's private key, in PKCS #8
     * @throws IOException if a file cannot be read or used; the message names it
     */
    public static SSLContext context(Path authorities, Path chain, Path key) throws IOException {
        try {
            KeyStore trusted = empty();
            int number = 0;
            for (Certificate authority : certificates(authorities)) {
                trusted.setCertificateEntry("ca" + number++, authority);
            }
            KeyStore own = empty();
            own.setKeyEntry(
                    "own", privateKey(key), new char[0], certificates(chain).toArray(new Certificate[0]));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, new char[0]);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(chain + " and " + key + " cannot be used for TLS: " + e.getMessage(), e);
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static List<Certificate> certificates(Path file) throws IOException {
        try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(file))) {
            List<Certificate> found =
                    List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
            if (found.isEmpty()) {
                throw new IOException(file + ": expected certificates in PEM, found none");
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + ": expected certificates in PEM: " + e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException {
        Matcher matcher = KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
        if (!matcher.find()) {
            throw new IOException(
                    file + ": expected a key in PKCS #8, without a password: openssl pkcs8 -topk8 -nodes makes one");
        }
        PKCS8EncodedKeySpec bytes =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1)));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(bytes);
            } catch (GeneralSecurityException e) {
                continue;
            }
        }
        throw new IOException(file + ": expected a key for EC, RSA or EdDSA");
    }
}
