// The cards of the user's calls: the same in all tabs, kept in step with the hub, and never in the way of typing.
import { on, once } from "./live.js";
import { toast } from "./console.js";
import { ring, hush, notify, mayNotify, askToNotify } from "./popup-alarm.js";

const STAYS_MS = 20000;
const FOLDED = "popups-folded";

const stage = document.getElementById("popups");
const speaker = document.getElementById("popups-say");
const sources = new WeakMap();
const chosen = new Map();
let before = null;

/** Puts the focus on the latest call, unfolded; false where nobody calls. */
export function focusPopup() {
  const card = stage?.querySelector(".popup");
  if (!card) return false;
  if (!card.contains(document.activeElement)) before = document.activeElement;
  fold(card, false);
  card.focus();
  return true;
}

function show({ html }) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const cards = [...template.content.querySelectorAll(".popup")];
  const names = new Set(cards.map((card) => card.id));
  for (const card of stage.querySelectorAll(".popup")) if (!names.has(card.id) && !isBusy(card)) remove(card);
  for (const [place, card] of cards.entries()) {
    const known = document.getElementById(card.id);
    if (known) renew(known, card, place);
    else add(card, place);
  }
}

function add(card, place) {
  for (const part of card.querySelectorAll("[data-part]")) sources.set(part, part.outerHTML);
  stage.insertBefore(card, stage.children[place] ?? null);
  if (folded().includes(card.dataset.popup)) fold(card, true);
  offerNotifications(card);
  say(card);
  if (card.dataset.outcome === "ring") alarm(card);
  if ("ended" in card.dataset) leaveLater(card);
  tick();
}

function renew(card, fresh, place) {
  const changed = card.dataset.outcome !== fresh.dataset.outcome;
  for (const name of ["say", "outcome", "call"]) card.dataset[name] = fresh.dataset[name];
  card.className = fresh.className + (card.classList.contains("is-folded") ? " is-folded" : "");
  if (crmsOf(card) !== crmsOf(fresh)) {
    remove(card);
    return add(fresh, place);
  }
  const best = fresh.querySelector("[data-panel]:not([hidden])")?.dataset.panel;
  const parts = [...fresh.querySelectorAll("[data-part]")];
  prune(card, new Set(parts.map((part) => part.dataset.part)));
  for (const part of parts) renewPart(card, part);
  showCrm(card, chosen.get(card.id) ?? best);
  offerNotifications(card);
  setFold(card);
  tick();
  if (changed) {
    say(card);
    if (card.dataset.outcome !== "ring") hush(card.id);
  }
  if ("ended" in fresh.dataset && !("ended" in card.dataset)) leaveLater(card);
}

function crmsOf(card) {
  return [...card.querySelectorAll("[data-panel]")].map((panel) => panel.dataset.panel).join();
}

function renewPart(card, fresh) {
  const part = card.querySelector(`[data-part="${fresh.dataset.part}"]`);
  const source = fresh.outerHTML;
  if (!part) {
    sources.set(fresh, source);
    [...card.querySelectorAll(`[data-panel="${fresh.closest("[data-panel]")?.dataset.panel}"]`)].at(-1)?.append(fresh);
  } else if (sources.get(part) !== source && !isUsed(part)) {
    const opened = [...part.querySelectorAll("details[open]")].length > 0;
    part.replaceWith(fresh);
    sources.set(fresh, source);
    if (opened) fresh.querySelector(".popup__others")?.setAttribute("open", "");
  }
}

function prune(card, names) {
  for (const part of card.querySelectorAll("[data-part]")) if (!names.has(part.dataset.part) && !isUsed(part)) part.remove();
}

// What somebody types in, or is about to, is left as it is.
function isUsed(part) {
  if (part.contains(document.activeElement) && part.querySelector("input:not([type=hidden]), textarea")) return true;
  return [...part.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value !== field.defaultValue);
}

function isBusy(card) {
  return [...card.querySelectorAll("[data-wish]")].some(isUsed);
}

function remove(card) {
  hush(card.id);
  chosen.delete(card.id);
  if (card.contains(document.activeElement)) before?.focus?.();
  card.remove();
}

