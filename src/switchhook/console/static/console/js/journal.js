// Keeps the open journal in step with the hub: changed calls are fetched as rows and put in their places.
import "./chosen-days.js";
import { on, onState } from "./live.js";

const line = document.getElementById("live");
const GATHER_MS = 120;

let waiting = new Set();
let timer = null;
let isFresh = true;

function say(on) {
  line.dataset.state = on ? "on" : "off";
  line.querySelector("[data-text]").textContent = on ? line.dataset.on : line.dataset.off;
}

function fetchRows() {
  timer = null;
  const ids = [...waiting].slice(0, 100);
  waiting = new Set([...waiting].slice(100));
  if (waiting.size) timer = setTimeout(fetchRows, GATHER_MS);
  const table = document.getElementById("call-rows");
  if (!table) return htmx.trigger("#filters", "submit");
  const have = ids.filter((id) => document.getElementById(`call-${id}`));
  const onFirstPage = document.getElementById("journal").dataset.first === "1";
  const wanted = onFirstPage ? ids : have;
  if (!wanted.length) return;
  const query = new URLSearchParams(new FormData(document.getElementById("filters")));
  query.set("ids", wanted.join(","));
  query.set("have", have.join(","));
  htmx.ajax("GET", `${line.dataset.rows}?${query}`, { swap: "none", source: line });
}

// A row whose recording is being heard is left alone until it pauses.
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.querySelector?.(":scope > td [data-playing]")) event.detail.shouldSwap = false;
});

function heard({ call }) {
  if (!call) return;
  waiting.add(String(call));
  gather();
}

// A journal that nobody looks at waits: twenty tabs that all fetch at every ring would make the one in use wait.
function gather() {
  if (waiting.size && !document.hidden) timer ??= setTimeout(fetchRows, GATHER_MS);
}

// The first word comes right after the page itself; each later one says that news may have been missed.
function readAfresh() {
  if (isFresh) {
    isFresh = false;
  } else if (document.getElementById("journal").dataset.first === "1" && !document.querySelector("#journal [data-playing]")) {
    htmx.trigger("#filters", "submit");
  }
}

on("call", heard);
document.addEventListener("visibilitychange", gather);
on("ready", readAfresh);
onState(say);
