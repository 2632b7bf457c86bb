// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The pages, in a real browser, on the real server. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleIT {
  private static final int MOST_ENTRIES = 1_000;

  /** What a page and all that it needs weighs. */
  private static final String BYTES =
      "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
          + ".reduce((sum, one) => sum + one.decodedBodySize, 0)";

  private static final List<String> PAGES =
      List.of(
          "/",
          "/workspaces",
          "/start",
          "/snapshots",
          "/content",
          "/usage",
          "/audit",
          "/classes",
          "/subscribers");

  @TempDir static Path data;
  @TempDir static Path repositories;

  private static AtelierServer server;
  private static GitHttpServer git;
  private static Browser browser;
  private static Page page;

  /** The page of the instance that the second test starts. */
  private static String atlas;

  @BeforeAll
  static void start() throws IOException {
    if (!Browser.present()) {
      System.out.println("ConsoleIT is left out: chromium is not here");
    }
    Assumptions.assumeTrue(Browser.present(), "chromium");
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
    page = browser.page();
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

  @AfterEach
  void nothingIsComplainedOf() {
    assertThat(browser.complaints()).isEmpty();
  }

  /** Instances outlive their manager, and would outlive the test. */
  private static void stopEverything() {
    page.navigate(console("/workspaces"));
    page.evaluate(
        "fetch('/workspaces/stop', { method: 'POST', body: new URLSearchParams({ matching: '' })"
            + " })");
    assertThat(page.locator("#workspaces tbody tr:not([data-phase=stopped])"))
        .hasCount(0, new LocatorAssertions.HasCountOptions().setTimeout(60_000));
  }

  @Test
  @Order(0)
  void whoIsNotKnownDoesNotComeIn() {
    page.navigate(console("/audit"));
    assertThat(page).hasURL(Pattern.compile("/sign-in\\?to="));
    Browser.screenshots(page, "sign-in");
    Browser.accessible(page, "sign-in");
    page.fill("#name", Accounts.NAME);
    page.fill("#password", "guessed");
    page.click("#sign-in");
    assertThat(page.locator("[role=alert]")).containsText("do not belong together");

    signIn(page, Accounts.NAME, Accounts.PASSWORD);
    assertThat(page).hasURL(console("/audit"));
    assertThat(page.locator(".account")).containsText(Accounts.NAME);
  }

  @Test
  @Order(1)
  void everyEmptyPageSaysWhatToDoNext() {
    for (String path : List.of("/workspaces", "/snapshots", "/subscribers")) {
      page.navigate(console(path));
      assertThat(page.locator(".empty")).isVisible();
    }
    page.navigate(console("/workspaces"));
    page.click(".empty a");
    assertThat(page).hasURL(console("/start"));
  }

  @Test
  @Order(2)
  void whatCouldNotBeSavedIsLetGoOfWhenThatIsConfirmed() {
    page.navigate(console("/"));
    assertThat(page.locator("#unsaved")).containsText("1 stopped workspace could not be saved");
    page.click("#unsaved a");
    assertThat(page.locator("#unsaved")).containsText("flock of ada");
    assertThat(page.locator("#unsaved time")).hasText("3 hours ago");
    Browser.screenshots(page, "unsaved");

    page.waitForLoadState();
    page.click("#unsaved button");
    Browser.screenshot(page, "let-go-light");
    page.click("#confirm-keep");
    assertThat(data.resolve("workspaces/lost-sheep/file-0")).exists();
    page.click("#unsaved button");
    page.click("#confirm-act");

    assertThat(page.locator("#unsaved section")).hasCount(0);
    assertThat(data.resolve("workspaces/lost-sheep")).doesNotExist();
    assertThat(data.resolve("unsaved/lost-sheep")).doesNotExist();
  }

  @Test
  @Order(3)
  void faultsStandAtTheirFieldsInTheWordsOfTheApi() {
    page.navigate(console("/start"));
    page.fill("#url", "ftp://example.com/x");
    page.fill("#branch", "a..b");
    page.fill("[name=port]", "99999");
    page.fill("[name=variable]", "1X");
    page.click("#send");

    assertThat(page.locator("#url-fault")).containsText("one of the schemes http, https");
    assertThat(page.locator("#branch-fault")).containsText("must be a branch");
    assertThat(page.locator("#port-rows .fault")).hasText("must be between 1 and 65535");
    assertThat(page.locator("#variable-rows .fault")).containsText("not beginning with a digit");
    assertThat(page.locator("#url")).isFocused();
    assertThat(page.locator("#url")).hasValue("ftp://example.com/x");
    Browser.screenshots(page, "faults");
    Browser.accessible(page, "faults");
  }

  @Test
  @Order(4)
  void aWorkspaceIsStartedFollowedExtendedCopiedAndStopped() throws Exception {
    page.navigate(console("/start"));
    page.fill("#url", git.repository("atlas"));
    page.fill("[name=port]", "3000");
    page.fill("[name=variable]", "API_KEY");
    page.fill("[name=value]", "hush-hush");
    page.click("#send");
    page.waitForURL(Pattern.compile("/workspaces/[0-9a-f-]{36}$"));
    atlas = page.url().substring(console("").length());
    Object same = page.evaluate("window.same = Math.random()");

    assertThat(page.locator("#now .chip")).hasText("Running", patiently());
    assertThat(page.locator("#log")).containsText("working in /workspace/atlas");
    assertThat(page.locator("#environment")).hasText("API_KEY");
    assertThat(page.locator("#ports")).containsText("3000");
    assertThat(page.locator("#timeline")).containsText("by " + Accounts.NAME);
    assertThat(page.content()).doesNotContain("hush-hush");

    assertThat(page.locator("#deadline")).containsText("if nobody uses it");
    page.click("#extend");
    assertThat(page.locator("#toasts")).containsText("Counts as used now", patientlyContaining());
    page.click("#backup");
    assertThat(page.locator("#copies")).containsText("Last backup just now", patientlyContaining());
    page.click("#snapshot");
    assertThat(page.locator("#copies .chip")).hasText("Complete", patiently());
    Browser.screenshots(page, "workspace");
    Browser.accessible(page, "workspace");

    page.click("#stop");
    Browser.screenshot(page, "confirm-light");
    page.click("#confirm-act");
    assertThat(page.locator("#now .chip")).hasText("Stopped", patiently());
    assertThat(page.locator("#stop")).hasCount(0);
    assertThat(page.evaluate("window.same")).isEqualTo(same);
    Browser.screenshots(page, "stopped");
  }

  @Test
  @Order(5)
  void whatWasDoneIsInTheAuditLogAndInTheUsage() {
    page.navigate(console("/audit?workspace=" + atlas.substring("/workspaces/".length())));
    for (String act :
        List.of("StartWorkspace", "BackupWorkspace", "TakeSnapshot", "StopWorkspace")) {
      // What goes on is there when it begins, too.
      assertThat(
              page.locator("tbody tr")
                  .filter(new Locator.FilterOptions().setHasText(act).setHasNotText("begun")))
          .hasCount(1);
    }
    assertThat(page.locator("tbody")).not().containsText("INVALID_ARGUMENT");
    page.navigate(console("/usage"));
    assertThat(page.locator("tbody tr")).containsText(Accounts.NAME);

    assertThat(text("/audit.csv?act=StopWorkspace").lines().skip(1))
        .singleElement()
        .asString()
        .contains("," + Accounts.NAME + ",", ",StopWorkspace,", ",done");
    assertThat(text("/usage.csv"))
        .contains("," + Accounts.NAME + ",", "day,owner,team,project,class");
  }

  @Test
  @Order(6)
  void aSnapshotIsStartedFrom() {
    page.navigate(console("/snapshots"));
    page.click("text=Start from it");
    assertThat(page.locator("#snapshot")).hasValue(Pattern.compile("atelier-snapshot:.*"));
    page.fill("#workspace", "atlas-again");
    page.click("#send");

    assertThat(page.locator("h1")).hasText("atlas-again");
    assertThat(page.locator("#now .chip")).hasText("Running", patiently());
    assertThat(page.locator("#timeline")).containsText("Content: snapshot");
  }

  @Test
  @Order(7)
  void aFailureSaysWhyAndWhatToDo() throws Exception {
    String url = git.repository("ghost").replace("ghost", "no-such-repository");
    page.navigate(console("/start?url=" + url));
    page.click("#send");

    assertThat(page.locator("#note")).containsText("nitialization failed", patientlyContaining());
    assertThat(page.locator("#note .advice")).not().isEmpty();
    Browser.screenshot(page, "failed-light");
  }

  @Test
  @Order(8)
  void everyControlOfAnInstanceAnswersAtItsField() {
    page.navigate(console("/workspaces?workspace=atlas-again"));
    page.click("#workspaces tbody th a");
    // Loaded: before its scripts are there a form leads to another page.
    page.waitForURL(Pattern.compile("/workspaces/[^/?]+$"));
    page.fill("#port", "70000");
    page.click("#port-form button");
    assertThat(page.locator("[data-fault=port]")).hasText("must be between 1 and 65535");
    page.evaluate("import('/assets/live.js').then(live => live.refresh())");
    assertThat(page.locator("[data-fault=port]")).hasText("must be between 1 and 65535");
    assertThat(page.locator("#port")).hasAttribute("aria-invalid", "true");
    page.fill("#port", "8080");
    page.selectOption("#visibility", "public");
    page.click("#port-form button");
    assertThat(page.locator("#ports li")).containsText("8080 http, open to everyone");
    page.click("#ports button");
    assertThat(page.locator("#ports li")).hasCount(0);

    page.fill("#timeout", "soon");
    page.locator("#timeout").press("Enter");
    assertThat(page.locator("#controls [data-fault=duration]").first()).not().isEmpty();
    page.fill("#timeout", "45m");
    page.locator("#timeout").press("Enter");
    assertThat(page.locator("#facts")).containsText("45 min");
    page.selectOption("#level", "everyone");
    page.locator("#controls form").first().locator("button").click();
    assertThat(page.locator("#facts")).containsText("everyone");
  }

  @Test
  @Order(9)
  void focusAndTypingStayWhenTheListChanges() throws Exception {
    page.navigate(console("/workspaces"));
    assertThat(page.locator("#connection")).hasText("Live");
    page.locator("#q").pressSequentially("bor");
    assertThat(page).hasURL(Pattern.compile("q=bor"));
    Page other = page.context().newPage();
    other.navigate(console("/start?url=" + git.repository("borealis")));
    other.click("#send");

    assertThat(page.locator("#workspaces tbody th").first())
        .containsText("borealis-", patientlyContaining());
    assertThat(page.locator("#q")).isFocused();
    assertThat(page.locator("#q")).hasValue("bor");
    assertThat(page.locator("#announcer")).containsText("borealis-");
    other.close();
  }

  @Test
  @Order(10)
  void manyAreStoppedAtOnce() {
    page.navigate(console("/workspaces?phase=running"));
    assertThat(page.locator("#total")).hasText("2 found", patiently());
    page.click("#pick-all");
    assertThat(page.locator("#picked")).hasText("2 selected");
    Browser.screenshots(page, "selected");
    page.click("#bulk .danger");
    page.click("#confirm-act");

    assertThat(page.locator("#bulk")).isHidden();
    assertThat(page.locator(".empty")).containsText("Nothing matches", patientlyContaining());
  }

  @Test
  @Order(11)
  void maintenanceIsSwitchedOnAndOff() {
    page.navigate(console("/"));
    page.click("#maintenance-form button");
    page.click("#confirm-act");
    assertThat(page.locator("#banners")).containsText("Under maintenance until");
    page.navigate(console("/start?url=" + "https://example.com/x.git"));
    page.click("#send");
    assertThat(page.locator("#banners [role=alert]")).hasText("under maintenance");
    page.navigate(console("/"));
    page.click("#maintenance-end button");
    assertThat(page.locator("#banners .banner")).hasCount(0);
  }

  @Test
  @Order(12)
  void everyPageIsForEverybodyAndSmall() {
    for (String path : PAGES) {
      String name = path.equals("/") ? "overview" : path.substring(1);
      page.navigate(console(path));
      assertThat(page.locator("h1")).isVisible();
      Browser.screenshots(page, name);
      Browser.accessible(page, name);
      assertThat(((Number) page.evaluate(BYTES)).longValue())
          .as("bytes of " + path)
          .isBetween(1L, 1_000_000L);
    }
  }

  @Test
  @Order(13)
  void theKeyboardGoesEverywhere() {
    page.navigate(console("/"));
    page.keyboard().press("?");
    assertThat(page.locator("#shortcuts")).isVisible();
    Browser.screenshot(page, "shortcuts-light");
    page.keyboard().press("Escape");
    page.keyboard().press("g");
    page.keyboard().press("w");
    assertThat(page).hasURL(console("/workspaces"));
    page.waitForLoadState();
    page.keyboard().press("/");
    assertThat(page.locator("#q")).isFocused();
    page.locator("#main").focus();
    page.keyboard().press("j");
    assertThat(page.locator("#workspaces tbody tr th a").first()).isFocused();
    page.keyboard().press("Enter");
    assertThat(page).hasURL(Pattern.compile("/workspaces/[0-9a-f-]{36}$"));
  }

  @Test
  @Order(14)
  void aViewerSeesEverythingAndNoButtonThatActs() {
    Page viewer = browser.page();
    viewer.navigate(console("/"));
    signIn(viewer, "viewer", "viewer-password");
    for (String path : PAGES) {
      viewer.navigate(console(path));
      assertThat(viewer.locator("h1")).isVisible();
      assertThat(viewer.locator("form[data-act], #bulk, #start, .begin")).hasCount(0);
    }
    viewer.navigate(console(atlas));
    assertThat(viewer.locator("#now .chip")).hasText("Stopped");
    assertThat(viewer.locator("form[data-act]")).hasCount(0);
    Browser.screenshot(viewer, "viewer-light");
    Object status =
        viewer.evaluate(
            "fetch('" + atlas + "/stop', { method: 'POST' }).then(answer => answer.status)");
    assertThat(status).isEqualTo(403);
    viewer.evaluate(
        "action => { const form = document.createElement('form'); form.method = 'post';"
            + " form.action = action; document.body.append(form); form.submit(); }",
        atlas + "/stop");
    assertThat(viewer.locator("h1")).hasText("That is not allowed");
    assertThat(viewer.locator("main")).containsText("viewer has the scope read");
    assertThat(viewer.locator(".account")).containsText("viewer");
    viewer.click("text=Sign out");
    assertThat(viewer).hasURL(Pattern.compile("/sign-in"));
  }

  @Test
  @Order(15)
  void anUnknownWorkspaceHasAPageThatSaysWhatToDoNext() {
    page.navigate(console("/workspaces/nobody"));

    assertThat(page.locator("h1")).hasText("There is no such workspace");
    assertThat(page.locator("main")).containsText("See all workspaces");
    Browser.screenshots(page, "unknown");
  }

  private static void signIn(Page page, String name, String password) {
    page.fill("#name", name);
    page.fill("#password", password);
    page.click("#sign-in");
    assertThat(page.locator("#navigation")).isVisible();
  }

  private static String text(String path) {
    return (String) page.evaluate("fetch('" + path + "').then(answer => answer.text())");
  }

  private static LocatorAssertions.HasTextOptions patiently() {
    return new LocatorAssertions.HasTextOptions().setTimeout(60_000);
  }

  private static LocatorAssertions.ContainsTextOptions patientlyContaining() {
    return new LocatorAssertions.ContainsTextOptions().setTimeout(60_000);
  }

  private static String console(String path) {
    return "http://127.0.0.1:" + server.httpPort() + path;
  }
}
