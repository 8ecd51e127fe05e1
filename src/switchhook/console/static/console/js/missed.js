// Keeps the open desk true: after news of a call its list is read again, unless somebody is at work in a menu of it.
import { on } from "./live.js";

const GATHER_MS = 400;
let timer = null;
let isFresh = true;

function isBusy() {
  const desk = document.getElementById("desk");
  return Boolean(desk.querySelector("details[open], input:focus, select:focus, textarea:focus"));
}

// Whoever stood on a row by keyboard stands there again; on a row that is gone, before the list.
function placeOfFocus() {
  const at = document.activeElement;
  if (!document.getElementById("desk").contains(at)) return null;
  const row = at.closest("li[id]");
  const place = row ? [...row.querySelectorAll("a, button, summary")].indexOf(at) : 0;
  return () => (row && document.querySelectorAll(`#${row.id} :is(a, button, summary)`)[place])
    ?? document.querySelector("#desk .tabs [aria-current]");
}

async function read() {
  timer = null;
  if (isBusy()) return gather();
  const desk = document.getElementById("desk");
  const refocus = placeOfFocus();
  await htmx.ajax("GET", desk.dataset.rows, { target: "#desk", swap: "outerHTML" });
  if (refocus) refocus()?.focus();
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
