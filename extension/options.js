// The settings page: which hub, and on which sites.
import { HubError, asHub, ask, permissionFor } from "./hub.js";
import { asHost, settings } from "./rules.js";

const say = chrome.i18n.getMessage;
const field = (id) => document.getElementById(id);

function told(place, text, tone) {
  place.className = `said ${tone}`;
  place.textContent = text;
}

async function presetHub() {
  try {
    return (await (await fetch(chrome.runtime.getURL("hub.json"))).json()).hub;
  } catch {
    return "";
  }
}

function showConnection({ hub, me, token }) {
  field("forget").hidden = !token;
  if (!token || !me) return;
  const who = me.employee?.name ?? me.user;
  const text = me.may_call ? say("connectedAs", [me.project.name, who]) : say("connectedNobody", [me.project.name]);
  told(field("hub-said"), text, me.may_call ? "good" : "bad");
  field("address").value = hub;
}

function countries(chosen) {
  const names = new Intl.DisplayNames([chrome.i18n.getUILanguage()], { type: "region" });
  const listed = Object.keys(globalThis.switchhookCountries).map((code) => [code, names.of(code) ?? code]);
  listed.sort((one, other) => one[1].localeCompare(other[1]));
  const options = [["", say("asTheHub")], ...listed].map(([value, text]) => new Option(text, value, false, value === chosen));
  field("country").replaceChildren(...options);
}

function showSites(kept) {
  countries(kept.country);
  field("on").checked = kept.on;
  document.querySelector(`input[name="mode"][value="${kept.mode}"]`).checked = true;
  field("blocked").value = kept.blocked.join("\n");
  field("allowed").value = kept.allowed.join("\n");
  field("allowed-field").hidden = kept.mode !== "listed";
}

async function connect(event) {
  event.preventDefault();
  const hub = asHub(field("address").value);
  const token = field("token").value.trim() || (await settings()).token;
  if (!hub) return told(field("hub-said"), say("badAddress"), "bad");
  if (!token) return told(field("hub-said"), say("noToken"), "bad");
  if (!(await chrome.permissions.request(permissionFor(hub)))) return told(field("hub-said"), say("notAllowed"), "bad");
  told(field("hub-said"), say("asking"), "");
  try {
    const me = await ask({ hub, token }, "me");
    await chrome.storage.local.set({ hub, token, me });
    field("token").value = "";
    showConnection({ hub, token, me });
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    told(field("hub-said"), say(`trouble_${error.code === "refused" ? "odd" : error.code}`), "bad");
  }
}

async function forget() {
  const { hub } = await settings();
  await chrome.storage.local.remove(["token", "me"]);
  if (hub) await chrome.permissions.remove(permissionFor(hub)).catch(() => {});
  field("forget").hidden = true;
  told(field("hub-said"), say("disconnected"), "");
}

async function saveSites(event) {
  event.preventDefault();
  const hosts = (id) => [...new Set(field(id).value.split(/[\n,]/).map(asHost).filter(Boolean))];
  const chosen = {
    on: field("on").checked,
    country: field("country").value,
    mode: document.querySelector('input[name="mode"]:checked').value,
    blocked: hosts("blocked"),
    allowed: hosts("allowed"),
  };
  await chrome.storage.local.set(chosen);
  showSites(chosen);
  told(field("sites-said"), say("saved"), "good");
}

field("hub").addEventListener("submit", connect);
field("forget").addEventListener("click", forget);
field("sites").addEventListener("submit", saveSites);
for (const radio of document.querySelectorAll('input[name="mode"]')) {
  radio.addEventListener("change", () => { field("allowed-field").hidden = radio.value !== "listed"; });
}

const kept = await settings();
field("address").value = kept.hub || (await presetHub());
showConnection(kept);
showSites(kept);
document.body.dataset.ready = "";
