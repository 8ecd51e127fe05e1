// Keeps the open desk true: after news of a call its list is read again, unless somebody is at work in a menu of it.
import { on } from "./live.js";

const GATHER_MS = 400;
let timer = null;
let isFresh = true;

function isBusy() {
  const desk = document.getElementById("desk");
  return Boolean(desk.querySelector("details[open]") || desk.contains(document.activeElement));
}

function read() {
  timer = null;
  if (isBusy()) return gather();
  const desk = document.getElementById("desk");
  htmx.ajax("GET", desk.dataset.rows, { target: "#desk", swap: "outerHTML" });
}

function gather() {
  timer ??= setTimeout(read, GATHER_MS);
}

on("call", gather);
// The first word comes right after the page itself; each later one says that news may have been missed.
on("ready", () => {
  if (!isFresh) gather();
  isFresh = false;
});
