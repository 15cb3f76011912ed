// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.command;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** How commands say what was wrong: in one line, with what to do, and without a stack trace or the whole usage. */
public final class CommandErrors {
    private static final Logger LOG = System.getLogger(CommandErrors.class.getName());

    private CommandErrors() {}

    /** Sets the handlers of a command and its subcommands, which it returns. */
    public static CommandLine inWords(CommandLine command) {
        return command.setParameterExceptionHandler(CommandErrors::wrongParameter)
                .setExecutionExceptionHandler(CommandErrors::failed);
    }

    private static int wrongParameter(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println(name + ": error: " + e.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr());
        command.getErr().println("Try: " + name + " --help");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static int failed(Exception e, CommandLine command, ParseResult arguments) {
        command.getErr().println(command.getCommandSpec().qualifiedName() + ": error: " + words(e));
        LOG.log(Level.DEBUG, "the command failed", e);
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    private static String words(Exception e) {
        return switch (e) {
            case NoSuchFileException missing -> "no such file: " + missing.getFile();
            case AccessDeniedException denied -> "permission denied: " + denied.getFile();
            case FileAlreadyExistsException existing -> "not a directory: " + existing.getFile();
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }
}
