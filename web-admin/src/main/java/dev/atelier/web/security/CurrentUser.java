// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.security.Identity;
import dev.atelier.workspace.security.Scope;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Who makes the request that is being served. A {@link Caller} is needed to change anything, and is
 * handed out here to those alone who may: so a bean cannot forget to ask.
 */
@Named("user")
@RequestScoped
public class CurrentUser {
  @Inject private HttpServletRequest request;
  @Inject private InstantSource clock;

  private Optional<Identity> identity() {
    return SignedIn.of(request);
  }

  /** Their name; empty when nobody is signed in. */
  public String getName() {
    return identity().map(Identity::name).orElse("");
  }

  /** Whether somebody is signed in. */
  public boolean isSignedIn() {
    return identity().isPresent();
  }

  /** Whether they may start, stop and control instances: what shows buttons. */
  public boolean isOperator() {
    return may(Scope.OPERATE);
  }

  /** Whether they may do everything. */
  public boolean isAdmin() {
    return may(Scope.ADMIN);
  }

  /** Whether what lets them in holds still; streams ask it as long as they are open. */
  public BooleanSupplier lasting() {
    InstantSource now = clock;
    return SignedIn.session(request)
        .<BooleanSupplier>map(session -> () -> session.lasts(now.instant()))
        .orElse(() -> true);
  }

  private boolean may(Scope needed) {
    return identity().map(who -> who.scope().covers(needed)).orElse(false);
  }

  /** Them, as one who controls instances. */
  public Caller operator() throws WorkspaceFault {
    return caller(Scope.OPERATE, "the role admin or a token with the scope operate");
  }

  /** Them, as one who may also delete what is stored and set maintenance. */
  public Caller admin() throws WorkspaceFault {
    return caller(Scope.ADMIN, "the role admin or a token with the scope admin");
  }

  private Caller caller(Scope needed, String words) throws WorkspaceFault {
    Identity who =
        identity()
            .orElseThrow(() -> WorkspaceFault.permissionDenied("sign in to change something"));
    if (!who.scope().covers(needed)) {
      throw WorkspaceFault.permissionDenied(who.name() + " may look, but this needs " + words);
    }
    return new Caller(who.name(), Doors.origin(request), TraceContext.NONE);
  }
}
