// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.pki;

import io.culvert.overlay.trust.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate authority for a network that is tried out, with its key on the enroller's machine. The JDK's keytool
 * makes the certificates: it is part of every Java runtime that has java.base, so nothing has to be installed.
 *
 * <p>Its directory, which only its owner may enter, has the key store {@code keys.p12} with all private keys, and its
 * password in {@code password}.
 */
public final class LabAuthority {
    /** What bin/keytool starts; a runtime image may lack that program, and never this class. */
    private static final String KEYTOOL = "java.base/sun.security.tools.keytool.Main";

    private static final String CA = "ca";
    private static final String DAYS = "825";

    private final Path directory;

    private LabAuthority(Path directory) {
        this.directory = directory;
    }

    /** Makes an authority, or takes the one that is there. */
    public static LabAuthority in(Path directory) throws IOException {
        LabAuthority authority = new LabAuthority(directory);
        PrivateFile.createDirectory(directory);
        if (!Files.exists(authority.password())) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            PrivateFile.create(authority.password(), Base64.getUrlEncoder().encodeToString(random) + "\n");
        }
        if (!authority.has(CA)) {
            authority.keytool(
                    CA,
                    "CN=Culvert lab",
                    List.of("-ext", "bc:critical=ca:true", "-ext", "ku:critical=keyCertSign,cRLSign"));
        }
        return authority;
    }

    /** Whether there is one in the directory. */
    public static boolean exists(Path directory) {
        return Files.exists(directory.resolve("keys.p12"));
    }

    private Path password() {
        return directory.resolve("password");
    }

    private Path keys() {
        return directory.resolve("keys.p12");
    }

    private boolean has(String alias) throws IOException {
        return Files.exists(keys()) && certificate(alias) != null;
    }

    /**
     * Makes a certificate for etcd's members, unless there is one. It has no CN: etcd would take that for a user when
     * its gateway connects to itself.
     *
     * @param hosts their names and addresses, such as {@code dns:localhost} and {@code ip:127.0.0.1}
     */
    public void issueServer(List<String> hosts) throws IOException {
        if (!has("server")) {
            keytool(
                    "server",
                    "O=Culvert lab",
                    List.of(
                            "-signer",
                            CA,
                            "-ext",
                            "ku:critical=digitalSignature",
                            "-ext",
                            "eku=serverAuth,clientAuth",
                            "-ext",
                            "san=" + String.join(",", hosts)));
        }
    }

    /** Makes a certificate for the etcd user of that name, unless there is one. */
    public void issueClient(String user) throws IOException {
        if (!has(user)) {
            keytool(
                    user,
                    "CN=" + user,
                    List.of("-signer", CA, "-ext", "ku:critical=digitalSignature", "-ext", "eku=clientAuth"));
        }
    }

    /** Writes the authority's certificate in PEM. */
    public void writeAuthority(Path file) throws IOException {
        PrivateFile.replace(file, pem("CERTIFICATE", encoded(certificate(CA))), PrivateFile.PUBLIC);
    }

    /** Writes a certificate, and its private key to a private file. */
    public void write(String name, Path certificate, Path key) throws IOException {
        PrivateFile.replace(certificate, pem("CERTIFICATE", encoded(certificate(name))), PrivateFile.PUBLIC);
        try {
            Key secret = open().getKey(name, secret());
            PrivateFile.replace(key, pem("PRIVATE KEY", secret.getEncoded()), PrivateFile.PRIVATE);
        } catch (GeneralSecurityException e) {
            throw new IOException(keys() + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static byte[] encoded(Certificate certificate) throws IOException {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IOException("a certificate cannot be written: " + e.getMessage(), e);
        }
    }

    private static String pem(String type, byte[] encoded) {
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return "-----BEGIN " + type + "-----\n" + lines.encodeToString(encoded) + "\n-----END " + type + "-----\n";
    }

    private Certificate certificate(String alias) throws IOException {
        try {
            return open().getCertificate(alias);
        } catch (GeneralSecurityException e) {
            throw new IOException(keys() + " cannot be used: " + e.getMessage(), e);
        }
    }

    private KeyStore open() throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(keys().toFile(), secret());
    }

    private char[] secret() throws IOException {
        return PrivateFile.read(password()).strip().toCharArray();
    }

    private void keytool(String alias, String name, List<String> extensions) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-m",
                KEYTOOL,
                "-genkeypair",
                "-keystore",
                keys().toString(),
                "-storetype",
                "PKCS12",
                "-storepass:file",
                password().toString(),
                "-alias",
                alias,
                "-dname",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-sigalg",
                "SHA256withECDSA",
                "-validity",
                DAYS));
        command.addAll(extensions);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("keytool cannot make the certificate " + alias + ": " + output.strip());
            }
            Files.setPosixFilePermissions(keys(), PosixFilePermissions.fromString(PrivateFile.PRIVATE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