function leaveLater(card) {
  card.dataset.ended = "";
  setTimeout(function leave() {
    if (isBusy(card) || card.matches(":hover, :focus-within")) setTimeout(leave, 2000);
    else remove(card);
  }, STAYS_MS);
}

function say(card) {
  speaker.textContent = card.dataset.say;
}

async function alarm(card) {
  // The tab that is looked at comes first, then one that may make a sound.
  const wait = document.visibilityState === "visible" && document.hasFocus() ? 0 : navigator.userActivation?.hasBeenActive ? 120 : 300;
  setTimeout(async () => {
    if (card.isConnected && card.dataset.outcome === "ring" && (await once(`ring-${card.dataset.popup}`))) {
      ring(card.id);
      notify(card.id, card.dataset.say, () => focusPopup());
    }
  }, wait);
}

function folded() {
  try {
    return JSON.parse(localStorage.getItem(FOLDED) ?? "[]");
  } catch {
    return [];
  }
}

function fold(card, yes) {
  card.classList.toggle("is-folded", yes);
  setFold(card);
  const others = folded().filter((name) => name !== card.dataset.popup).slice(-19);
  localStorage.setItem(FOLDED, JSON.stringify(yes ? [...others, card.dataset.popup] : others));
}

function setFold(card) {
  card.querySelector("[data-fold]").setAttribute("aria-expanded", String(!card.classList.contains("is-folded")));
}

function showCrm(card, crm) {
  if (!crm) return;
  for (const panel of card.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== crm;
  for (const button of card.querySelectorAll("[data-crm]")) button.setAttribute("aria-pressed", String(button.dataset.crm === crm));
}

async function send(address, body, form) {
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token, "HX-Request": "true" } });
    const text = await answer.text();
    if (!answer.ok) return toast(answer.headers.get("Content-Type")?.startsWith("text/plain") ? text : stage.dataset.failed, "error");
    form?.reset();
    form?.closest("details")?.removeAttribute("open");
    if (form?.contains(document.activeElement)) document.activeElement.blur();
    show({ html: text });
  } catch {
    toast(stage.dataset.failed, "error");
  }
}

function clicked(event) {
  const card = event.target.closest(".popup");
  const button = event.target.closest("[data-fold], [data-send], [data-crm], [data-notify]");
  if (!card || !button) return;
  if ("fold" in button.dataset) fold(card, !card.classList.contains("is-folded"));
  if (button.dataset.send) send(button.dataset.send, new URLSearchParams(button.dataset.with ?? ""));
  if (button.dataset.crm) {
    chosen.set(card.id, button.dataset.crm);
    showCrm(card, button.dataset.crm);
  }
  if ("notify" in button.dataset) askToNotify().then(() => offerNotifications(card));
}

function offerNotifications(card) {
  const button = card.querySelector("[data-notify]");
  if (button) button.hidden = mayNotify() !== "default";
}

function pressed(event) {
  const card = event.target.closest?.(".popup");
  if (!card) return;
  if (event.key === "Escape") {
    event.stopPropagation();
    fold(card, true);
    before?.focus?.();
  } else if (event.key === "Enter" && event.target.matches("textarea") && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
}

function tick() {
  const now = Date.now();
  for (const time of stage.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((now - Date.parse(time.dataset.since)) / 1000));
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (time.textContent !== text) time.textContent = text;
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-small-window]");
  if (link && !event.ctrlKey && !event.metaKey && open(link.href, "switchhook-panel", "popup,width=380,height=760")) event.preventDefault();
});

if (stage) {
  on("cards", show);
  stage.addEventListener("click", clicked);
  stage.addEventListener("keydown", pressed);
  stage.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target.action, new FormData(event.target), event.target);
  });
  addEventListener("storage", (event) => {
    if (event.key !== FOLDED) return;
    for (const card of stage.querySelectorAll(".popup")) {
      card.classList.toggle("is-folded", folded().includes(card.dataset.popup));
      setFold(card);
    }
  });
  setInterval(tick, 1000);
}
