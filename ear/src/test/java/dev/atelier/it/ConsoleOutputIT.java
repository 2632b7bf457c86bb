// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What instances write, in pages of a real browser, of which any number may be open. */
class ConsoleOutputIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_TEXT = 200_000;
  private static final int MOST_READERS = 16;

  @TempDir static Path data;

  private static AtelierServer server;
  private static Browser browser;
  private static int started;

  private Page page;

  @BeforeAll
  static void start() {
    if (!Browser.present()) {
      System.out.println("ConsoleOutputIT is left out: chromium is not here");
    }
    Assumptions.assumeTrue(Browser.present(), "chromium");
    server = AtelierServer.start(data, Map.of());
    browser = Browser.open();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
      server.close();
    }
  }

  @BeforeEach
  void signIn() {
    page = browser.page();
    page.navigate(console("/sign-in"));
    page.fill("#name", Accounts.NAME);
    page.fill("#password", Accounts.PASSWORD);
    page.click("#sign-in");
    assertThat(page.locator("#navigation")).isVisible();
  }

  /** Instances outlive their manager, and would outlive the test. */
  @AfterEach
  void stopAllAndSeeThatNothingWasComplainedOf() {
    page.context().pages().stream().filter(one -> one != page).forEach(Page::close);
    page.navigate(console("/workspaces"));
    page.evaluate(
        "fetch('/workspaces/stop', { method: 'POST', body: new URLSearchParams({ matching: '' })"
            + " })");
    assertThat(page.locator("#workspaces tbody tr:not([data-phase=stopped])"))
        .hasCount(0, new LocatorAssertions.HasCountOptions().setTimeout(60_000));
    page.context().close();
    assertThat(browser.complaints()).isEmpty();
  }

  private static String console(String path) {
    return "http://127.0.0.1:" + server.httpPort() + path;
  }

  /** The address of the page of a new instance whose task does {@code command}. */
  private String running(String command) throws IOException {
    String id = "output-" + ++started;
    String tasks = JSON.writeValueAsString(List.of(Map.of("command", command + "; sleep 600")));
    String request =
        """
        {"id": "%1$s", "service_prefix": "%1$s", "metadata": {"owner": "ada", "meta_id": "%1$s"},
         "spec": {"workspace_image": "default", "workspace_location": "/",
                  "initializer": {"empty": {}},
                  "envvars": [{"name": "GITPOD_TASKS", "value": %2$s}]}}
        """
            .formatted(id, JSON.writeValueAsString(tasks));
    Object status =
        page.evaluate(
            "body => fetch('/api/v1/workspaces', { method: 'POST', body,"
                + " headers: { 'Content-Type': 'application/json' } }).then(a => a.status)",
            request);
    assertThat(status).isEqualTo(201);
    return console("/workspaces/" + id);
  }

  private Page open(String address) {
    Page another = page.context().newPage();
    another.navigate(address);
    return another;
  }

  private static String text(Page page) {
    return (String) page.evaluate("document.querySelector('#log').textContent");
  }

  private static void awaitEnd(Page page, String end) {
    page.waitForFunction(
        "end => document.querySelector('#log').textContent.trimEnd().endsWith(end)",
        end,
        new Page.WaitForFunctionOptions().setTimeout(60_000));
  }

  /** As a window is in front of which another tab is shown. */
  private static void hide(Page page) {
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { configurable: true, value: true });"
            + " document.dispatchEvent(new Event('visibilitychange'))");
  }

  private static void showAgain(Page page) {
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))");
  }

  @Test
  void ofALineOfManyMegabytesTheEndIsShown() throws IOException {
    page.navigate(running("head -c 20000000 /dev/zero | tr '\\0' x; printf END"));
    awaitEnd(page, "xxxEND");

    assertThat(text(page)).hasSizeLessThanOrEqualTo(MOST_TEXT);
    assertThat(text(page).length()).isGreaterThan(MOST_TEXT / 2);
  }

  @Test
  void ofManyLinesTheLastOnesAreShownWhole() throws IOException {
    page.navigate(running("seq 1 100000"));
    awaitEnd(page, "\n100000");

    assertThat(text(page)).hasSizeLessThanOrEqualTo(MOST_TEXT);
    List<Integer> shown = text(page).lines().map(Integer::valueOf).toList();
    assertThat(shown)
        .isEqualTo(IntStream.rangeClosed(shown.get(0), 100_000).boxed().toList())
        .hasSizeGreaterThan(20_000);
  }

  @Test
  void stepsOfAProgressTakeOneLineAndColoursNothing() throws IOException {
    page.navigate(
        running(
            "printf '\\033[1;32mgreen\\033[0m\\n'; seq -f '%g%%' 20000 | tr '\\n' '\\r';"
                + " printf '\\nlast'"));
    awaitEnd(page, "last");

    assertThat(text(page)).isEqualTo("green\n20000%\nlast");
  }

  @Test
  void pagesThatNobodyLooksAtHoldNoConnection() throws IOException {
    String address = running("echo ready");
    List<Page> hidden = Stream.generate(() -> open(address)).limit(6).peek(this::hidden).toList();

    page.navigate(address);
    assertThat(page.locator("#log")).containsText("ready");
    assertThat(page.locator("#connection")).hasText("Live");
    page.close();
    page = hidden.get(0);
    showAgain(page);
    assertThat(page.locator("#log")).hasText("ready");
    assertThat(page.locator("#connection")).hasText("Live");
  }

  private void hidden(Page shown) {
    assertThat(shown.locator("#log")).containsText("ready");
    hide(shown);
  }

  @Test
  void anyNumberOfVisiblePagesFollowsAndLeavesRoomForOneMore() throws IOException {
    String address = running("echo ready");
    List<Page> windows = Stream.generate(() -> open(address)).limit(7).toList();
    page.navigate(console("/"));
    assertThat(page.locator("h1")).isVisible();

    for (Page window : windows) {
      assertThat(window.locator("#connection")).hasText("Live");
      assertThat(window.locator("#now .chip"))
          .hasText("Running", new LocatorAssertions.HasTextOptions().setTimeout(60_000));
    }
    List<Page> reading = new ArrayList<>();
    List<Page> waiting = new ArrayList<>();
    for (Page window : windows) {
      Locator either = window.locator("#log:has-text('ready'), #output-note:visible");
      either.first().waitFor(new Locator.WaitForOptions());
      (text(window).isEmpty() ? waiting : reading).add(window);
    }
    assertThat(reading).hasSize(4);
    assertThat(waiting.get(0).locator("#output-note")).containsText("Too many readers");

    hide(reading.get(0));
    reading.get(1).close();
    reading.get(2).navigate(console("/workspaces"));
    for (Page window : waiting) {
      assertThat(window.locator("#log")).containsText("ready");
      assertThat(window.locator("#output-note")).isHidden();
    }
  }

  @Test
  void onePageTellsTheOthersOfChangesAndAnotherOneDoesOnceItIsGone() throws IOException {
    String address = running("echo ready");
    List<Page> windows = Stream.generate(() -> open(address)).limit(3).toList();
    for (Page window : windows) {
      assertThat(window.locator("#now .chip"))
          .hasText("Running", new LocatorAssertions.HasTextOptions().setTimeout(60_000));
    }
    windows.get(0).close();
    page.evaluate("address => fetch(address + '/stop', { method: 'POST' })", address);
    for (Page window : windows.subList(1, 3)) {
      assertThat(window.locator("#now .chip"))
          .hasText("Stopped", new LocatorAssertions.HasTextOptions().setTimeout(20_000));
    }
  }

  @Test
  void whereTheManagerHasTooManyReadersThePageSaysSoAndFollowsLater() throws Exception {
    String address = running("echo ready");
    page.navigate(address);
    assertThat(page.locator("#log")).containsText("ready");
    page.navigate(console("/"));
    List<InputStream> readers = new ArrayList<>();
    while (readers.size() < MOST_READERS) {
      InputStream reader = log(address);
      // The page's own place is free once it was found out that it has gone.
      if (new String(reader.readNBytes(40), StandardCharsets.UTF_8).contains("event: begin")) {
        readers.add(reader);
      } else {
        reader.close();
      }
    }
    page.navigate(address);
    assertThat(page.locator("#output-note")).containsText("Too many readers");

    readers.get(0).close();
    assertThat(page.locator("#log"))
        .containsText("ready", new LocatorAssertions.ContainsTextOptions().setTimeout(60_000));
    assertThat(page.locator("#output-note")).isHidden();
    for (InputStream reader : readers) {
      reader.close();
    }
  }

  private static InputStream log(String address) throws Exception {
    String login = Accounts.NAME + ":" + Accounts.PASSWORD;
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + "/log"))
            .version(HttpClient.Version.HTTP_1_1)
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)))
            .build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.ofInputStream())
        .body();
  }
}
