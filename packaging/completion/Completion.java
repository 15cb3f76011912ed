// SPDX-License-Identifier: Apache-2.0
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.AutoComplete;
import picocli.CommandLine;

/** Writes the completion for bash: the commands of the daemon, and those of the overlay, which is another program. */
final class Completion {
    private Completion() {}

    /** Writes the file that is the only argument. */
    public static void main(String[] arguments) throws Exception {
        CommandLine culvert = command("io.culvert.daemon.Main");
        culvert.addSubcommand("overlay", command("io.culvert.overlay.Main"));
        Files.writeString(Path.of(arguments[0]), AutoComplete.bash("culvert", culvert));
    }

    private static CommandLine command(String name) throws Exception {
        return new CommandLine(CommandLine.defaultFactory().create(Class.forName(name)));
    }
}
