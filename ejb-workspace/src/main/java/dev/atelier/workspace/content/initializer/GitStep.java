// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.SandboxPrograms;
import dev.atelier.workspace.content.egress.AddressResolver;
import dev.atelier.workspace.content.egress.EgressProxy;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.Initializer;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/** Git initializers: who asks, through which door, and what it cost. */
final class GitStep {
  private final ContentSettings settings;
  private final SandboxPrograms programs;
  private final ContentFolder content;
  private final AddressResolver resolver;
  private final HttpSources sources;
  private final ThreadFactory threads;
  private final Consumer<String> progress;
  private final ContentNotes notes;
  private final Map<GitAuthentication, Credentials> fetched = new HashMap<>();

  GitStep(
      ContentSettings settings,
      SandboxPrograms programs,
      AddressResolver resolver,
      HttpSources sources,
      ThreadFactory threads,
      Consumer<String> progress,
      ContentNotes notes) {
    this.settings = settings;
    this.programs = programs;
    this.content = new ContentFolder(programs);
    this.resolver = resolver;
    this.sources = sources;
    this.threads = threads;
    this.progress = progress;
    this.notes = notes;
  }

  /**
   * What was done.
   *
   * @param bytes that it added
   * @param moved whether another commit was checked out before
   */
  record Done(long bytes, boolean moved) {}

  /** Makes the checkout. */
  Done run(Initializer.Git step) throws ContentFault, InterruptedException {
    return run(
        step,
        checkout -> {
          checkout.make();
          return false;
        });
  }

  /** Brings a prebuild's checkout to the revision. */
  Done update(Initializer.Git step) throws ContentFault, InterruptedException {
    return run(step, GitCheckout::update);
  }

  @FunctionalInterface
  private interface Act {
    /** Answers whether another commit was checked out before. */
    boolean on(GitCheckout checkout) throws ContentFault, InterruptedException;
  }

  private Done run(Initializer.Git step, Act act) throws ContentFault, InterruptedException {
    RemoteUri remote = RemoteUri.parse(step.remoteUri());
    content.make(step.checkoutLocation());
    long before = content.size(step.checkoutLocation());
    GitProgram git = new GitProgram(programs, settings.gitTimeout(), progress, notes);
    try (EgressProxy door = new EgressProxy(settings.egress(), resolver, threads)) {
      git.connect(door, settings.gitSchemes());
      git.name(remote);
      if (remote.scheme().equals("ssh") && settings.gitSchemes().contains("ssh")) {
        git.connectSsh(remote.host(), permitted(remote.host()));
      }
      Optional<Credentials> credentials = credentials(step.authentication(), remote);
      if (credentials.isPresent()) {
        git.authenticate(remote, credentials.get().orUser(remote.user()).checked());
      }
      boolean moved = act.on(new GitCheckout(git, step, remote));
      long bytes = Math.max(0, content.size(step.checkoutLocation()) - before);
      return new Done(bytes, moved);
    } catch (IOException e) {
      throw new ContentFault("no way out can be made: " + e.getMessage(), e);
    }
  }

  private Optional<Credentials> credentials(GitAuthentication authentication, RemoteUri remote)
      throws ContentFault, InterruptedException {
    return switch (authentication.method()) {
      case NONE -> remote.credentials();
      case BASIC -> Optional.of(new Credentials(authentication.user(), authentication.password()));
      case ONE_TIME_SECRET -> Optional.of(oneTimeSecret(authentication));
    };
  }

  /** Answered once only: where a prebuild turns out to be of no use, the clone needs it again. */
  private Credentials oneTimeSecret(GitAuthentication authentication)
      throws ContentFault, InterruptedException {
    Credentials known = fetched.get(authentication);
    if (known == null) {
      known = new OneTimeSecret(sources, threads).fetch(authentication.oneTimeSecretUrl());
      fetched.put(authentication, known);
    }
    return known;
  }

  /** For ssh, which knows no proxy: the one address that it is given. */
  private String permitted(String host) throws ContentFault {
    try {
      List<InetAddress> addresses = resolver.resolve(host);
      return addresses.stream()
          .filter(settings.egress()::permits)
          .findFirst()
          .map(InetAddress::getHostAddress)
          .orElseThrow(() -> new ContentFault("host " + host + " may not be reached"));
    } catch (IOException e) {
      throw new ContentFault("host " + host + " cannot be resolved", e);
    }
  }
}
