// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it.hostile;

import java.util.List;

/**
 * A right request of a resource or a page.
 *
 * @param path may have {@code {id}}, of the instance that was started last, and {@code {new}}, of
 *     one that nobody has started, as query, form and body may
 * @param query of the address
 * @param form of a page; empty: none
 * @param json the body of a resource; empty: none
 */
record WebRequest(String method, String path, List<Field> query, List<Field> form, String json) {
  /** A field of a form or an address. */
  record Field(String name, String value) {
    private Field with(String id, String fresh) {
      return new Field(name, put(value, id, fresh));
    }
  }

  WebRequest {
    query = List.copyOf(query);
    form = List.copyOf(form);
  }

  /** A request that only has an address, such as {@code /audit?from=&to=}. */
  static WebRequest plain(String method, String address) {
    return resource(method, address, "");
  }

  /** A request with a body of JSON. */
  static WebRequest resource(String method, String address, String json) {
    int mark = address.indexOf('?');
    return mark < 0
        ? new WebRequest(method, address, List.of(), List.of(), json)
        : new WebRequest(
            method,
            address.substring(0, mark),
            fields(address.substring(mark + 1)),
            List.of(),
            json);
  }

  /** A form that is sent, with fields as {@code policy=abort&id=a}. */
  static WebRequest form(String path, String fields) {
    return new WebRequest("POST", path, List.of(), fields(fields), "");
  }

  private static List<Field> fields(String text) {
    return List.of(text.split("&", -1)).stream()
        .map(pair -> pair.split("=", 2))
        .map(pair -> new Field(pair[0], pair[1]))
        .toList();
  }

  /** The same of those instances. */
  WebRequest with(String id, String fresh) {
    return new WebRequest(
        method,
        put(path, id, fresh),
        query.stream().map(field -> field.with(id, fresh)).toList(),
        form.stream().map(field -> field.with(id, fresh)).toList(),
        put(json, id, fresh));
  }

  private static String put(String text, String id, String fresh) {
    return text.replace("{id}", id).replace("{new}", fresh);
  }

  /** Whether it names an instance that nobody has started. */
  boolean starts() {
    return json.contains("{new}");
  }

  @Override
  public String toString() {
    return method + " " + path;
  }
}
