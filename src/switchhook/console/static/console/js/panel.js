// The Smart Phone panel: its list keeps in step with the hub, and its switches are the browser's own.
import { on, onState } from "./live.js";
import { mayNotify, askToNotify } from "./popup-alarm.js";

const GATHER_MS = 400;
const SILENT = "popups-silent";

const live = document.getElementById("live");
const silence = document.querySelector("[data-silence]");
const allow = document.querySelector("[data-allow-notifications]");
const stage = document.getElementById("popups");
const quiet = document.querySelector("[data-quiet]");
let timer = null;
let isFresh = true;

function readList() {
  timer = null;
  const view = document.getElementById("panel-list").dataset.view;
  if (view !== "contacts") htmx.ajax("GET", `${location.pathname}?view=${view}`, { target: "#panel-list", swap: "outerHTML" });
}

function changed() {
  timer ??= setTimeout(readList, GATHER_MS);
}

function showSwitches() {
  silence.setAttribute("aria-pressed", String(localStorage.getItem(SILENT) === "1"));
  allow.hidden = mayNotify() !== "default";
}

on("call", changed);
on("ready", () => {
  if (!isFresh) changed();
  isFresh = false;
});
onState((isOn) => {
  live.dataset.state = isOn ? "on" : "off";
  live.querySelector("[data-text]").textContent = isOn ? live.dataset.on : live.dataset.off;
});
silence.addEventListener("click", () => {
  localStorage.setItem(SILENT, localStorage.getItem(SILENT) === "1" ? "0" : "1");
  showSwitches();
});
allow.addEventListener("click", () => askToNotify().then(showSwitches));
new MutationObserver(() => { quiet.hidden = stage.childElementCount > 0; }).observe(stage, { childList: true });
showSwitches();
