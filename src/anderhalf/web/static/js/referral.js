// The referral form: small conveniences; everything works without them.
"use strict";

(() => {
  const form = document.getElementById("referral-form");
  if (!form) return;

  // Which test is asked belongs to "diagnosis" only.
  const tests = form.querySelector("[name=tests_asked]")?.closest(".field");
  const showTests = () => {
    const intent = form.querySelector("[name=intent]:checked");
    if (tests) tests.hidden = !intent || intent.value !== "diagnosis";
  };
  form.addEventListener("change", (event) => { if (event.target !== form && event.target.name === "intent") showTests(); });
  showTests();

  // Another pathway asks other facts: the page comes back with them, and with what was typed.
  const choose = form.querySelector("[data-choose-pathway]");
  if (choose) {
    choose.hidden = true;
    form.addEventListener("change", (event) => {
      if (event.target !== form && event.target.name === "pathway") form.requestSubmit(choose.querySelector("button"));
    });
  }

  // A new value is from today, unless somebody says otherwise.
  form.querySelectorAll("[name^=f_]").forEach((input) => {
    const day = form.querySelector(`[name="${input.name.replace(/^f_/, "d_")}"]`);
    if (!day || !day.value) return;
    const first = { value: input.value, day: day.value };
    input.addEventListener("change", () => {
      if (input.value === first.value) day.value = first.day;
      else if (day.value === first.day) day.value = "";
    });
  });

  // The questions about the text, the call and the other choice stand outside the form's own box: it hears of them too.
  for (const kind of ["change", "input"]) {
    document.addEventListener(kind, (event) => {
      if (event.target.form === form && !form.contains(event.target)) form.dispatchEvent(new Event(kind));
    });
  }

  // Where somebody is writing, an answer that comes in meanwhile takes no letter away.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const place = event.detail.target;
    if (place.id === "called" && place.contains(document.activeElement)) event.detail.shouldSwap = false;
  });

  // Once sent, nothing saves the draft again that sending just discarded.
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (leaving && form.contains(event.detail.elt)) event.preventDefault();
  });

  // A link to a field opens what it is folded into.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#id_']");
    const target = link && document.querySelector(link.getAttribute("href"));
    if (!target) return;
    event.preventDefault();
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const control = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
    (control || target).focus({ preventScroll: true });
    (control || target).scrollIntoView({ block: "center" });
  });
})();
