// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it.hostile;

import static dev.atelier.it.hostile.WebRequest.form;
import static dev.atelier.it.hostile.WebRequest.plain;
import static dev.atelier.it.hostile.WebRequest.resource;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A right request of each resource and each page. */
final class WebRequests {
  static final String API = "/api/v1";

  private static final String START =
      """
      {"id": "{new}", "service_prefix": "{new}", "type": "regular",
       "metadata": {"owner": "hostile", "meta_id": "{new}", "annotations": {"a": "b"},
                    "team": "a", "project": "b"},
       "spec": {"workspace_image": "default", "ide_image": {"web_ref": "a", "supervisor_ref": "b"},
                "ide_image_layers": ["a"], "feature_flags": ["psi"],
                "initializer": %s,
                "ports": [{"port": 3000, "visibility": "public", "protocol": "https"}],
                "envvars": [{"name": "A", "value": "b"}, {"name": "GITPOD_TASKS", "value": "[]"}],
                "sys_envvars": [{"name": "B", "value": "c"}], "workspace_location": "/",
                "git": {"username": "a", "email": "a@example.com"}, "timeout": "10m",
                "closed_timeout": "1m", "maximum_lifetime": "1h", "admission": "owner_only",
                "class": "default", "ssh_public_keys": ["ssh-ed25519 AAAA"]}}\
      """;

  private static final String EMPTY = "{\"empty\": {}}";

  private static final String COMPOSITE =
      """
      {"composite": {"initializer": [
        {"git": {"remote_uri": "http://127.0.0.1:1/a.git", "target_mode": "remote_branch",
                 "clone_taget": "main", "checkout_location": "a", "full_clone": true,
                 "config": {"authentication": "basic", "auth_user": "a", "auth_password": "b",
                            "custom_config": {"core.autocrlf": "true"}}}},
        {"download": {"target_location": "b", "files": [
          {"url": "http://127.0.0.1:1/a", "file_path": "a",
           "digest": "sha256:0000000000000000000000000000000000000000000000000000000000000000"}]}},
        {"prebuild": {"prebuild": {"snapshot": "atelier-snapshot:a/b/c"}, "git": []}},
        {"snapshot": {"snapshot": "atelier-snapshot:a/b/c", "from_volume_snapshot": false}},
        {"backup": {"checkout_location": "c", "from_volume_snapshot": false}}]}}\
      """;

  private WebRequests() {}

  /** All of them; what is begun by one is in the way of none that comes later. */
  static List<WebRequest> all() {
    List<WebRequest> all = new ArrayList<>();
    Stream.of(
            resources().stream(),
            acts().stream(),
            changes().stream(),
            pages().stream(),
            Stream.of(plain("DELETE", API + "/maintenance"), stop()))
        .flatMap(requests -> requests)
        .forEach(all::add);
    return all;
  }

  private static WebRequest stop() {
    return resource("POST", API + "/workspaces/{id}/stop", "{\"policy\": \"abort\"}");
  }

  private static List<WebRequest> resources() {
    String one = API + "/workspaces/{id}";
    return List.of(
        resource("POST", API + "/workspaces", START.formatted(COMPOSITE)),
        stop(),
        resource("POST", API + "/workspaces", START.formatted(EMPTY)),
        plain(
            "GET", API + "/workspaces?owner=&meta_id=&class=&phase=running&text=&after=&limit=10"),
        plain("GET", one),
        plain("GET", one + "/timeline"),
        resource("POST", one + "/activity", "{\"closed\": false, \"ignore_if_active\": true}"),
        resource("PUT", one + "/timeout", "{\"type\": \"workspace\", \"duration\": \"10m\"}"),
        resource(
            "PUT", one + "/ports/3000", "{\"visibility\": \"public\", \"protocol\": \"http\"}"),
        plain("DELETE", one + "/ports/3000"),
        resource("PUT", one + "/admission", "{\"level\": \"everyone\"}"),
        resource("PUT", one + "/ssh-keys", "{\"keys\": [\"ssh-ed25519 AAAA\"]}"),
        plain("POST", one + "/backup"),
        resource("POST", one + "/snapshots", "{\"return_immediately\": true}"),
        plain("GET", API + "/events?owner=hostile&meta_id=&from=beginning"),
        plain("GET", API + "/cluster"),
        plain("GET", API + "/me"),
        plain("GET", API + "/openapi.json"),
        plain("GET", API + "/snapshots?owner=&meta_id=&text=&after=&limit=10"),
        plain("DELETE", API + "/snapshots/{id}"),
        plain("GET", API + "/stored/hostile/{id}"),
        plain("DELETE", API + "/stored/hostile/{id}"),
        plain("GET", API + "/unsaved"),
        plain("DELETE", API + "/unsaved/{id}"),
        plain(
            "DELETE", API + "/volume-snapshots/{id}?volume_handle=a&soft_delete=true&type=regular"),
        plain(
            "GET",
            API
                + "/audit?actor=&act=&workspace={id}&outcome=&from=2026-01-01T00:00:00Z"
                + "&to=2100-01-01T00:00:00Z&offset=0&limit=10&format=json"),
        plain(
            "GET",
            API
                + "/usage?from=2026-01-01&to=2026-12-31&owner=&team=&project=&class=&by=owner,day"
                + "&format=csv"),
        plain("GET", API + "/maintenance"));
  }

