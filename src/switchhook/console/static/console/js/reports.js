// What charts do beyond being looked at: a note at the pointer or the focus, arrow keys from bar to bar, chosen days.
import "./chosen-days.js";

const tip = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
tip.setAttribute("aria-hidden", "true");
document.body.append(tip);

function place(box) {
  const width = tip.offsetWidth, height = tip.offsetHeight;
  const left = Math.min(Math.max(8, box.left + box.width / 2 - width / 2), innerWidth - width - 8);
  const above = box.top - height - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 4 ? above : Math.min(box.bottom + 8, innerHeight - height - 4)}px`;
}

function tell(marked) {
  tip.hidden = !marked;
  if (!marked) return;
  tip.textContent = marked.dataset.tip;
  const drawn = [...marked.querySelectorAll(".part")].at(-1) ?? marked.querySelector("rect") ?? marked;
  place(drawn.getBoundingClientRect());
}

document.addEventListener("pointerover", (event) => tell(event.target.closest?.("[data-tip]")));
document.addEventListener("focusin", (event) => tell(event.target.closest?.("[data-tip]")));
document.addEventListener("focusout", () => tell(null));
document.addEventListener("scroll", () => tell(null), { passive: true });

const STEPS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !tip.hidden) tell(null);
  const column = event.target.closest?.("[data-chart] .column");
  const step = STEPS[event.key];
  if (!column || !step || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const columns = [...column.closest("[data-chart]").querySelectorAll(".column")];
  const next = columns[Math.min(Math.max(columns.indexOf(column) + step, 0), columns.length - 1)];
  for (const one of columns) one.setAttribute("tabindex", one === next ? "0" : "-1");
  next.focus();
});

document.getElementById("id_period")?.addEventListener("change", (event) => {
  if (event.target.value === "days") document.getElementById("id_since").focus();
});
