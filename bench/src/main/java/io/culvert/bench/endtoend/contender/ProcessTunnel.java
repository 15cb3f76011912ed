package io.culvert.bench.endtoend.contender;

import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A tunnel with one program at each end. */
class ProcessTunnel extends Tunnel {
    private final List<Daemon> daemons = new ArrayList<>();

    ProcessTunnel(Testbed testbed) {
        super(testbed);
    }

    /** Starts the next side's program. */
    final Daemon start(List<String> command) throws IOException {
        Daemon daemon = new Daemon(namespace(daemons.size()), command);
        daemons.add(daemon);
        return daemon;
    }

    @Override
    public final double cpuSeconds(int side) throws IOException {
        return daemons.get(side).cpuSeconds();
    }

    @Override
    public final double residentMebibytes(int side) throws IOException {
        return daemons.get(side).residentMebibytes();
    }

    @Override
    public void close() {
        daemons.forEach(Daemon::close);
    }
}
