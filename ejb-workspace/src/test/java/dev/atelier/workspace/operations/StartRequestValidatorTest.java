// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.FieldViolation;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.PortProtocol;
import dev.atelier.workspace.domain.PortRequest;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.StartRequestSpecBuilder;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartRequestValidatorTest {
  private static final String KEY =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0bYzYqkQ1mJm9mVQqzq0qgk4Yp0WJb2yVhYk1gkq3n me@here";

  private final StartRequestValidator validator =
      new StartRequestValidator(
          Classes.ONE,
          TimeoutSettings.DEFAULT,
          new WorkspaceUrls(
              "https://{prefix}.{host}", "https://{port}-{prefix}.{host}", "example.org"),
          Set.of("http", "https"));

  private Workspace accepted(StartRequest request) throws WorkspaceFault {
    return validator.validate(request, Workspaces.CREATED, TraceContext.NONE).workspace();
  }

  private List<String> refused(StartRequest request) {
    WorkspaceFault fault = catchThrowableOfType(WorkspaceFault.class, () -> accepted(request));
    assertThat(fault).as("refusal").isNotNull();
    assertThat(fault.code()).isEqualTo(WorkspaceFault.Code.INVALID_ARGUMENT);
    assertThat(fault.getMessage()).isNotBlank();
    return fault.violations().stream().map(FieldViolation::field).toList();
  }

  private static StartRequest with(Consumer<StartRequestSpecBuilder> change) {
    StartRequest request = Workspaces.request("i");
    StartRequestSpecBuilder builder = StartRequestSpecBuilder.builder(request.spec());
    change.accept(builder);
    return request.withSpec(builder.build());
  }

  private static Initializer.Git git(CloneTargetMode mode, String target, String location) {
    return new Initializer.Git(
        "https://example.org/a.git",
        "",
        mode,
        target,
        location,
        Map.of(),
        GitAuthentication.NONE,
        false);
  }

  @Test
  void fillsInWhatWasLeftOut() throws WorkspaceFault {
    Workspace workspace = accepted(Workspaces.request("i"));

    assertThat(workspace.version()).isEqualTo(1);
    assertThat(workspace.createdAt()).isEqualTo(Workspaces.CREATED);
    assertThat(workspace.spec().workspaceClass()).isEqualTo("default");
    assertThat(workspace.spec().url()).isEqualTo("https://meta-i.example.org");
    assertThat(workspace.spec().workspaceLocation()).isEmpty();
    assertThat(workspace.spec().maximumLifetime()).isEqualTo(Duration.ofHours(36));
    assertThat(workspace.controls().timeout()).isEqualTo(Duration.ofMinutes(30));
    assertThat(workspace.controls().closedTimeout()).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void headlessOnesHaveTheHeadlessTimeout() throws WorkspaceFault {
    StartRequest request = Workspaces.request("i").withType(WorkspaceType.PREBUILD);

    assertThat(accepted(request).controls().timeout()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void tellsAllFaultsAtOnce() {
    StartRequest request =
        new StartRequest(
            "Not_A_Label",
            "8080-prefix",
            WorkspaceType.REGULAR,
            null,
            with(s -> s.workspaceImage("").workspaceLocation("").initializer(null).timeout("soon"))
                .spec(),
            List.of(new FieldViolation("type", "is not a known value")));

    assertThat(refused(request))
        .containsExactlyInAnyOrder(
            "type",
            "id",
            "service_prefix",
            "metadata",
            "spec.workspace_image",
            "spec.workspace_location",
            "spec.initializer",
            "spec.timeout");
  }

  @Test
  void absentSpecIsOneFault() {
    assertThat(refused(Workspaces.request("i").withSpec(null))).containsExactly("spec");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "a-", "A", "a.b", "a_b", "a/b", "..", "a\0b", "\u00e4", "a b"})
  void idIsADnsLabel(String id) {
    assertThat(refused(Workspaces.request("i").withId(id))).containsExactly("id");
  }

  @Test
  void idHasAtMost52Characters() throws WorkspaceFault {
    accepted(Workspaces.request("i").withId("a".repeat(52)));

    assertThat(refused(Workspaces.request("i").withId("a".repeat(53)))).containsExactly("id");
  }

  @ParameterizedTest
  @CsvSource({
    "REGULAR,my-app,true",
    "REGULAR,'',false",
    "IMAGEBUILD,'',true",
    "PREBUILD,'',true",
    "REGULAR,123456789-123456789-123456789-123456789-123456789-1234567,false",
    "REGULAR,a23456789-123456789-123456789-123456789-123456789-1234567,true",
    "REGULAR,a23456789-123456789-123456789-123456789-123456789-12345678,false",
    "REGULAR,12345678-90AB-cdef-1234-567890abcdef,false",
    "REGULAR,12345678-90ab-cdef-1234-567890abcdef,true",
    "REGULAR,8080-app,false",
    "REGULAR,8080app,true",
    "REGULAR,My-App,false",
    "REGULAR,a.b,false",
    "IMAGEBUILD,i,true",
    "PREBUILD,8080-app,true",
    "PREBUILD,../x,false",
  })
  void prefixFitsIntoAHostName(WorkspaceType type, String prefix, boolean valid)
      throws WorkspaceFault {
    StartRequest request = Workspaces.request("i").withType(type).withServicePrefix(prefix);
    if (valid) {
      accepted(request);
    } else {
      assertThat(refused(request)).contains("service_prefix");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/,''",
    ".,''",
    "/workspace,''",
    "/workspace/,''",
    "app,app",
    "/workspace/app,app",
    "a/./b//c/,a/b/c",
    "a/../b,b",
    "..a,..a",
    "/workspace/a/../b,b",
    "a b/\u00e4,a b/\u00e4"
  })
  void pathsAreRelativeToTheWorkspaceFolder(String path, String normal) throws WorkspaceFault {
    assertThat(accepted(with(s -> s.workspaceLocation(path))).spec().workspaceLocation())
        .isEqualTo(normal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        "../x",
        "a/../../x",
        "/etc",
        "/workspace/../etc",
        "/workspaces/x",
        "//etc",
        "a\0b",
        "a\nb"
      })
  void pathsOutOfTheWorkspaceFolderAreRefused(String path) {
    assertThat(refused(with(s -> s.workspaceLocation(path))))
        .containsExactly("spec.workspace_location");
    assertThat(refused(with(s -> s.initializer(git(CloneTargetMode.REMOTE_HEAD, "", path)))))
        .containsExactly("spec.initializer.git.checkout_location");
  }

  @Test
  void pathsHaveABound() {
    assertThat(refused(with(s -> s.workspaceLocation("a".repeat(256))))).isNotEmpty();
    assertThat(refused(with(s -> s.workspaceLocation("a/".repeat(4_000))))).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1s", "30", "soon", "2562048h", "1h 2m"})
  void durationsAreGoDurations(String duration) {
    assertThat(
            refused(
                with(s -> s.timeout(duration).closedTimeout(duration).maximumLifetime(duration))))
        .containsExactly("spec.timeout", "spec.closed_timeout", "spec.maximum_lifetime");
  }

  @Test
  void onlyTheClosedTimeoutMayBeZero() throws WorkspaceFault {
    assertThat(accepted(with(s -> s.closedTimeout("0"))).controls().closedTimeout()).isZero();
    assertThat(refused(with(s -> s.timeout("0").maximumLifetime("0s"))))
        .containsExactly("spec.timeout", "spec.maximum_lifetime");
  }

  @Test
  void portsAreUniqueAndInRange() throws WorkspaceFault {
    PortRequest http = new PortRequest(3000, PortVisibility.PUBLIC, PortProtocol.HTTP);
    PortRequest zero = new PortRequest(0, PortVisibility.PUBLIC, PortProtocol.HTTP);
    PortRequest huge = new PortRequest(4294967295L, PortVisibility.PUBLIC, PortProtocol.HTTP);

    assertThat(accepted(with(s -> s.ports(List.of(http)))).controls().ports().get(0).url())
        .isEqualTo("https://3000-meta-i.example.org");
    assertThat(refused(with(s -> s.ports(List.of(http, http, zero, huge)))))
        .containsExactly("spec.ports[1].port", "spec.ports[2].port", "spec.ports[3].port");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "git@example.org:a.git",
        "file:///etc",
        "ext::sh -c id",
        "ssh://example.org/a",
        "https://",
        "https:///a",
        "http://user:password@example.org/a",
        "http://user:password@git_server/a",
        "http://user:@example.org/a",
        "https://example.org:65536/a",
        "https://example.org:0/a",
        "https://git_server:99999/a",
        "https://a..b/c",
        "a b",
        "-u",
        "javascript:1"
      })
  void remotesAreWebAddresses(String uri) {
    Initializer git =
        new Initializer.Git(
            uri, "", CloneTargetMode.REMOTE_HEAD, "", "", Map.of(), GitAuthentication.NONE, false);

    assertThat(refused(with(s -> s.initializer(git))))
        .isNotEmpty()
        .allMatch("spec.initializer.git.remote_uri"::equals);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.org/a",
        "HTTPS://Example.ORG:65535/a?b@c#d",
        "https://org@dev.example.org/org/app/_git/app",
        "https://org@git_server:8443/a",
        "http://git_server/a",
        "http://b\u00fccher.test/a",
        "http://xn--bcher-kva.test/a",
        "http://[2001:db8::1]:3000/a",
      })
  void urlsOfCloneButtonsAreTakenAsTheyAre(String uri) throws WorkspaceFault {
    Initializer git =
        new Initializer.Git(
            uri, uri, CloneTargetMode.REMOTE_HEAD, "", "", Map.of(), GitAuthentication.NONE, false);

    assertThat(accepted(with(s -> s.initializer(git))).spec().initializer()).isEqualTo(git);
  }

  @ParameterizedTest
  @CsvSource({
    "https://b\u00fccher.test:65535/a, true",
    "https://me@example.org/a, false",
    "https://example.org:65536/a, false",
    "https://file_server/a, false",
  })
  void downloadsAskNobodyByNameAndHostsWithoutUnderscores(String url, boolean valid)
      throws WorkspaceFault {
    Initializer download =
        new Initializer.Download(
            List.of(new Initializer.FileInfo(url, "a", "sha256:" + "a".repeat(64))), "");
    if (valid) {
      accepted(with(s -> s.initializer(download)));
    } else {
      assertThat(refused(with(s -> s.initializer(download))))
          .containsExactly("spec.initializer.download.files[0].url");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "REMOTE_HEAD,'',true",
    "REMOTE_BRANCH,'',true",
    "REMOTE_BRANCH,feature/a,true",
    "REMOTE_COMMIT,'',false",
    "LOCAL_BRANCH,'',false",
    "REMOTE_BRANCH,--upload-pack=x,false",
    "REMOTE_BRANCH,a..b,false",
    "REMOTE_BRANCH,a b,false",
    "REMOTE_COMMIT,0123456789abcdef0123456789abcdef01234567,true",
  })
  void cloneTargetsAreRevisions(CloneTargetMode mode, String target, boolean valid)
      throws WorkspaceFault {
    StartRequest request = with(s -> s.initializer(git(mode, target, "")));
    if (valid) {
      accepted(request);
    } else {
      assertThat(refused(request)).containsExactly("spec.initializer.git.clone_taget");
    }
  }

  @Test
  void downloadsNeedFullDigestsAndPathsInside() throws WorkspaceFault {
    Initializer right =
        new Initializer.Download(
            List.of(
                new Initializer.FileInfo(
                    "https://example.org/a", "/a/b", "sha256:" + "a".repeat(64))),
            "/");
    Initializer wrong =
        new Initializer.Download(
            List.of(
                new Initializer.FileInfo("ftp://example.org/a", "../a", "sha256:abc"),
                new Initializer.FileInfo("https://example.org/a", "", "md5:" + "a".repeat(32))),
            "../..");

    assertThat(accepted(with(s -> s.initializer(right))).spec().initializer())
        .isEqualTo(
            new Initializer.Download(
                List.of(
                    new Initializer.FileInfo(
                        "https://example.org/a", "a/b", "sha256:" + "a".repeat(64))),
                ""));
    assertThat(refused(with(s -> s.initializer(wrong))))
        .contains(
            "spec.initializer.download.files[0].url",
            "spec.initializer.download.files[0].digest",
            "spec.initializer.download.files[0].file_path",
            "spec.initializer.download.files[1].digest",
            "spec.initializer.download.files[1].file_path",
            "spec.initializer.download.target_location");
  }

  @Test
  void credentialsStayOutOfTheSpec() throws WorkspaceFault {
    Initializer.Git secret =
        new Initializer.Git(
            "https://example.org/a.git",
            "",
            CloneTargetMode.REMOTE_HEAD,
            "",
            "",
            Map.of(),
            new GitAuthentication(GitAuthentication.Method.BASIC, "me", "s3cret", ""),
            false);
    StartRequest request =
        with(
            s ->
                s.initializer(
                    new Initializer.Composite(
                        List.of(
                            new Initializer.Prebuild(Optional.empty(), List.of(secret)), secret))));

    assertThat(
            accepted(request).spec().initializer().gitSteps().map(Initializer.Git::authentication))
        .hasSize(2)
        .containsOnly(GitAuthentication.NONE);
    assertThat(request.toString()).doesNotContain("s3cret");
  }

  @ParameterizedTest
  @CsvSource({
    "atelier-snapshot:0123456789abcdef0123456789abcdef, true",
    "atelier-snapshot:0123456789abcdef0123456789abcdeF, false",
    "atelier-snapshot:../../etc, false",
    "atelier-backup:owner/meta/001793527200000-i-final, false",
    "0123456789abcdef0123456789abcdef, false",
  })
  void snapshotsAreWhatTakeSnapshotHasAnswered(String url, boolean valid) throws WorkspaceFault {
    StartRequest request = with(s -> s.initializer(new Initializer.Snapshot(url, false)));
    if (valid) {
      accepted(request);
    } else {
      assertThat(refused(request)).containsExactly("spec.initializer.snapshot.snapshot");
    }
    accepted(with(s -> s.initializer(new Initializer.Snapshot("a-volume-snapshot", true))));
  }

  @Test
  void whatFillsTheWholeFolderComesFirst() throws WorkspaceFault {
    Initializer backup = new Initializer.Backup("", false);
    Initializer git = git(CloneTargetMode.REMOTE_HEAD, "", "");
    Initializer nested = new Initializer.Composite(List.of(backup, git));
    Initializer.Snapshot snapshot =
        new Initializer.Snapshot("atelier-snapshot:" + "0".repeat(32), false);
    Initializer gitAlone = new Initializer.Prebuild(Optional.empty(), List.of());
    accepted(with(s -> s.initializer(new Initializer.Composite(List.of(nested, git)))));
    accepted(with(s -> s.initializer(new Initializer.Composite(List.of(git, gitAlone)))));
    for (Initializer late :
        List.of(
            backup, nested, snapshot, new Initializer.Prebuild(Optional.of(snapshot), List.of()))) {
      Initializer wrong = new Initializer.Composite(List.of(git, late));
      assertThat(refused(with(s -> s.initializer(wrong))))
          .containsExactly("spec.initializer.composite.initializer[1]");
    }
  }

  @Test
  void nestingHasABound() {
    Initializer nested = new Initializer.Empty();
    for (int i = 0; i < 20; i++) {
      nested = new Initializer.Composite(List.of(nested));
    }
    Initializer deep = nested;

    assertThat(refused(with(s -> s.initializer(deep)))).hasSize(1);
  }

  @Test
  void sizesHaveBounds() throws WorkspaceFault {
    String value = "x".repeat(131_068);
    EnvironmentVariable fits = EnvironmentVariable.of("A", value);

    accepted(with(s -> s.envvars(List.of(fits, fits, fits, fits))));
    assertThat(refused(with(s -> s.envvars(List.of(EnvironmentVariable.of("A", value + "x"))))))
        .containsExactly("spec.envvars[0].value");
    assertThat(refused(with(s -> s.envvars(List.of(fits, fits, fits, fits, fits)))))
        .containsExactly("spec.envvars");
    assertThat(refused(with(s -> s.workspaceImage("x".repeat(65_537)))))
        .containsExactly("spec.workspace_image");
    StartRequest request = Workspaces.request("i");
    assertThat(
            refused(
                request.withMetadata(
                    new StartRequest.Metadata(
                        "o",
                        "m",
                        Map.of("k", "x".repeat(262_144)),
                        Optional.empty(),
                        Optional.empty()))))
        .containsExactly("metadata.annotations");
  }

  @Test
  void sizesAreBytes() {
    String half = "\u20ac".repeat(43_690);
    assertThat(refused(with(s -> s.envvars(List.of(EnvironmentVariable.of("A", half))))))
        .containsExactly("spec.envvars[0].value");
    List<EnvironmentVariable> many =
        Collections.nCopies(5, EnvironmentVariable.of("A", "\u20ac".repeat(40_000)));
    assertThat(refused(with(s -> s.sysEnvvars(many)))).containsExactly("spec.envvars");
    assertThat(
            refused(
                Workspaces.request("i")
                    .withMetadata(
                        new StartRequest.Metadata(
                            "o",
                            "m",
                            Map.of("k", "\u20ac".repeat(100_000)),
                            Optional.empty(),
                            Optional.empty()))))
        .containsExactly("metadata.annotations");
    assertThat(refused(with(s -> s.workspaceImage("\u00e4".repeat(32_769)))))
        .containsExactly("spec.workspace_image");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1A", "A=B", "A B", "A\0", "\u00c4"})
  void environmentNamesAreChecked(String name) {
    assertThat(refused(with(s -> s.sysEnvvars(List.of(EnvironmentVariable.of(name, "v"))))))
        .containsExactly("spec.sys_envvars[0].name");
  }

  @ParameterizedTest
  @CsvSource({"../x,k", "n,../../k", "'',k", "n,''", "n/m,k", "n,.", "n,..", "n,..k", "n,a/b"})
  void secretReferencesNameNoPaths(String name, String key) {
    EnvironmentVariable variable =
        new EnvironmentVariable("A", "", Optional.of(new EnvironmentVariable.SecretKey(name, key)));

    assertThat(refused(with(s -> s.envvars(List.of(variable)))))
        .isNotEmpty()
        .allMatch(field -> field.startsWith("spec.envvars[0].secret."));
  }

  @ParameterizedTest
  @ValueSource(strings = {".dockerconfigjson", "_x", "a.b", "-", "...", "tls.key", ".a..b"})
  void keysOfSecretsAreThoseOfKubernetes(String key) throws WorkspaceFault {
    EnvironmentVariable variable =
        new EnvironmentVariable("A", "", Optional.of(new EnvironmentVariable.SecretKey("n", key)));
    if (key.startsWith("..")) {
      assertThat(refused(with(s -> s.envvars(List.of(variable)))))
          .containsExactly("spec.envvars[0].secret.key");
    } else {
      accepted(with(s -> s.envvars(List.of(variable))));
    }
  }

  /** A key of that type, whose blob has these fields after the type. */
  private static String key(String type, byte[]... fields) {
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    field(blob, type.getBytes(StandardCharsets.US_ASCII));
    for (byte[] field : fields) {
      field(blob, field);
    }
    return type + " " + Base64.getEncoder().encodeToString(blob.toByteArray());
  }

  private static void field(ByteArrayOutputStream blob, byte[] field) {
    blob.writeBytes(ByteBuffer.allocate(4).putInt(field.length).array());
    blob.writeBytes(field);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] bytes(int first, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0x55);
    bytes[0] = (byte) first;
    return bytes;
  }

  @Test
  void sshKeysOfEveryTypeAreTakenWholeAlone() throws WorkspaceFault {
    byte[] e = {1, 0, 1};
    List<String> whole =
        List.of(
            key("ssh-ed25519", bytes(1, 32)),
            key("ssh-rsa", e, bytes(0, 257)),
            key("ecdsa-sha2-nistp256", ascii("nistp256"), bytes(4, 65)),
            key("ecdsa-sha2-nistp384", ascii("nistp384"), bytes(4, 97)),
            key("ecdsa-sha2-nistp521", ascii("nistp521"), bytes(4, 133)),
            key("sk-ssh-ed25519@openssh.com", bytes(1, 32), ascii("ssh:")),
            key("sk-ecdsa-sha2-nistp256@openssh.com", ascii("nistp256"), bytes(4, 65), ascii("s")),
            KEY.replace(" ", "\t"),
            KEY.replace(" ", " \t "));
    accepted(with(s -> s.sshPublicKeys(whole)));

    List<String> broken =
        List.of(
            key("ssh-ed25519", bytes(1, 31)),
            key("ssh-ed25519", bytes(1, 33)),
            key("ssh-ed25519", bytes(1, 32), bytes(1, 1)),
            key("ssh-rsa", e),
            key("ssh-rsa", e, bytes(1, 64)),
            key("ssh-rsa", e, bytes(0x80, 256)),
            key("ssh-rsa", new byte[0], bytes(0, 257)),
            key("ecdsa-sha2-nistp256", ascii("nistp384"), bytes(4, 65)),
            key("ecdsa-sha2-nistp256", ascii("nistp256"), bytes(2, 33)),
            key("ecdsa-sha2-nistp384", ascii("nistp384"), bytes(4, 65)),
            key("sk-ssh-ed25519@openssh.com", bytes(1, 32)),
            key("sk-ecdsa-sha2-nistp256@openssh.com", ascii("nistp256"), bytes(4, 65)));
    assertThat(refused(with(s -> s.sshPublicKeys(broken)))).hasSameSizeAs(broken);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ssh-ed25519",
        "ssh-ed25519 !!!",
        "ssh-ed25519 AAAA",
        "rsa AAAA",
        "command=\"id\" " + KEY,
        KEY + "\n" + KEY,
        "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJ0bYzYqkQ1mJm9mVQqzq0qgk4Yp0WJb2yVhYk1gkq3n"
      })
  void sshKeysAreOpenSshPublicKeys(String key) throws WorkspaceFault {
    accepted(with(s -> s.sshPublicKeys(List.of(KEY))));

    assertThat(refused(with(s -> s.sshPublicKeys(List.of(KEY, key)))))
        .containsExactly("spec.ssh_public_keys[1]");
  }

  @Test
  void unknownClassNamesTheKnownOnes() throws WorkspaceFault {
    assertThat(refused(with(s -> s.workspaceClass("huge")))).containsExactly("spec.class");
    assertThat(accepted(with(s -> s.workspaceClass("g1-small"))).spec().workspaceClass())
        .isEqualTo("default");
  }

  /** One class and an alias of it. */
  static final class Classes {
    static final WorkspaceClasses ONE =
        new WorkspaceClasses(
            List.of(
                new WorkspaceClass(
                    "default",
                    "default",
                    "small",
                    0,
                    new WorkspaceClass.Resources(1_000, 0, 1L << 30, 0, 0, 0),
                    Duration.ofMinutes(5))),
            "default",
            Map.of("g1-small", "default"),
            false);

    private Classes() {}
  }
}
