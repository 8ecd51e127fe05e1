// Shared by all tabs of a browser on one project: holds the connection and hands its news to every tab.
import { openLine } from "./live-line.js";

const FORGET_MS = 3600 * 1000;

const tabs = new Set();
const claims = new Map();
let line = null;
let state = false;

function toAll(message) {
  for (const tab of tabs) tab.postMessage(message);
}

function join(port, places) {
  tabs.add(port);
  port.postMessage({ state });
  if (!line) {
    line = openLine(places, (event, data) => toAll({ event, data }), (on) => { state = on; toAll({ state }); });
  } else if (state) {
    port.postMessage({ event: "ready", data: {} });
    line.readCards();
  }
}

function claim(port, { key, number }) {
  const now = Date.now();
  for (const [old, at] of claims) if (now - at > FORGET_MS) claims.delete(old);
  const granted = !claims.has(key);
  if (granted) claims.set(key, now);
  port.postMessage({ granted, number });
}

self.addEventListener("connect", (connected) => {
  const [port] = connected.ports;
  port.addEventListener("message", ({ data }) => {
    if (data.join) join(port, data.join);
    if (data.claim) claim(port, data.claim);
    if (data.leave) tabs.delete(port);
  });
  port.start();
});
