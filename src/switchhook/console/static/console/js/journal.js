// Keeps the open journal in step with the hub: changed calls are fetched as rows and put in their places.
const line = document.getElementById("live");
const GATHER_MS = 120;
const RETRY_MS = [1000, 2000, 5000, 10000];

let waiting = new Set();
let timer = null;
let failures = 0;

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

function heard(event) {
  const { call } = JSON.parse(event.data);
  if (!call) return;
  waiting.add(String(call));
  timer ??= setTimeout(fetchRows, GATHER_MS);
}

async function listen() {
  let ticket = null;
  try {
    const answer = await fetch(line.dataset.ticket, { headers: { "HX-Request": "true" } });
    if (answer.ok) ticket = await answer.text();
  } catch {
    ticket = null;
  }
  if (!ticket) return again();
  const source = new EventSource(`${line.dataset.live}?ticket=${encodeURIComponent(ticket)}`);
  source.addEventListener("open", () => { failures = 0; say(true); });
  source.addEventListener("call", heard);
  // The ticket is good for a minute only, so the browser's own reconnection would be refused: ask for a new one.
  source.addEventListener("error", () => { source.close(); again(); });
}

function again() {
  say(false);
  setTimeout(listen, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
}

function showDays() {
  const chosen = document.getElementById("id_period").value === "days";
  for (const field of document.querySelectorAll("[data-days]")) {
    field.hidden = !chosen;
    if (!chosen) field.querySelector("input").value = "";
  }
}

document.getElementById("id_period").addEventListener("change", showDays);
listen();
