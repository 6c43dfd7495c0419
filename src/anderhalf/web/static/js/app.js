// Small helpers; every page works without them. Plain JavaScript, no inline handlers, no eval (strict CSP).
"use strict";

(() => {
  const KEYS_OFF = "anderhalf-keys-off";
  const memory = {
    get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* private window: not kept */ } },
  };
  const isTyping = (element) =>
    element.isContentEditable || /^(input|textarea|select)$/i.test(element.tagName) && !/^(checkbox|radio|button|submit)$/i.test(element.type || "");
  const isShown = (element) => element.getClientRects().length > 0;

  // ---- keys: "?" lists them, Ctrl/Cmd-K finds a patient, "g" + letter goes somewhere ----
  const dialog = document.getElementById("keys");
  const keysSwitch = document.querySelector("[data-keys-switch]");
  let waitingForGoto = 0;

  if (keysSwitch) {
    keysSwitch.checked = !memory.get(KEYS_OFF);
    keysSwitch.addEventListener("change", () => memory.set(KEYS_OFF, keysSwitch.checked ? "" : "1"));
  }

  const openKeys = () => { if (dialog && !dialog.open) dialog.showModal(); };
  document.querySelectorAll("[data-open-keys]").forEach((button) => button.addEventListener("click", openKeys));

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      let search = [...document.querySelectorAll("[data-patient-search]")].find(isShown);
      if (!search) {
        const menu = document.querySelector(".topbar > details");
        if (menu) { menu.open = true; search = menu.querySelector("[data-patient-search]"); }
      }
      if (search) { event.preventDefault(); search.focus(); search.select(); }
      return;
    }
    if (event.key === "Escape") {
      document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
        const inside = menu.contains(document.activeElement);
        menu.open = false;
        if (inside) menu.querySelector("summary").focus();
      });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || memory.get(KEYS_OFF) || isTyping(event.target)) return;
    if (dialog && dialog.open) return;
    if (event.key === "?") { event.preventDefault(); openKeys(); return; }
    if (Date.now() < waitingForGoto && /^[a-z]$/.test(event.key)) {
      waitingForGoto = 0;
      const link = document.querySelector(`[data-goto="${event.key}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") waitingForGoto = Date.now() + 1500;
  });

  // ---- menus close when something else is clicked ----
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // ---- a form that was sent when the session had run out stands filled in again ----
  const lost = document.getElementById("lost-form");
  if (lost) {
    const kept = JSON.parse(lost.textContent);
    const same = (form) => new URL(form.action, location.href).pathname === kept.action
      && [...form.querySelectorAll("input[type=hidden][name]")].every((one) =>
        ["csrfmiddlewaretoken", "submission", "version"].includes(one.name) || !(one.name in kept.fields) || kept.fields[one.name].includes(one.value));
    const form = [...document.forms].find(same);
    const left = Object.fromEntries(Object.entries(kept.fields).map(([name, values]) => [name, [...values]]));
    for (const one of form ? form.elements : []) {
      if (!(one.name in left) || one.type === "hidden" || one.type === "file" || one.tagName === "BUTTON") continue;
      if (one.type === "checkbox" || one.type === "radio") one.checked = left[one.name].includes(one.value);
      else if (left[one.name].length) one.value = left[one.name].shift();
    }
    if (form) form.querySelectorAll("details").forEach((one) => { one.open = true; });
  }

  // ---- forms: warn before leaving, submit once ----
  const unsaved = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (form) unsaved.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    const open = [...unsaved].filter((form) => form.isConnected);
    if (open.length) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    unsaved.delete(form);
    if (form.method !== "post" || form.hasAttribute("data-many")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    // After this turn, so that htmx and the browser still see the button that was pressed.
    setTimeout(() => {
      if (event.defaultPrevented && !form.matches("[hx-post], [data-hx-post]")) return;
      form.dataset.sent = "1";
      form.querySelectorAll("button[type=submit], button:not([type])").forEach((button) => { button.disabled = true; });
    });
  });
  // Once a form leaves the page, nothing that waited (a preview, a draft) is asked for any more.
  let leaving = false;
  document.addEventListener("submit", (event) => {
    setTimeout(() => {
      if (event.defaultPrevented || event.target.target) return;
      leaving = true;
      setTimeout(() => { leaving = false; }, 10000);  // still here: the server did not answer, or sent a file
    });
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("htmx:beforeRequest", (event) => { if (leaving) event.preventDefault(); });

  const release = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
  };
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const element = event.detail.elt;
    if (element.matches("form[data-sent]")) release(element);
    if (element.matches("[data-draft-status]") && event.detail.successful && event.detail.xhr.status !== 202) unsaved.delete(element.closest("form"));
  });

  // ---- errors: go to the first one ----
  const toFirstError = (root) => {
    const summary = root.querySelector("[data-error-summary]");
    const first = root.querySelector("[aria-invalid=true]");
    const danger = root.querySelector("#gevaar"); // what to do now comes before what is wrong with a form
    const target = (first || summary) && danger ? danger : first || summary;
    if (!target || target.closest("[data-example]")) return;
    if (target === danger) {
      danger.scrollIntoView({ block: "start" });
      danger.focus({ preventScroll: true });
      return;
    }
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  };
  toFirstError(document);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.requestConfig && event.detail.requestConfig.verb === "post" && !event.detail.elt.matches("[data-draft-status]")
        && event.detail.target.querySelector("[data-error-summary]")) toFirstError(event.detail.target);
  });

  // ---- a danger that comes in with a part of the page is in view, with its number ----
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!event.detail.requestConfig || event.detail.requestConfig.verb !== "post" || event.detail.elt.closest("#answer, #danger")) return;
    const alert = event.detail.elt.querySelector(".red-alert");
    const call = alert && alert.querySelector("a[href^='tel:']");
    if (!call || !call.offsetParent) return;
    const place = call.getBoundingClientRect();
    if (place.top < 0 || place.bottom > window.innerHeight) alert.scrollIntoView({ block: "start" });
  });

  // ---- polling rests while nobody looks ----
  document.addEventListener("htmx:beforeRequest", (event) => {
    const trigger = event.detail.elt.getAttribute("hx-trigger") || "";
    if (document.hidden && /\bevery\b/.test(trigger)) event.preventDefault();
  });
  // ---- a refusal that comes back to a fragment is shown, not swallowed ----
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([409, 422].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
  });

  // ---- charts: one tab stop per lane, arrow keys from point to point and from lane to lane ----
  document.addEventListener("keydown", (event) => {
    const here = event.target.closest && event.target.closest("[data-point]");
    if (!here || !event.key.startsWith("Arrow")) return;
    const lanes = [...here.closest("svg").querySelectorAll("[data-lane]")].filter((lane) => lane.querySelector("[data-point]"));
    const lane = lanes.indexOf(here.closest("[data-lane]"));
    const points = [...lanes[lane].querySelectorAll("[data-point]")];
    let next = null;
    if (event.key === "ArrowLeft") next = points[points.indexOf(here) - 1];
    if (event.key === "ArrowRight") next = points[points.indexOf(here) + 1];
    if (event.key === "ArrowUp" && lane > 0) next = lanes[lane - 1].querySelector("[data-point][tabindex='0']");
    if (event.key === "ArrowDown" && lane < lanes.length - 1) next = lanes[lane + 1].querySelector("[data-point][tabindex='0']");
    event.preventDefault();
    if (!next) return;
    next.closest("[data-lane]").querySelectorAll("[data-point]").forEach((point) => point.setAttribute("tabindex", "-1"));
    next.setAttribute("tabindex", "0");
    next.focus();
  });

  // ---- printing ----
  document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
})();
