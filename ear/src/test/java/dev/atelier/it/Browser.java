// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The machine's own chromium, without a window, and what it complains of. */
public final class Browser implements AutoCloseable {
  private static final Set<String> GRAVE = Set.of("serious", "critical");
  private static final Set<String> FAULTS = Set.of("error", "warning");
  private static final double PATIENCE_MILLIS = 30_000;

  private final Playwright playwright;
  private final com.microsoft.playwright.Browser chromium;
  private final List<String> complaints = new ArrayList<>();

  private Browser(Playwright playwright, Path program) {
    this.playwright = playwright;
    this.chromium =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(program)
                    .setArgs(
                        List.of(
                            "--no-sandbox", "--disable-gpu", "--disable-background-networking")));
  }

  /** Whether there is one here. */
  public static boolean present() {
    return program().isPresent();
  }

  /** Starts it. */
  public static Browser open() {
    Playwright playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    return new Browser(playwright, program().orElseThrow());
  }

  private static Optional<Path> program() {
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(
            name ->
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                    .map(folder -> new File(folder, name)))
        .filter(File::canExecute)
        .map(File::toPath)
        .findFirst();
  }

  /** A page with cookies of its own. */
  public Page page() {
    BrowserContext context =
        chromium.newContext(
            new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(1280, 900)
                .setColorScheme(ColorScheme.LIGHT));
    Page page = context.newPage();
    page.setDefaultTimeout(PATIENCE_MILLIS);
    page.setDefaultNavigationTimeout(PATIENCE_MILLIS);
    page.onConsoleMessage(
        message -> {
          // That an answer was a refusal is for the page to show.
          if (FAULTS.contains(message.type())
              && !message.text().startsWith("Failed to load resource")) {
            complaints.add(message.type() + ": " + message.text());
          }
        });
    page.onPageError(complaints::add);
    return page;
  }

  /** What scripts threw and policies forbade since it was asked last. */
  public List<String> complaints() {
    List<String> since = List.copyOf(complaints);
    complaints.clear();
    return since;
  }

  /** Keeps what a page looks like: in light, in dark, and on a phone. */
  static void screenshots(Page page, String name) {
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
      screenshot(page, name + "-" + scheme.name().toLowerCase(Locale.ROOT));
    }
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    page.setViewportSize(390, 844);
    screenshot(page, name + "-phone");
    assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
        .as("%s fits a phone", name)
        .isEqualTo(true);
    page.setViewportSize(1280, 900);
  }

  static void screenshot(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions()
            .setPath(Path.of("target", "screenshots", name + ".png"))
            .setFullPage(true));
  }

  /** Refuses what keeps people who do not see, or use no mouse, from the page. */
  static void accessible(Page page, String name) {
    assertThat(new AxeBuilder(page).analyze().getViolations())
        .filteredOn(violation -> GRAVE.contains(violation.getImpact()))
        .extracting(
            violation ->
                violation.getId()
                    + ": "
                    + violation.getHelp()
                    + " "
                    + violation.getNodes().stream().map(node -> node.getHtml()).toList())
        .as(name)
        .isEmpty();
  }

  @Override
  public void close() {
    chromium.close();
    playwright.close();
  }
}
