package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The page, in a real browser, on the real server. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleIT {
  private static final int MOST_ENTRIES = 1_000;
  private static final String STOPPED = "tr[data-phase=stopped]";

  @TempDir static Path data;
  @TempDir static Path repositories;

  private static AtelierServer server;
  private static GitHttpServer git;
  private static Browser browser;

  @BeforeAll
  static void start() throws IOException {
    if (!Browser.present()) {
      System.out.println("ConsoleIT is left out: chromium and chromedriver are not here");
    }
    Assumptions.assumeTrue(Browser.present(), "chromium and chromedriver");
    git = new GitHttpServer(repositories);
    leaveUnsaved("lost-sheep");
    server =
        AtelierServer.start(
            data,
            Map.of(
                "atelier.archive.most-entries",
                Integer.toString(MOST_ENTRIES),
                "atelier.local.entries.talks.images",
                "default",
                "atelier.local.entries.talks.command",
                "echo working in $PWD; exec sleep infinity"));
    browser = Browser.open();
    browser.signIn(console("/"));
  }

  /** As an instance leaves it whose content holds more than an archive may. */
  private static void leaveUnsaved(String id) throws IOException {
    Path content = Files.createDirectories(data.resolve("workspaces").resolve(id));
    for (int i = 0; i <= MOST_ENTRIES; i++) {
      Files.createFile(content.resolve("file-" + i));
    }
    Instant since = Instant.now().minus(Duration.ofHours(3));
    Files.writeString(
        Files.createDirectories(data.resolve("unsaved")).resolve(id),
        """
        owner=ada
        metaId=flock
        createdAt=%s
        since=%s
        """
            .formatted(since, since));
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      stopEverything();
      browser.close();
      server.close();
      git.close();
    }
  }

  /** Instances outlive their manager, and would outlive the test. */
  private static void stopEverything() {
    browser.go(console("/"));
    browser.awaitText("#connection", "Live");
    browser.script(
        """
        document.querySelectorAll('form.stop')
            .forEach(form => fetch(form.action, { method: 'POST' }));
        """);
    browser.await(
        "the end of all",
        p ->
            browser.findAll("tbody tr").stream()
                .allMatch(row -> "stopped".equals(row.getDomAttribute("data-phase"))));
  }

  @Test
  @Order(0)
  void whatCouldNotBeSavedIsShownAndLetGoOfWhenThatIsConfirmed() {
    browser.size(1280, 900);
    browser.scheme("light");
    browser.go(console("/"));
    browser.awaitText("#connection", "Live");
    assertThat(browser.find("#unsaved").getText())
        .contains("Content that could not be saved", "flock of ada", "3 hours ago");
    assertThat(server.get("/metrics").body()).contains("\natelier_unsaved_contents 1\n");
    browser.screenshot("unsaved-light");
    browser.size(390, 844);
    browser.screenshot("unsaved-phone-light");
    browser.size(1280, 900);

    browser.find("#unsaved button").click();
    browser.await("the question", p -> browser.find("#confirm").isDisplayed());
    browser.screenshot("let-go-light");
    browser.find("#confirm-keep").click();
    assertThat(data.resolve("workspaces/lost-sheep/file-0")).exists();

    browser.find("#unsaved button").click();
    browser.find("#confirm .danger").click();
    browser.await("no such section", p -> browser.findAll("#unsaved section").isEmpty());
    assertThat(data.resolve("workspaces/lost-sheep")).doesNotExist();
    assertThat(data.resolve("unsaved/lost-sheep")).doesNotExist();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  @Order(1)
  void aNewcomerStartsWatchesAndStopsAWorkspace() throws Exception {
    browser.size(1280, 900);
    browser.scheme("light");
    browser.go(console("/"));
    browser.awaitText("#connection", "Live");
    assertThat(browser.find("#empty").getText()).contains("Paste the URL of a git repository");
    browser.screenshot("empty-light");

    start(git.repository("atlas"));
    Object page = browser.script("return window.page = Math.random()");
    browser.awaitText("tr[data-phase=running] .chip", "Running");
    assertThat(browser.script("return window.page")).isEqualTo(page);
    browser.screenshot("running-light");
    browser.scheme("dark");
    browser.screenshot("running-dark");
    browser.size(390, 844);
    browser.screenshot("running-phone-dark");
    browser.scheme("light");
    browser.screenshot("running-phone-light");
    browser.size(1280, 900);

    browser.find("tbody th a").click();
    browser.await("the view", p -> !browser.findAll("#workspace").isEmpty());
    browser.awaitText("#connection", "Live");
    assertThat(browser.find("#live-content").getText()).contains("atlas.git");
    browser.await(
        "its output", p -> browser.find("#log").getText().contains("working in /workspace/atlas"));
    assertThat(browser.find("#live-content").getText()).contains("never");
    browser.find("#backup").click();
    browser.awaitText("#live-content time", "just now");
    assertThat(browser.find("#backup-said").getText()).startsWith("Asked for");
    browser.screenshot("workspace-light");
    browser.scheme("dark");
    browser.screenshot("workspace-dark");
    browser.scheme("light");
    browser.size(390, 844);
    browser.screenshot("workspace-phone-light");
    browser.size(1280, 900);

    page = browser.script("return window.page = Math.random()");
    browser.find("#stop").click();
    browser.await("the question", p -> browser.find("#confirm").isDisplayed());
    browser.screenshot("confirm-light");
    browser.find("#confirm .danger").click();
    browser.awaitText("#live-phase .chip", "Stopped");
    assertThat(browser.find("#stop").isDisplayed()).isFalse();
    assertThat(browser.script("return window.page")).isEqualTo(page);
    browser.screenshot("stopped-light");

    browser.find("nav a").click();
    browser.awaitText(STOPPED + " .chip", "Stopped");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void faultsStandAtTheirFieldsAndFocusIsOnTheFirst() {
    browser.size(1280, 900);
    browser.go(console("/"));
    browser.find("#url").sendKeys("ftp://example.com/x");
    browser.find("#branch").sendKeys("a..b", Keys.ENTER);

    browser.await("the fault", p -> !browser.find("#url-fault").getText().isEmpty());
    assertThat(browser.find("#url-fault").getText()).contains("http");
    assertThat(browser.find("#branch-fault").getText()).isNotEmpty();
    assertThat(browser.find("#url").getDomAttribute("aria-invalid")).isEqualTo("true");
    assertThat(browser.find("#url").getDomProperty("value")).isEqualTo("ftp://example.com/x");
    browser.await("focus", p -> "url".equals(browser.script("return document.activeElement.id")));
    browser.screenshot("faults-light");
  }

  @Test
  void aFailureSaysWhyWithoutBeingAsked() throws Exception {
    browser.size(1280, 900);
    browser.go(console("/"));
    String url = git.repository("ghost").replace("ghost", "no-such-repository");
    start(url);

    browser.await("the failure", p -> !browser.findAll(".note[data-failed=true]").isEmpty());
    assertThat(browser.find(".note[data-failed=true]").getText()).contains("nitialization failed");
    browser.screenshot("failed-light");
  }

  @Test
  void focusStaysWhereItIsWhenTheTableChanges() throws Exception {
    browser.go(console("/"));
    browser.awaitText("#connection", "Live");
    browser.find("#branch").sendKeys("ma");
    startElsewhere(git.repository("borealis"));

    browser.await(
        "the new row",
        p ->
            browser.findAll("tbody th a").stream()
                .anyMatch(link -> link.getText().startsWith("borealis-")));
    assertThat(browser.script("return document.activeElement.id")).isEqualTo("branch");
    assertThat(browser.find("#branch").getDomProperty("value")).isEqualTo("ma");
    browser.await(
        "the announcement",
        p -> browser.find("#announcer").getDomProperty("textContent").contains("borealis-"));
  }

  @Test
  void anUnknownWorkspaceHasAPageThatSaysWhatToDoNext() {
    assertThat(server.get("/workspaces/nobody").statusCode()).isEqualTo(404);
    browser.go(console("/workspaces/nobody"));

    assertThat(browser.find("h1").getText()).isEqualTo("There is no such workspace");
    assertThat(browser.find("main").getText()).contains("See all workspaces");
    browser.screenshot("unknown-light");
  }

  private static void start(String url) {
    browser.find("#url").clear();
    browser.find("#url").sendKeys(url, Keys.ENTER);
    browser.await(
        "the row", p -> browser.url().endsWith("/") && !browser.findAll("tbody tr").isEmpty());
  }

  /** Another page starts one: this one must hear of it by push. */
  private static void startElsewhere(String url) {
    browser.script(
        """
        const form = new URLSearchParams(new FormData(document.getElementById('start')));
        form.set('url', '%s');
        form.set('branch', '');
        form.set('send', 'Start');
        return fetch('/index.xhtml', { method: 'POST', body: form, redirect: 'manual' })
            .then(response => response.type);
        """
            .formatted(url));
  }

  private static String console(String path) {
    return "http://127.0.0.1:" + server.httpPort() + path;
  }
}
