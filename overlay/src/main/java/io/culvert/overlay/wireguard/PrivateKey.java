// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.wireguard;

import io.culvert.overlay.record.Key;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import javax.crypto.KeyAgreement;

/**
 * The private key of an interface. Its bytes are zeroed when it is closed; copies that the JDK's key agreement makes
 * while it computes the public key are left to the garbage collector. Not thread-safe.
 */
public final class PrivateKey implements AutoCloseable {
    private static final int BASE64_CHARS = 44;
    private static final BigInteger BASE_POINT = BigInteger.valueOf(9);
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final byte[] bytes;
    private final Key publicKey;
    private boolean closed;

    private PrivateKey(byte[] bytes, Key publicKey) {
        this.bytes = bytes;
        this.publicKey = publicKey;
    }

    /** A new random key, clamped as RFC 7748, section 5, has it. */
    public static PrivateKey random(SecureRandom source) {
        byte[] bytes = new byte[Key.BYTES];
        source.nextBytes(bytes);
        bytes[0] &= (byte) 0xf8;
        bytes[31] = (byte) (bytes[31] & 0x7f | 0x40);
        return new PrivateKey(bytes, publicKey(bytes));
    }

    /** The key of 32 bytes, which are copied. */
    public static PrivateKey of(byte[] bytes) {
        if (bytes.length != Key.BYTES) {
            throw new IllegalArgumentException("a private key has 32 bytes, not " + bytes.length);
        }
        return new PrivateKey(bytes.clone(), publicKey(bytes));
    }

    /**
     * Reads a key as {@code wg genkey} writes it.
     *
     * @throws IOException if the file cannot be read or is not such a key
     */
    public static PrivateKey read(Path file) throws IOException {
        byte[] text = Files.readAllBytes(file);
        byte[] bytes = new byte[0];
        byte[] again = new byte[0];
        try {
            if (text.length < BASE64_CHARS || text.length > BASE64_CHARS + 1) {
                throw new IllegalArgumentException("its length");
            }
            bytes = Base64.getDecoder()
                    .decode(ByteBuffer.wrap(text, 0, BASE64_CHARS))
                    .array();
            again = Base64.getEncoder().encode(bytes);
            if (!Arrays.equals(again, 0, again.length, text, 0, BASE64_CHARS)) {
                throw new IllegalArgumentException("bits beyond 32 bytes");
            }
            return of(bytes);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is not a private key: expected 44 characters of base64", e);
        } finally {
            Arrays.fill(text, (byte) 0);
            Arrays.fill(bytes, (byte) 0);
            Arrays.fill(again, (byte) 0);
        }
    }

    /**
     * Writes the key to a file that only its owner can read, in the place of what is there. It is on the disk when this
     * returns.
     */
    public void write(Path file) throws IOException {
        byte[] text = Base64.getEncoder().encode(secret());
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try (FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer content = ByteBuffer.wrap(text);
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** A copy, which the caller closes. */
    public PrivateKey copy() {
        return new PrivateKey(secret().clone(), publicKey);
    }

    /** The public key. */
    public Key publicKey() {
        return publicKey;
    }

    /** The bytes themselves, which the caller must not keep. */
    byte[] secret() {
        if (closed) {
            throw new IllegalStateException("the key is closed");
        }
        return bytes;
    }

    private static Key publicKey(byte[] bytes) {
        try {
            KeyFactory factory = KeyFactory.getInstance("X25519");
            KeyAgreement agreement = KeyAgreement.getInstance("X25519");
            agreement.init(factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, bytes)));
            XECPublicKey base =
                    (XECPublicKey) factory.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, BASE_POINT));
            agreement.doPhase(base, true);
            return new Key(agreement.generateSecret());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no X25519", e);
        }
    }

    /** Zeroes the bytes. */
    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
        closed = true;
    }
}
