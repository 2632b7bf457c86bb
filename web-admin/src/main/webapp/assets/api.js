// SPDX-License-Identifier: Apache-2.0
"use strict";

// Shows the OpenAPI document of this server, and nothing from anywhere else.
(async () => {
  const at = (id) => document.getElementById(id);
  const element = (name, text, kind) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const example = (title, content) => {
    const part = element("div");
    for (const [type, one] of Object.entries(content || {})) {
      if (one.example === undefined) continue;
      part.append(element("h3", `${title} (${type})`));
      const text = typeof one.example === "string" ? one.example : JSON.stringify(one.example, null, 2);
      const box = element("pre", text);
      box.tabIndex = 0;
      part.append(box);
    }
    return part;
  };
  const parameters = (all) => {
    const table = element("table");
    const head = table.createTHead().insertRow();
    for (const name of ["Parameter", "In", "Meaning", "Example"]) {
      const cell = element("th", name);
      cell.scope = "col";
      head.append(cell);
    }
    const body = table.createTBody();
    for (const one of all) {
      const row = body.insertRow();
      for (const text of [one.name, one.in, one.description, one.example ?? ""]) row.insertCell().textContent = text;
    }
    return table;
  };
  let api;
  try {
    const answer = await fetch("/api/v1/openapi.json");
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    api = await answer.json();
  } catch (e) {
    at("problem").textContent = `The document cannot be read: ${e.message}`;
    return;
  }
  at("about").textContent = api.info.description;
  const base = api.servers[0].url;
  for (const [path, resource] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(resource)) {
      if (method === "parameters") continue;
      const shown = element("details");
      const summary = element("summary");
      summary.append(element("code", method, "method"), element("code", base + path), document.createTextNode(` ${operation.summary} · ${operation["x-scope"]}`));
      shown.append(summary);
      const all = [...(resource.parameters || []), ...(operation.parameters || [])];
      if (all.length) shown.append(parameters(all));
      if (operation.requestBody) shown.append(example("Body", operation.requestBody.content));
      for (const [status, response] of Object.entries(operation.responses)) {
        shown.append(element("p", `${status}: ${response.description}`));
        if (status !== "default") shown.append(example("Answer", response.content));
      }
      at("operations").append(shown);
    }
  }
  at("filter").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const one of at("operations").children) {
      one.hidden = !one.firstChild.textContent.toLowerCase().includes(wanted);
    }
  });
})();
