// The one place that holds the token while pages are open: it calls through the hub and tells the page how it goes.
import { HubError, ask } from "./hub.js";
import { countryOf, isActive, settings } from "./rules.js";

const LOOK_MS = 1500;
const LONGEST_MS = 5 * 60 * 1000;
const MENU = "call";
const say = chrome.i18n.getMessage;

// Content scripts share the storage unless they are kept out of it.
chrome.storage.local.setAccessLevel({ accessLevel: "TRUSTED_CONTEXTS" });

chrome.runtime.onInstalled.addListener(async ({ reason }) => {
  chrome.contextMenus.create({ id: MENU, title: say("callSelected", "%s"), contexts: ["selection"] });
  if (reason === "install") chrome.runtime.openOptionsPage();
});

chrome.contextMenus.onClicked.addListener((info, tab) => {
  const number = (info.selectionText ?? "").trim().slice(0, 60);
  if (info.menuItemId === MENU && tab?.id && number) chrome.tabs.sendMessage(tab.id, { type: "dial", number }).catch(() => {});
});

chrome.runtime.onMessage.addListener((message, sender, reply) => {
  if (sender.id !== chrome.runtime.id) return false;
  if (message.type === "settings") chrome.runtime.openOptionsPage();
  if (message.type !== "page") return false;
  pageSettings(message).then(reply);
  return true;
});

async function pageSettings({ host, origin }) {
  const kept = await settings();
  // The hub's own pages have buttons of their own.
  const active = isActive(kept, host.replace(/^www\./, "")) && origin !== kept.hub;
  return { active, country: countryOf(kept) };
}

chrome.storage.onChanged.addListener(async (changes, area) => {
  if (area !== "local" || !["on", "mode", "blocked", "allowed", "token", "hub", "country", "me"].some((name) => name in changes)) return;
  for (const tab of await chrome.tabs.query({})) chrome.tabs.sendMessage(tab.id, { type: "changed" }).catch(() => {});
});

chrome.runtime.onConnect.addListener((port) => {
  if (port.name !== "call" || port.sender?.id !== chrome.runtime.id) return port.disconnect();
  const ended = { now: false };
  port.onDisconnect.addListener(() => { ended.now = true; });
  port.onMessage.addListener((order) => dial(order, (state) => { if (!ended.now) port.postMessage(state); }, ended));
});

async function dial({ number, anyway = false, via = "" }, tell, ended) {
  const kept = await settings();
  if (!kept.token) return tell({ tone: "bad", message: say("notConnected"), settings: true });
  await refresh(kept);
  if (kept.me?.way === "link") return tell({ link: `${["sip", "tel", "callto"].includes(kept.me.scheme) ? kept.me.scheme : "tel"}:${number.replace(/[^+\d]/g, "")}` });
  try {
    whoIs(kept, number, tell);
    const body = JSON.stringify({ number, anyway, via });
    const made = await ask(kept, "click-to-call", { method: "POST", body });
    tell(shown(made));
    await follow(kept, made, tell, ended);
  } catch (error) {
    tell(trouble(error));
  }
}

// How its owner calls may have been changed in the hub since this browser was paired.
async function refresh(kept) {
  try {
    kept.me = await ask(kept, "me");
    await chrome.storage.local.set({ me: kept.me });
  } catch {
    // What is known stays; the call itself says what is wrong.
  }
}

let named = { number: "", name: "" };

// A name is nice to have: the call waits for none.
async function whoIs(kept, number, tell) {
  try {
    const { phone, name } = await ask(kept, `lookup?phone=${encodeURIComponent(number)}`);
    named = { number: phone, name };
  } catch {
    named = { number, name: "" };
  }
}

async function follow(kept, made, tell, ended) {
  const until = Date.now() + LONGEST_MS;
  let state = made;
  while (!state.over && !ended.now && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    state = await ask(kept, `click-to-call/${encodeURIComponent(made.id)}`);
    tell(shown(state));
  }
}

function shown({ state, message, remedy, anyway, others, number }) {
  const tone = { failed: "bad", unreported: "warn", ended: "good" }[state] ?? "busy";
  return { tone, message, remedy, anyway, others, name: named.number === number ? named.name : "" };
}

function trouble(error) {
  if (!(error instanceof HubError)) throw error;
  if (error.code === "refused") return { tone: "bad", message: error.body.detail, remedy: error.body.remedy, anyway: error.body.anyway };
  return { tone: "bad", message: say(`trouble_${error.code}`), settings: error.code === "token" || error.code === "forbidden" };
}
