// The first and the last day of a filter stand open only while its period is "Chosen days".
const period = document.getElementById("id_period");

period?.addEventListener("change", () => {
  const chosen = period.value === "days";
  for (const field of document.querySelectorAll("[data-days]")) {
    field.hidden = !chosen;
    if (!chosen) field.querySelector("input").value = "";
  }
});
