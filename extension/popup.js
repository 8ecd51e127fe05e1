// The window below the extension's button: is it connected, is it on for this site, and a number to call.
import { asHost, isActive, isListed, settings } from "./rules.js";

const say = chrome.i18n.getMessage;
const field = (id) => document.getElementById(id);

async function hostOfTab() {
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  return /^https?:/.test(tab?.url ?? "") ? asHost(new URL(tab.url).hostname) : "";
}

function show(kept, host) {
  const who = kept.me?.employee?.name ?? kept.me?.user;
  field("state").textContent = kept.token ? say("connectedAs", [kept.me.project.name, who]) : say("notConnected");
  field("dial").hidden = !kept.token;
  field("site-field").hidden = !kept.token || !host;
  field("site-name").textContent = say("onThisSite", [host]);
  field("site").checked = isActive(kept, host);
}

// Off puts the site on the block list; on takes it off there, and puts it on the other list where only that counts.
async function toggle(host, on) {
  const kept = await settings();
  const blocked = kept.blocked.filter((one) => !(host === one || host.endsWith(`.${one}`)));
  const allowed = on && kept.mode === "listed" && !isListed(host, kept.allowed) ? [...kept.allowed, host] : kept.allowed;
  await chrome.storage.local.set({ blocked: on ? blocked : [...blocked, host], allowed, ...(on ? { on: true } : {}) });
}

function dial(event) {
  event.preventDefault();
  const number = field("number").value.trim();
  if (!number) return;
  const port = chrome.runtime.connect({ name: "call" });
  port.onMessage.addListener((state) => {
    if (state.link) return location.assign(state.link);
    field("said").className = `said ${state.tone}`;
    field("said").textContent = [state.message, state.remedy].filter(Boolean).join(" ");
  });
  port.postMessage({ number });
}

const host = await hostOfTab();
show(await settings(), host);
field("site").addEventListener("change", async () => {
  await toggle(host, field("site").checked);
  show(await settings(), host);
});
field("dial").addEventListener("submit", dial);
field("open").addEventListener("click", () => chrome.runtime.openOptionsPage());
