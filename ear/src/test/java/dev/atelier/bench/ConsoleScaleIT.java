// SPDX-License-Identifier: Apache-2.0
package dev.atelier.bench;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.atelier.it.Accounts;
import dev.atelier.it.AtelierServer;
import dev.atelier.it.Browser;
import dev.atelier.workspace.LeftOut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The list of workspaces when there are thousands, on a runtime that starts nothing. */
@EnabledIfSystemProperty(
    named = "atelier.console.scale",
    matches = "true",
    disabledReason = "it measures, on a machine at rest: -Datelier.console.scale=true")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleScaleIT {
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @TempDir static Path data;

  private static AtelierServer server;
  private static LoadGenerator load;
  private static Browser browser;
  private static Page page;

  @BeforeAll
  static void start() throws IOException {
    LeftOut.unless(Browser.present(), "chromium is not here", "the console with thousands");
    Path jar = IdleRuntimeJar.make(Path.of(System.getProperty("atelier.jar")));
    server = AtelierServer.start(jar, data, Map.of("atelier.timeouts.startup", "24h"));
    load = new LoadGenerator("127.0.0.1:" + server.grpcPort(), "bench");
    browser = Browser.open();
    page = browser.page();
    page.navigate(console("/"));
    page.fill("#name", Accounts.NAME);
    page.fill("#password", Accounts.PASSWORD);
    page.click("#sign-in");
    assertThat(page.locator("#navigation")).isVisible();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
      load.close();
      server.close();
    }
  }

  @Test
  @Order(1)
  void aChangeIsSeenWithinASecondAndMovesNothing() throws Exception {
    // A machine that is busy may refuse some.
    int known = load.starts(2_000, 200, PATIENCE).ids().size();
    page.setViewportSize(1280, 700);
    page.navigate(console("/workspaces?sort=created"));
    assertThat(page.locator("#total")).hasText(known + " known");
    assertThat(page.locator("#connection")).hasText("Live");
    page.locator("#workspaces tbody .pick input").nth(20).check();
    Object scrolled = page.evaluate("scrollTo(0, 600), scrollY");
    Thread.sleep(2_000);

    long best = Long.MAX_VALUE;
    for (int i = 1; i <= 3; i++) {
      long before = System.nanoTime();
      load.starts(1, 1_000, PATIENCE);
      assertThat(page.locator("#total")).hasText(known + i + " known");
      best = Math.min(best, System.nanoTime() - before);
      Thread.sleep(1_500);
    }

    System.out.printf("a change among 2,000 is seen after %d ms%n", best / 1_000_000);
    assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofSeconds(1));
    assertThat(page.evaluate("scrollY")).isEqualTo(scrolled);
    assertThat(page.locator("#workspaces tbody .pick input").nth(20)).isChecked();
    assertThat(page.locator("#picked")).hasText("1 selected");
  }

  @Test
  @Order(2)
  void theListIsPaintedWithinASecondWithFiveThousand() throws Exception {
    load.starts(3_000, 200, PATIENCE);
    double best = Double.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      page.navigate(console("/workspaces"));
      assertThat(page.locator("#workspaces tbody tr")).hasCount(50);
      Object paint =
          page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime");
      best = Math.min(best, ((Number) paint).doubleValue());
    }
    Files.createDirectories(Path.of("target", "screenshots"));
    page.screenshot(
        new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", "many-light.png")));

    Object weight =
        page.evaluate(
            "[...performance.getEntriesByType('navigation'), ..."
                + "performance.getEntriesByType('resource')]"
                + ".reduce((sum, each) => sum + each.encodedBodySize, 0)");
    int bytes = ((Number) weight).intValue();
    System.out.printf("the list of 5,000 is painted after %.0f ms, of %,d bytes%n", best, bytes);
    assertThat(best).isLessThan(1_000);
    assertThat(bytes).isBetween(10_000, 1_000_000);
    page.navigate(console("/"));
    page.screenshot(
        new Page.ScreenshotOptions()
            .setPath(Path.of("target", "screenshots", "many-overview-light.png")));
  }

  private static String console(String path) {
    return "http://127.0.0.1:" + server.httpPort() + path;
  }
}
