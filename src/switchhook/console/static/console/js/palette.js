// The command palette: pages and actions narrowed in the browser, clients and numbers asked of the hub.
import { areOn, listen, turn } from "./shortcuts.js";

const dialog = document.getElementById("palette");
const input = document.getElementById("palette-input");
const list = document.getElementById("palette-list");
const empty = document.getElementById("palette-empty");
const said = document.getElementById("palette-said");
const shortcuts = document.getElementById("shortcuts");
const RECENT = `switchhook-recent-${dialog.dataset.project}`;
const MOST_RECENT = 5;
const FEWEST = 2;
const WAIT_MS = 140;

let offered = null;
let foundMarkup = "";
let asked = 0;
let timer = null;
let failed = false;
let moved = false;

// How well typed letters fit a text: its beginning best, then beginnings of words, then letters in their order, the first
// of which begins a word.
function fit(typed, text) {
  const words = text.toLowerCase();
  if (!typed) return 1;
  if (words.startsWith(typed)) return 100 - words.length / 100;
  const begins = (at) => at === 0 || /[\s\-/]/.test(words[at - 1]);
  const inside = [...words].findIndex((_letter, at) => begins(at) && words.startsWith(typed, at));
  if (inside >= 0) return 80 - inside / 10;
  return Math.max(0, ...[...words].map((letter, at) => (letter === typed[0] && begins(at) ? scattered(typed, words, at, begins) : 0)));
}

function scattered(typed, words, from, begins) {
  let [at, score] = [from, 2];
  for (const letter of typed.slice(1)) {
    const next = words.indexOf(letter, at + 1);
    if (next < 0) return 0;
    score += next === at + 1 ? 3 : begins(next) ? 2 : 0;
    at = next;
  }
  return score >= typed.length ? score / typed.length : 0;
}

function rank(option, typed) {
  return Math.max(fit(typed, option.dataset.title), ...(option.dataset.words ?? "").split(" ").map((word) => (typed.length > 1 && word.toLowerCase().startsWith(typed) ? 40 : 0)));
}

async function fetched(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) location.assign(elsewhere);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

function fragment(markup) {
  const made = document.createElement("template");
  made.innerHTML = markup;
  return made.content;
}

function recent() {
  try {
    return JSON.parse(sessionStorage.getItem(RECENT)) ?? [];
  } catch {
    return [];
  }
}

// Only for as long as the tab lives: clients' names do not stay on a shared computer.
function remember(option) {
  if (!("kept" in option.dataset)) return;
  const one = { href: option.getAttribute("href"), title: option.dataset.title, note: option.querySelector(".palette__note")?.textContent ?? "", icon: option.querySelector("use").getAttribute("href") };
  const rest = recent().filter((other) => other.href !== one.href);
  sessionStorage.setItem(RECENT, JSON.stringify([one, ...rest].slice(0, MOST_RECENT)));
}

function recentGroup(page) {
  const shown = recent().filter((one) => one.href.startsWith("/") || /^https?:/.test(one.href));
  const pattern = page.querySelector(".palette__option");
  if (!shown.length || !pattern) return null;
  const group = pattern.parentElement.cloneNode(false);
  group.dataset.group = "recent";
  group.setAttribute("aria-labelledby", "palette-recent");
  const title = pattern.parentElement.firstElementChild.cloneNode(false);
  title.id = "palette-recent";
  title.textContent = dialog.dataset.recent;
  group.append(title, ...shown.map((one, index) => likeness(pattern, one, index)));
  return group;
}

function likeness(pattern, one, index) {
  const option = pattern.cloneNode(true);
  for (const name of ["data-words", "data-action", "data-dial"]) option.removeAttribute(name);
  option.querySelector(".palette__keys")?.remove();
  option.id = `palette-recent-${index}`;
  option.setAttribute("href", one.href);
  option.dataset.title = one.title;
  option.dataset.kept = "";
  option.querySelector("use").setAttribute("href", one.icon);
  option.querySelector(".palette__name").textContent = one.title;
  const note = Object.assign(document.createElement("small"), { className: "palette__note", textContent: one.note });
  if (one.note) option.append(note);
  return option;
}

function narrowed(page, typed) {
  for (const group of page.querySelectorAll("[data-group]")) {
    const ranked = [...group.querySelectorAll("[role=option]")].map((option) => [rank(option, typed), option]);
    for (const [score, option] of ranked) if (!score) option.remove();
    if (typed) group.append(...ranked.filter(([score]) => score).sort((a, b) => b[0] - a[0]).map(([, option]) => option));
    if (!group.querySelector("[role=option]")) group.remove();
  }
  return page;
}

