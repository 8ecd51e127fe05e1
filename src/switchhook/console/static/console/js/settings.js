// Default names: a click on a parameter puts it into the name that was edited last.
let last = document.querySelector("[data-takes-places]");

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-takes-places]")) last = event.target;
});

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  if (!chip || !last) return;
  const at = last.selectionEnd ?? last.value.length;
  last.setRangeText(chip.dataset.insert, last.selectionStart ?? at, at, "end");
  last.dispatchEvent(new Event("input", { bubbles: true }));
  last.focus();
});
