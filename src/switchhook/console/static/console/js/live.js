// The hub's news for this page. Nobody else opens a connection: HTTP/1.1 allows six to a host, and people keep twenty
// tabs open.
//
// The connection lives in a SharedWorker rather than in a tab chosen by Web Locks: a worker is not slowed down in the
// background, needs no take-over when a tab closes, and works on plain http inside a company's network, where browsers
// keep locks away. A browser without shared workers (on some telephones) gives each tab a connection while it is seen.
import { openLine } from "./live-line.js";

const PROTOCOL = 1;

const place = document.querySelector("[data-line]");
const handlers = new Map();
const watchers = new Set();
const questions = new Map();
let worker = null;
let own = null;
let state = false;
let asked = 0;

/** Calls `handler(data)` for each event of that name (`live/publish.py`; "ready": read afresh what you show). */
export function on(event, handler) {
  if (!handlers.has(event)) handlers.set(event, new Set());
  handlers.get(event).add(handler);
}

/** Calls `handler(on)` now and whenever the connection is made or lost. */
export function onState(handler) {
  watchers.add(handler);
  handler(state);
}

/** Whether this tab is the one, of all tabs of the browser, that does what `key` names: for sounds and notifications. */
export function once(key) {
  if (!worker) return Promise.resolve(document.visibilityState === "visible");
  const number = ++asked;
  worker.port.postMessage({ claim: { key, number } });
  return new Promise((resolve) => questions.set(number, resolve));
}

function tell(event, data) {
  for (const handler of handlers.get(event) ?? []) {
    try {
      handler(data);
    } catch (error) {
      reportError(error);
    }
  }
}

function say(on) {
  state = on;
  for (const watcher of watchers) watcher(on);
}

function heard({ data: message }) {
  if ("state" in message) say(message.state);
  if (message.event) tell(message.event, message.data);
  if ("granted" in message) {
    questions.get(message.number)?.(message.granted);
    questions.delete(message.number);
  }
}

function absolute(address) {
  return address && new URL(address, location).href;
}

function places() {
  const { line: live, ticket, cards } = place.dataset;
  return { live: absolute(live), ticket: absolute(ticket), cards: absolute(cards) };
}

function joinWorker() {
  const name = `switchhook-live-${PROTOCOL}-${place.dataset.who}`;
  worker = new SharedWorker(new URL("./live-worker.js", import.meta.url), { type: "module", name });
  worker.addEventListener("error", listenAlone, { once: true });
  worker.port.addEventListener("message", heard);
  worker.port.start();
  worker.port.postMessage({ join: places() });
}

function leave() {
  worker?.port.postMessage({ leave: true });
  own?.close();
  own = null;
}

function listenAlone() {
  worker = null;
  function look() {
    const seen = document.visibilityState === "visible";
    if (seen && !own) own = openLine(places(), tell, say);
    if (!seen) leave();
  }
  document.addEventListener("visibilitychange", look);
  look();
}

if (place) {
  if (typeof SharedWorker === "function") joinWorker();
  else listenAlone();
  addEventListener("pagehide", leave);
  // A page taken back from the browser's history has missed what happened meanwhile.
  addEventListener("pageshow", (event) => { if (event.persisted && worker) joinWorker(); });
}
