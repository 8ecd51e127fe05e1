// Calling by click: the order goes out, the card tells how far it has come, also on the next page that is opened.
import { on } from "./live.js";

const place = document.getElementById("dial");
const page = document.querySelector("[data-dial-page]");
const box = page ?? document.getElementById("dial-card");
const KEPT = "switchhook-dial";
const LOOK_MS = 2500;
const DONE_MS = 12000;

let timer = null;
let said = "";

function card() {
  return box.querySelector("#dial-state");
}

function headers() {
  return { ...JSON.parse(document.body.getAttribute("hx-headers") ?? "{}"), "HX-Request": "true" };
}

async function show(address, body = null) {
  clearTimeout(timer);
  const again = card()?.dataset.address === address;
  let answer;
  try {
    answer = await fetch(address, { method: body ? "POST" : "GET", body, headers: headers() });
    // A session that ended answers with the way to sign in.
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) return location.assign(elsewhere);
    // A call of another time or project: nothing is left to look at.
    if (!body && answer.status >= 400 && answer.status < 500) return close();
    if (!answer.ok) throw new Error(String(answer.status));
  } catch {
    if (again) timer = setTimeout(() => show(address), 2 * LOOK_MS);
    else say(place.dataset.failed);
    if (!again) document.body.dispatchEvent(new CustomEvent("toast", { detail: { text: place.dataset.failed, tone: "error" } }));
    return;
  }
  put(await answer.text(), again);
}

function put(markup, again) {
  const focused = card()?.contains(document.activeElement);
  box.innerHTML = markup;
  const shown = card();
  if (!shown) return;
  shown.toggleAttribute("data-again", again);
  if (focused) (shown.querySelector(".dial__actions button, .dial__actions a") ?? shown.querySelector(".dial__close")).focus();
  say(shown.querySelector("[data-said]").textContent.trim());
  keep(shown);
}

function keep(shown) {
  const busy = shown.hasAttribute("data-busy");
  if (busy) sessionStorage.setItem(KEPT, shown.dataset.address);
  else sessionStorage.removeItem(KEPT);
  if (busy) timer = setTimeout(() => show(shown.dataset.address), LOOK_MS);
  else if (!page && shown.matches(".dial__card--good")) timer = setTimeout(leave, DONE_MS);
}

// Said once per change: a card that is looked at again says the same.
function say(text) {
  if (text !== said) document.getElementById("dial-said").textContent = said = text;
}

function close() {
  clearTimeout(timer);
  sessionStorage.removeItem(KEPT);
  box.replaceChildren();
  said = "";
}

// What went well goes by itself, but not from under somebody's hand.
function leave() {
  if (place.matches(":hover, :focus-within")) timer = setTimeout(leave, DONE_MS);
  else close();
}

function order(fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  show(place.dataset.dialUrl, body);
}

if (place) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dial]");
    if (button && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      order({ number: button.dataset.dial });
    }
    if (event.target.closest("[data-dial-close]")) close();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-dial-form]")) return;
    event.preventDefault();
    show(place.dataset.dialUrl, new FormData(event.target, event.submitter));
  });
  on("dial", ({ dial }) => {
    const shown = card();
    if (shown && shown.dataset.dialed === String(dial)) show(shown.dataset.address);
  });
  const kept = sessionStorage.getItem(KEPT);
  if (card()) keep(card());
  else if (kept) show(kept);
}
