// The part of the extension that stands in a page. It never sees the token: the worker calls.
(() => {
  if (globalThis.switchhookPage) return;
  globalThis.switchhookPage = true;
  const marks = globalThis.switchhookMarks;
  const bubble = globalThis.switchhookBubble;
  let active = false;
  let country = "";
  let port = null;

  function apply(settings) {
    if (!settings || (settings.active === active && settings.country === country)) return;
    if (active) marks.end();
    ({ active, country } = settings);
    if (active) marks.begin(country);
    else bubble.hide();
  }

  async function ask() {
    try {
      apply(await chrome.runtime.sendMessage({ type: "page", host: location.hostname, origin: location.origin }));
    } catch {
      // The extension was updated or removed: this page is served by the next one.
    }
  }

  function call(number, beside, more = {}) {
    port?.disconnect();
    bubble.open(number, beside, (choice) => {
      if (choice.settings) chrome.runtime.sendMessage({ type: "settings" });
      else call(number, beside, choice);
    });
    try {
      port = chrome.runtime.connect({ name: "call" });
    } catch {
      bubble.tell({ tone: "bad", message: chrome.i18n.getMessage("reload") });
      return;
    }
    port.onMessage.addListener((state) => {
      if (state.link) return follow(state.link);
      bubble.tell(state);
    });
    port.postMessage({ number, ...more });
  }

  // Who calls with a program of his own is sent to it.
  function follow(link) {
    bubble.hide();
    const way = document.createElement("a");
    way.href = link;
    way.click();
  }

  function chosen(event) {
    // What a page's script makes up is no click.
    const hit = event.isTrusted ? marks.hit(event) : null;
    if (!hit || (event.type === "keydown" && !["Enter", " "].includes(event.key))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat) call(hit.number, hit.mark);
  }

  addEventListener("click", chosen, true);
  addEventListener("keydown", chosen, true);
  chrome.runtime.onMessage.addListener((message) => {
    if (message.type === "changed") ask();
    if (message.type === "dial" && window === top) call(message.number, null);
  });
  ask();
})();
