// The journal's rows: dense or comfortable, and up and down by the arrow keys.
const YEAR = 365 * 24 * 3600;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-density]");
  if (!button) return;
  const dense = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(dense));
  button.closest(".journal").classList.toggle("journal--dense", dense);
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `density=${dense ? "dense" : "open"}; Max-Age=${YEAR}; Path=/; SameSite=Lax${secure}`;
});

// Only from a row's own link: in a field or on a seek bar the arrows have their own work.
document.addEventListener("keydown", (event) => {
  if ((event.key !== "ArrowDown" && event.key !== "ArrowUp") || !event.target.matches?.("tbody a.cell-link")) return;
  const row = event.target.closest("tr");
  const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
  const link = next?.querySelector("a.cell-link");
  if (!link) return;
  event.preventDefault();
  link.focus();
  link.scrollIntoView({ block: "nearest" });
});

// The filter of employees says whom it leaves, as they are ticked.
const people = document.getElementById("people-said");
people?.closest("details").addEventListener("change", (event) => {
  const chosen = [...event.currentTarget.querySelectorAll("input:checked")].map((box) => box.closest("label").textContent.trim());
  people.textContent = chosen.length ? chosen.join(", ") : people.dataset.nobody;
});
