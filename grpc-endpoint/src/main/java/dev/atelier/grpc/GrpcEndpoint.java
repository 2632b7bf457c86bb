// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.metrics.Metrics;
import dev.atelier.workspace.operations.AuditLog;
import dev.atelier.workspace.operations.ContentOperations;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.Maintenance;
import dev.atelier.workspace.operations.WorkspaceOperations;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.security.FirstToken;
import dev.atelier.workspace.security.Identities;
import dev.atelier.workspace.security.LoopbackDoor;
import dev.atelier.workspace.security.Scope;
import dev.atelier.workspace.subscribe.HeardEndings;
import dev.atelier.workspace.subscribe.Subscriptions;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;

/** Runs the gRPC server for as long as the application is deployed. */
@Singleton
@Startup
@TransactionManagement(TransactionManagementType.BEAN)
public class GrpcEndpoint {
  /** Half of what the whole process has for its end. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration FILL_CHECK = Duration.ofMillis(50);

  /** Where others read the address that calls are accepted on, as host:port, and whether by TLS. */
  private static final String ADDRESS = "atelier.grpc.address";

  /** Where the launcher looks for the file of the token that is asked for. */
  private static final String TOKEN_FILE = "atelier.grpc.address.token-file";

  /** Where the launcher looks for a token to print once; it forgets it then. */
  private static final String FIRST_TOKEN = "atelier.launcher.first-token";

  private static final Logger LOG = System.getLogger(GrpcEndpoint.class.getName());

  private final Config config;
  private final WorkspaceOperations operations;
  private final ContentOperations content;
  private final Subscriptions subscriptions;
  private final HeardEndings endings;
  private final WorkspaceTracker tracker;
  private final Limits limits;
  private final Maintenance maintenance;
  private final Metrics metrics;
  private final GrpcReadiness readiness;
  private final Identities identities;
  private final AuditLog audit;
  private final LoopbackDoor door;

  @Resource private ManagedScheduledExecutorService scheduler;

  private CallThreads threads;
  private GrpcServer server;
  private volatile Future<?> filling = CompletableFuture.completedFuture(null);

  /** For the container's proxy. */
  protected GrpcEndpoint() {
    this(null, null, null, null, null, null, null, null, null, null, null, null, null);
  }

  /** Serves these. */
  @Inject
  public GrpcEndpoint(
      Config config,
      WorkspaceOperations operations,
      ContentOperations content,
      Subscriptions subscriptions,
      HeardEndings endings,
      WorkspaceTracker tracker,
      Limits limits,
      Maintenance maintenance,
      Metrics metrics,
      GrpcReadiness readiness,
      Identities identities,
      AuditLog audit,
      LoopbackDoor door) {
    this.config = config;
    this.operations = operations;
    this.content = content;
    this.subscriptions = subscriptions;
    this.endings = endings;
    this.tracker = tracker;
    this.limits = limits;
    this.maintenance = maintenance;
    this.metrics = metrics;
    this.readiness = readiness;
    this.identities = identities;
    this.audit = audit;
    this.door = door;
  }

  @PostConstruct
  void start() {
    GrpcConfig settings = GrpcConfig.from(new Settings(config), identities.knowsTokens());
    threads = new CallThreads(settings.threads());
    StatusStreams streams = new StatusStreams(threads, settings.subscriptions());
    StatusCache statuses = new StatusCache(operations::ownerToken, this::knownIds);
    try {
      server =
          new GrpcServer(
              settings,
              new WorkspaceManagerService(
                  operations,
                  content,
                  new Subscribers(subscriptions, endings, statuses, streams),
                  statuses),
              streams,
              authentication(settings),
              identities.knowsTokens(),
              Admission.by(limits, maintenance),
              new RecordedCalls(metrics, streams::size),
              threads);
    } catch (IOException | IllegalArgumentException e) {
      threads.close();
      throw new IllegalStateException(
          "gRPC cannot use the files of atelier.grpc.tls (%s): PEM is needed, the key as PKCS#8 without a password"
              .formatted(deepest(e)));
    }
    try {
      server.start();
    } catch (IOException e) {
      threads.close();
      // Without its cause: the deepest message is what the operator is told.
      throw new IllegalStateException(
          "cannot listen for gRPC on %s:%d (%s); stop what listens there, or choose another port with atelier.grpc.port"
              .formatted(settings.host().getHostAddress(), settings.port(), deepest(e)));
    }
    String address = settings.host().getHostAddress() + ":" + server.port();
    System.setProperty(ADDRESS, address);
    System.setProperty(ADDRESS + ".tls", Boolean.toString(settings.tls().isPresent()));
    readiness.bound(true);
    LOG.log(Level.INFO, "gRPC listens on {0}", address);
    serveOnceFilled();
  }

  private Authentication authentication(GrpcConfig settings) {
    boolean configured =
        identities.knowsTokens() || settings.tls().flatMap(GrpcTls::clientAuthority).isPresent();
    LoopbackDoor.Guard guard = door.guard(configured);
    if (guard == LoopbackDoor.Guard.UNGUARDED) {
      LOG.log(
          Level.WARNING,
          "gRPC asks nobody who they are, and nothing keeps workspaces from it or from its files:"
              + " this is for trying out alone. Get a sandbox with: apt-get install bubblewrap"
              + " passt.");
    }
    return new Authentication(
        guard == LoopbackDoor.Guard.TOKEN ? withFirstToken() : identities,
        guard == LoopbackDoor.Guard.TOKEN || guard == LoopbackDoor.Guard.CONFIGURED,
        settings.tls().map(GrpcTls::clientScope).orElse(Scope.READ),
        (who, call) ->
            audit.tell(
                new Caller(who.name(), "grpc " + Callers.address(call), TraceContext.NONE),
                call.getMethodDescriptor().getBareMethodName(),
                "",
                WorkspaceFault.Code.PERMISSION_DENIED.name()));
  }

  /** Told to the launcher for the console; the log names the file alone. */
  private Identities withFirstToken() {
    String file = door.token().file().toString();
    try {
      String token =
          door.token()
              .value(
                  made -> {
                    if (System.getProperty(FIRST_TOKEN) != null) {
                      System.setProperty(FIRST_TOKEN, made);
                    }
                  });
      System.setProperty(TOKEN_FILE, file);
      LOG.log(
          Level.INFO,
          "gRPC asks for the token in {0}, since workspaces share this machine''s network",
          file);
      return identities.with(token, FirstToken.HOLDER);
    } catch (WorkspaceFault e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @PreDestroy
  void stop() {
    readiness.bound(false);
    filling.cancel(false);
    System.clearProperty(ADDRESS);
    System.clearProperty(TOKEN_FILE);
    server.stop(PATIENCE);
    // While the store is surely there.
    endings.close();
    threads.close();
  }

  private Set<String> knownIds() {
    return tracker.all().stream().map(Workspace::id).collect(Collectors.toSet());
  }

  private void serveOnceFilled() {
    if (tracker.filled()) {
      server.serving(true);
    } else {
      filling =
          scheduler.schedule(this::serveOnceFilled, FILL_CHECK.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static String deepest(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage();
  }
}
