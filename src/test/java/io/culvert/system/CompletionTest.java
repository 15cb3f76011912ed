// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Completion in real shells, with the scripts as {@code bin/package} installs them. */
@OnHost({"bash", "zsh"})
class CompletionTest {
    /** Completes the words $@ as bash does when the tab key is pressed. */
    private static final String BASH = """
            . "$1/bash-completion/completions/culvert"
            shift
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
            _complete_culvert
            printf '%s\\n' "${COMPREPLY[@]}"
            """;

    /** Types $2 and a tab into an interactive zsh, and prints the line that it then has. */
    private static final String ZSH = """
            zmodload zsh/zpty
            zpty shell "TERM=dumb PS1= zsh -f -i"
            zpty -w shell "fpath=(${(q)1}/zsh/site-functions \\$fpath); autoload -U compinit; compinit -u -d $1/dump"
            zpty -w shell 'shown() { print -r "<$BUFFER>"; BUFFER=; zle accept-line }; zle -N shown; bindkey "^X" shown'
            zpty -n -w shell "$2"$'\\t\\C-x'
            for ((i = 0; i < 200; i++)) {
                zpty -r -t shell part && found+=$part || sleep 0.1
                [[ $found == *"<culvert"*">"* ]] && break
            }
            print -r -- "$found"
            """;

    @TempDir
    private Path share;

    @BeforeEach
    void makeScripts() throws IOException {
        Path bash = share.resolve("bash-completion/completions/culvert");
        Path zsh = share.resolve("zsh/site-functions/_culvert");
        Files.createDirectories(bash.getParent());
        Files.createDirectories(zsh.getParent());
        Command.output(
                Repository.jdkProgram("java"),
                "-cp",
                Repository.root().resolve("daemon/target/lib") + "/*:"
                        + Repository.root().resolve("overlay/target/lib") + "/*",
                Repository.root()
                        .resolve("packaging/completion/Completion.java")
                        .toString(),
                bash.toString());
        Files.copy(
                Repository.root().resolve("packaging/completion/_culvert"), zsh, StandardCopyOption.REPLACE_EXISTING);
    }

    private String bash(String... words) {
        String[] command = new String[words.length + 5];
        System.arraycopy(new String[] {"bash", "-c", BASH, "bash", share.toString()}, 0, command, 0, 5);
        System.arraycopy(words, 0, command, 5, words.length);
        return Command.output(command);
    }

    private String zsh(String line) {
        return Command.output("zsh", "-f", "-c", ZSH, "zsh", share.toString(), line);
    }

    @Test
    void bashCompletesCommandsAndOptions() {
        assertThat(bash("culvert", "de")).isEqualTo("demo");
        assertThat(bash("culvert", "--fore")).isEqualTo("--foreground");
        assertThat(bash("culvert", "demo", "--sec")).isEqualTo("--seconds");
        assertThat(bash("culvert", "demo", "overlay", "--no")).isEqualTo("--nodes");
        assertThat(bash("culvert", "overlay", "--ver")).isEqualTo("--version");
    }

    @Test
    void zshCompletesCommandsAndOptions() {
        assertThat(zsh("culvert de")).contains("<culvert demo");
        assertThat(zsh("culvert --fore")).contains("<culvert --foreground");
        assertThat(zsh("culvert demo --sec")).contains("<culvert demo --seconds");
    }
}
