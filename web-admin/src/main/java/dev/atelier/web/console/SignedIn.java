package dev.atelier.web.console;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.TraceContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;

/** Who looks at the page, and whether they may act. */
@Named
@RequestScoped
public class SignedIn {
  @Inject private HttpServletRequest request;

  /** Their name; empty when nobody has signed in. */
  public String getName() {
    Principal user = request.getUserPrincipal();
    return user == null ? "" : user.getName();
  }

  /** Whether pages offer acts to them. What is offered is checked again when it is asked for. */
  public boolean isAdmin() {
    return request.getUserPrincipal() == null || request.isUserInRole("admin");
  }

  /** Who acts, for the audit log. */
  static Caller caller(HttpServletRequest request) {
    Principal user = request.getUserPrincipal();
    return new Caller(user == null ? "console" : user.getName(), TraceContext.NONE);
  }
}
