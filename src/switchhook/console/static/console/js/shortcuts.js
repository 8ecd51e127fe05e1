// Keys of a page. They do nothing while somebody types: in a field, a list of choices, an input method, an open window.
const KEPT = "switchhook-shortcuts";
const SEQUENCE_MS = 1500;
const EDITABLE = "input, textarea, select, [contenteditable]:not([contenteditable='false']), [role='textbox'], [role='combobox'], [role='searchbox'], [role='spinbutton'], [role='slider']";

let begun = 0;

export function areOn() {
  return localStorage.getItem(KEPT) !== "off";
}

export function turn(on) {
  if (on) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, "off");
}

// Whether the key belongs to what is being typed or to a window that is open.
function isTaken(event) {
  const target = event.composedPath()[0];
  return event.defaultPrevented || event.repeat || event.isComposing || event.keyCode === 229
    // For a moment the focus is still in the field of a window that has just closed.
    || (target instanceof Element && target.closest(EDITABLE) !== null && target.checkVisibility())
    || document.querySelector("dialog[open], [popover]:popover-open:not(.dial, .popup)") !== null;
}

// The Latin letter on the key, whatever the layout writes with it: G is the same key on a Ukrainian keyboard.
function keyOf(event) {
  if (/^[a-z]$/i.test(event.key) || event.key === "/" || event.key === "?") return event.key.toLowerCase();
  if (/^Key[A-Z]$/.test(event.code)) return event.code.at(-1).toLowerCase();
  if (event.code === "Slash") return { ".": "/", ",": "?" }[event.key] ?? "";
  return "";
}

function searchOfPage() {
  return [...document.querySelectorAll("main input[type='search']")].find((box) => box.offsetParent !== null);
}

async function toPopup() {
  const popup = await import("./popup.js").catch(() => null);
  popup?.focusPopup?.();
}

function go(key) {
  const place = document.querySelector(`#shortcuts [data-go="${CSS.escape(key)}"]`);
  if (place) location.assign(place.dataset.href);
  return Boolean(place);
}

function single(key, open) {
  const search = key === "/" && searchOfPage();
  if (search) search.focus(), search.select();
  else if (key === "/") open.palette();
  else if (key === "?") open.list();
  else if (key === "p") toPopup();
  else return false;
  return true;
}

// `open` has `palette` and `list`: what Ctrl K and ? open.
export function listen(open) {
  document.addEventListener("keydown", (event) => {
    if (isTaken(event) || event.altKey) return;
    const key = keyOf(event);
    if (event.ctrlKey !== event.metaKey) {
      if (key !== "k" || event.shiftKey) return;
      event.preventDefault();
      open.palette();
      return;
    }
    if (event.ctrlKey || !areOn() || !key) return;
    const follows = Date.now() - begun < SEQUENCE_MS;
    begun = 0;
    if (follows && !event.shiftKey && go(key)) event.preventDefault();
    else if (key === "g" && !event.shiftKey) begun = Date.now();
    else if ((key === "?" || !event.shiftKey) && single(key, open)) event.preventDefault();
  });
}
