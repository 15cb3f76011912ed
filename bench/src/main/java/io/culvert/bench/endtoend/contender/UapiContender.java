package io.culvert.bench.endtoend.contender;

import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A WireGuard program in user space that serves the UAPI. */
public final class UapiContender implements Contender {
    private final String name;
    private final Program program;

    private UapiContender(String name, Program program) {
        this.name = name;
        this.program = program;
    }

    /** The program that {@code program} brings. */
    public static UapiContender of(String name, Program program) {
        return new UapiContender(name, program);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String version() throws InterruptedException {
        return program.version();
    }

    @Override
    public Optional<String> missing(Installer installer) throws InterruptedException {
        return program.missing(installer);
    }

    @Override
    public Optional<String> unfit(Condition condition) {
        return Optional.empty();
    }

    @Override
    public boolean isWireGuard() {
        return true;
    }

    @Override
    public Tunnel open(Testbed testbed, Condition condition) throws IOException, InterruptedException {
        UapiTunnel tunnel = new UapiTunnel(testbed, condition);
        try {
            List<String> devices = List.of(tunnel.start(0, program), tunnel.start(1, program));
            tunnel.setWireGuardEnds(WireGuard.configure(testbed, devices, condition));
            tunnel.awaitPassage();
            return tunnel;
        } catch (IOException | InterruptedException | RuntimeException e) {
            tunnel.close();
            throw e;
        }
    }
}
