// What every page does: toasts, copy buttons, questions before a step that matters, theme, language.
const root = document.documentElement;
root.classList.add("scripted");

const YEAR = 365 * 24 * 3600;
const TOAST_MS = 6000;

function keepCookie(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Max-Age=${YEAR}; Path=/; SameSite=Lax${secure}`;
}

function isDark() {
  const chosen = root.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function fadeOut(toast) {
  if (!toast.classList.contains("toast--error")) setTimeout(() => toast.remove(), TOAST_MS);
}

export function toast(text, tone = "") {
  const made = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  made.querySelector("span").textContent = text;
  if (tone) made.classList.add(`toast--${tone}`);
  document.getElementById("toasts").append(made);
  fadeOut(made);
}

function ask(text, detail) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("h2").textContent = text;
  dialog.querySelector("[data-detail]").textContent = detail ?? "";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

async function copy(button) {
  const text = document.getElementById(button.dataset.copy).textContent;
  try {
    await navigator.clipboard.writeText(text);
    toast(button.dataset.copied);
  } catch {
    getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
  }
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-close], [data-copy], [data-theme-switch], [data-add-row]");
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  if (!target) return;
  if (target.matches("[data-close]")) target.closest("[data-toast]").remove();
  if (target.matches("[data-copy]")) copy(target);
  if (target.matches("[data-theme-switch]")) {
    root.dataset.theme = isDark() ? "light" : "dark";
    keepCookie("theme", root.dataset.theme);
  }
  if (target.matches("[data-add-row]")) addRow(target);
});

// A form set grows by its own empty row.
function addRow(button) {
  const total = document.getElementById(`id_${button.dataset.addRow}-TOTAL_FORMS`);
  const markup = document.getElementById(`${button.dataset.addRow}-empty`).innerHTML.replaceAll("__prefix__", total.value);
  button.insertAdjacentHTML("beforebegin", markup);
  total.value = Number(total.value) + 1;
  button.previousElementSibling.querySelector("select, input:not([type=hidden])")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("submit", async (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (!question || event.target.dataset.agreed) return;
  event.preventDefault();
  event.stopPropagation();
  if (!(await ask(question, event.submitter?.dataset.confirmDetail))) return;
  event.target.dataset.agreed = "1";
  event.target.requestSubmit(event.submitter);
  delete event.target.dataset.agreed;
}, true);

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-language]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-check-all]")) {
    for (const box of document.querySelectorAll(`input[name="${event.target.dataset.checkAll}"]`)) box.checked = event.target.checked;
  }
});

document.body.addEventListener("htmx:responseError", (event) => toast(document.getElementById("toasts").dataset.failed, "error"));
document.body.addEventListener("toast", (event) => toast(event.detail.text, event.detail.tone));

document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
for (const shown of document.querySelectorAll("#toasts [data-toast]")) fadeOut(shown);

import("./player.js");
import("./dialing.js");