// `chosen` is the option that stays chosen where it is still there: what is found later does not move the choice.
function show(chosen = null) {
  const typed = input.value.trim().toLowerCase();
  const page = narrowed(fragment(offered ?? ""), typed);
  const before = typed ? null : recentGroup(page);
  const found = typed.length < FEWEST ? document.createDocumentFragment() : fragment(foundMarkup);
  const last = found.querySelector("[data-group=search]");
  list.replaceChildren(...(before ? [before] : []), page);
  const number = found.querySelector("[data-group=number]");
  if (number) list.prepend(number);
  list.append(...[...found.children].filter((group) => group !== last));
  if (last) list.append(last);
  const same = (option) => chosen && option.dataset.title === chosen.dataset.title && option.href === chosen.href;
  mark(options().find(same) ?? options()[0]);
  tell();
}

function tell() {
  const count = options().length;
  empty.hidden = count > 0 && !failed;
  empty.textContent = failed ? dialog.dataset.failed : dialog.dataset.none;
  said.textContent = count ? dialog.dataset.count.replace("%(n)s", count) : empty.textContent;
}

function options() {
  return [...list.querySelectorAll("[role=option]")];
}

function marked() {
  return list.querySelector("[aria-selected=true]");
}

function mark(option, scroll = true) {
  marked()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option?.id ?? "");
  if (option && scroll) option.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = options();
  if (all.length) mark(all[(all.indexOf(marked()) + by + all.length) % all.length]);
}

function ask() {
  clearTimeout(timer);
  const typed = input.value.trim();
  foundMarkup = typed.length < FEWEST ? "" : foundMarkup;
  if (typed.length < FEWEST) return;
  timer = setTimeout(async () => {
    const mine = ++asked;
    try {
      const markup = await fetched(`${dialog.dataset.found}?q=${encodeURIComponent(typed)}`);
      if (mine !== asked || input.value.trim() !== typed) return;
      [foundMarkup, failed] = [markup, false];
    } catch {
      failed = mine === asked;
    }
    show(moved ? marked() : null);
  }, WAIT_MS);
}

export async function open() {
  if (dialog.open) return;
  document.getElementById("side")?.matches(":popover-open") && document.getElementById("side").hidePopover();
  input.value = foundMarkup = "";
  failed = false;
  dialog.showModal();
  input.focus();
  if (offered === null) {
    try {
      offered = await fetched(dialog.dataset.source);
    } catch {
      failed = true;
    }
  }
  show();
}

function showShortcuts() {
  dialog.close();
  document.getElementById("shortcuts-on").checked = areOn();
  shortcuts.showModal();
}

function act(action) {
  const [name, value] = action.split(":");
  dialog.close();
  if (name === "theme") document.querySelector("[data-theme-switch]")?.click();
  if (name === "shortcuts") showShortcuts();
  if (name === "language") {
    const choice = document.getElementById("language");
    choice.value = value;
    choice.form.requestSubmit();
  }
}

input.addEventListener("input", () => { moved = false; foundMarkup = foundMarkup && input.value.trim() ? foundMarkup : ""; show(); ask(); });

dialog.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  moved ||= event.key in moves || event.key.startsWith("Page");
  if (event.key in moves) step(moves[event.key]);
  else if (event.key === "PageDown") mark(options().at(Math.min(options().indexOf(marked()) + 6, options().length - 1)));
  else if (event.key === "PageUp") mark(options()[Math.max(options().indexOf(marked()) - 6, 0)]);
  else if (event.key === "Enter" && event.target === input) marked()?.click();
  else if (event.code === "KeyK" && event.ctrlKey !== event.metaKey) dialog.close();
  else return;
  event.preventDefault();
});

list.addEventListener("pointermove", (event) => {
  const option = event.target.closest("[role=option]");
  if (option && option !== marked()) mark(option, false);
});

// Before the handlers of the document: a number that is called needs the window to be out of the way.
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option) return;
  remember(option);
  if (option.dataset.action) {
    event.preventDefault();
    act(option.dataset.action);
  } else if (!event.ctrlKey && !event.metaKey) dialog.close();
});

dialog.addEventListener("click", (event) => {
  if (event.target === dialog || event.target.closest("[data-palette-close]")) dialog.close();
});
shortcuts.addEventListener("click", (event) => {
  if (event.target === shortcuts || event.target.closest("[data-shortcuts-close]")) shortcuts.close();
});
document.getElementById("shortcuts-on").addEventListener("change", (event) => turn(event.target.checked));
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette-open]")) open();
});
if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  for (const key of document.querySelectorAll("kbd[data-apple]")) key.textContent = key.dataset.apple;
}
listen({ palette: open, list: showShortcuts });