  /** What the page of an instance does. */
  private static List<WebRequest> acts() {
    String one = "/workspaces/{id}/";
    return List.of(
        form(one + "extend", "a=b"),
        form(one + "backup", "a=b"),
        form(one + "snapshot", "a=b"),
        form(one + "timeout", "type=workspace&duration=10m"),
        form(one + "port", "port=3000&visibility=public&protocol=https"),
        form(one + "close-port", "port=3000"),
        form(one + "admission", "level=everyone"),
        form(one + "keys", "keys=ssh-ed25519 AAAA"),
        form(one + "stop", "policy=immediately"));
  }

  /** What other pages do. */
  private static List<WebRequest> changes() {
    return List.of(
        form(
            "/start",
            "start=start&source=repository&url=http://127.0.0.1:1/a.git&branch=main&snapshot="
                + "&workspace=hostile&owner=hostile&class=default&image=default&port=3000"
                + "&visibility=public&protocol=http&variable=A&value=b&send=Start"
                + "&jakarta.faces.ViewState=stateless"),
        form("/workspaces/stop", "id={id}&id=hostile"),
        form("/workspaces/stop", "matching=?q=hostile&phase=running"),
        form("/unsaved/{id}/let-go", "a=b"),
        form("/snapshots/delete", "url=atelier-snapshot:hostile/{id}/a"),
        form("/content/delete", "owner=hostile&workspace={id}"),
        form("/sign-in", "name=hostile&password=hostile&to=/start"),
        form("/sign-out", "a=b"),
        resource("PUT", API + "/maintenance", "{\"until\": \"2100-01-01T00:00:00Z\"}"),
        form("/maintenance", "duration=1h&until="),
        form("/maintenance", "end=true"));
  }

  private static List<WebRequest> pages() {
    return List.of(
        plain("GET", "/?page=1"),
        plain("GET", "/index.xhtml?page=1"),
        plain("GET", "/workspaces?q=&owner=&phase=running&class=&type=&sort=started&page=1"),
        plain("GET", "/workspaces.xhtml?q=&page=1"),
        plain("GET", "/workspaces/{id}?page=1"),
        plain("GET", "/workspace.xhtml"),
        plain("GET", "/workspaces/{id}/log"),
        plain("GET", "/start?source=backup&snapshot=&owner=hostile&workspace=hostile&url="),
        plain("GET", "/start.xhtml?url=http://127.0.0.1:1/a.git"),
        plain("GET", "/snapshots?q=hostile&page=1&sort=made"),
        plain("GET", "/snapshots.xhtml"),
        plain("GET", "/content?q=hostile&page=1"),
        plain("GET", "/content.xhtml"),
        plain("GET", "/audit?actor=&act=&workspace=&outcome=&from=2026-01-01&to=2026-12-31&page=1"),
        plain("GET", "/audit.xhtml?page=1"),
        plain("GET", "/audit.csv?actor=&act=&workspace=&outcome=&from=2026-01-01&to=2026-12-31"),
        plain("GET", "/usage?from=2026-01-01&to=2026-12-31&owner=&team=&project=&class=&by=day"),
        plain("GET", "/usage.xhtml"),
        plain(
            "GET", "/usage.csv?from=2026-01-01&to=2026-12-31&owner=&team=&project=&class=&by=team"),
        plain("GET", "/classes"),
        plain("GET", "/classes.xhtml"),
        plain("GET", "/subscribers"),
        plain("GET", "/subscribers.xhtml"),
        plain("GET", "/problem.xhtml"),
        plain("GET", "/sign-in?to=/start"),
        plain("GET", "/sign-in.xhtml?to=/start"),
        plain("GET", "/oidc/sign-in?to=/start"),
        plain("GET", "/oidc/callback?code=a&state=b&error=c&iss=d"),
        plain("GET", "/events"),
        plain("GET", "/api.html"),
        plain("GET", "/fault.html"),
        plain("GET", "/health"),
        plain("GET", "/metrics"),
        plain("GET", "/assets/console.css"),
        plain("GET", "/jakarta.faces.resource/faces.js.xhtml?ln=jakarta.faces&v=1"),
        plain("GET", "/nothing?a=b"));
  }
}
