// The scenario editor: its panel, or the page in its place; parameters put into a text; fields that matter for some choices.
const panel = document.getElementById("panel");
let opener = "";
let wanted = false;
let lastText = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-panel]");
  if (link) opener = link.id;
  const place = event.target.closest("[data-place]");
  if (place) insert(`{${place.dataset.place}}`);
  if (panel && event.target === panel) panel.close();
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches("input[name=title], textarea[name=text]")) lastText = event.target;
});

function insert(text) {
  const field = lastText?.isConnected ? lastText : document.querySelector("textarea[name=text], input[name=title]");
  if (!field) return;
  const { selectionStart: start, selectionEnd: end } = field;
  field.setRangeText(text, start, end, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function show(form) {
  const chosen = form.elements.about ?? form.elements.channel;
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(chosen.value);
  }
}

function showAll(root) {
  for (const form of root.querySelectorAll("form[data-shows]")) show(form);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-shows]");
  if (form) show(form);
});

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target.id === "panel-body") wanted = true;
});

document.body.addEventListener("htmx:afterSettle", (event) => {
  const body = event.detail.target;
  if (body.id !== "panel-body" || !body.firstElementChild) return;
  // Closed before the answer came: it stays closed.
  if (panel && !wanted) return body.replaceChildren();
  showAll(body);
  if (panel && !panel.open) panel.showModal();
  if (panel) panel.scrollTop = 0;
  (body.querySelector("[aria-invalid=true]") ?? body.querySelector("#panel-title"))?.focus();
});

document.body.addEventListener("panel-done", () => {
  panel.close();
});

// What opened the panel may have been drawn anew meanwhile: it is found again by its id.
panel?.addEventListener("close", () => {
  wanted = false;
  // What still waits for its answer stays in the page until then, or the rest of the answer would find no page.
  const body = document.getElementById("panel-body");
  if (!body.querySelector(".htmx-request")) body.replaceChildren();
  document.getElementById(opener)?.focus();
});

showAll(document);
