// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Debian's Chromium, headless, with a profile of its own and without background requests. */
final class Browser implements AutoCloseable {
    static final String CHROMIUM = "/usr/bin/chromium";
    static final String DRIVER = "/usr/bin/chromedriver";

    private final ChromeDriver driver;

    /** Starts it with an empty profile in {@code directory}. */
    Browser(Path directory) {
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM);
        options.setCapability("goog:loggingPrefs", logs);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--user-data-dir=" + directory);
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(new File(DRIVER))
                        .usingAnyFreePort()
                        .build(),
                options);
        driver.get("about:blank");
    }

    /** Opens a file at a viewport width, with a light or dark colour scheme. */
    void show(Path page, int width, boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", width < 600));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        console();
        requests();
        driver.get(page.toUri().toString());
        // Collapsed sections are checked too.
        evaluate("document.querySelectorAll('details').forEach(one => one.open = true)");
    }

    /** Runs JavaScript in the page, and returns its result. */
    Object evaluate(String script) {
        return ((JavascriptExecutor) driver).executeScript(script);
    }

    /** The page's title. */
    String title() {
        return driver.getTitle();
    }

    /** The console messages since the page was opened. */
    List<String> console() {
        return entries(LogType.BROWSER);
    }

    /** The URLs requested since the page was opened, including its own, without data URLs. */
    List<String> requests() {
        return entries(LogType.PERFORMANCE).stream()
                .filter(message -> message.contains("\"Network.requestWillBeSent\""))
                .map(message -> message.replaceFirst("(?s).*\"request\":\\{.*?\"url\":\"([^\"]*)\".*", "$1"))
                .filter(address -> !address.startsWith("data:"))
                .toList();
    }

    /** Writes a screenshot of the whole page. */
    void screenshot(Path file) {
        try {
            Object height = evaluate("return document.documentElement.scrollHeight");
            Object width = evaluate("return document.documentElement.clientWidth");
            driver.executeCdpCommand(
                    "Emulation.setDeviceMetricsOverride",
                    Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
            Files.createDirectories(file.getParent());
            Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> entries(String type) {
        List<String> messages = new ArrayList<>();
        for (LogEntry entry : driver.manage().logs().get(type)) {
            messages.add(entry.getMessage());
        }
        return messages;
    }

    @Override
    public void close() {
        driver.quit();
    }
}
