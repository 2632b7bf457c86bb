package dev.atelier.web.security;

import dev.atelier.workspace.config.Settings;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import org.eclipse.microprofile.config.ConfigProvider;

/** Has browsers send the session's cookie over TLS alone, where that is configured. */
@WebListener
public class SessionCookies implements ServletContextListener {
  @Override
  public void contextInitialized(ServletContextEvent event) {
    WebSecuritySettings settings =
        WebSecuritySettings.from(new Settings(ConfigProvider.getConfig()));
    event.getServletContext().getSessionCookieConfig().setSecure(settings.secure());
  }
}
