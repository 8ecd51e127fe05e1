// The one connection to the hub's live path: tickets are renewed, and what rings is read afresh where news tells so.
const NEWS = ["ready", "call", "popup", "caller", "delivery", "forward", "dial"];
const RETRY_MS = [1000, 2000, 5000, 10000, 20000];
const AGAIN_MS = 2000;

/**
 * `places` are the addresses `live`, `ticket` and `cards`; `tell(event, data)` hears the news of `live/publish.py` and
 * "cards" ({html}: the user's calls of this moment), `say(on)` whether the connection stands.
 */
export function openLine(places, tell, say) {
  let source = null;
  let failures = 0;
  let closed = false;
  let fetching = false;
  let stale = false;
  let shown = "";

  async function listen() {
    const ticket = await text(places.ticket);
    if (closed) return;
    if (!ticket) return again();
    source = new EventSource(`${places.live}?ticket=${encodeURIComponent(ticket)}`);
    source.addEventListener("open", () => { failures = 0; say(true); });
    for (const name of NEWS) source.addEventListener(name, (event) => hear(name, event.data ? JSON.parse(event.data) : {}));
    // The ticket is good for a minute only, so the browser's own reconnection would be refused: ask for a new one.
    source.addEventListener("error", () => { source.close(); again(); });
  }

  function again() {
    say(false);
    if (!closed) setTimeout(listen, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
  }

  function hear(name, data) {
    // What rings goes first: the other handlers of a page may take their time.
    if (concernsCards(name, data)) readCards();
    tell(name, data);
  }

  function concernsCards(name, data) {
    if (name === "caller") return shown !== "";
    if (name === "delivery") return shown.includes(`data-call="${data.call}"`);
    return name === "ready" || name === "popup" || name === "forward";
  }

  async function readCards() {
    if (!places.cards) return;
    if (fetching) {
      stale = true;
      return;
    }
    fetching = true;
    stale = false;
    const html = await text(places.cards);
    fetching = false;
    if (closed) return;
    if (html === null) setTimeout(() => { if (!fetching) readCards(); }, AGAIN_MS);
    else {
      shown = html.trim();
      tell("cards", { html });
    }
    if (stale) readCards();
  }

  // What rings is shown before the connection stands, and read again once it does.
  readCards();
  listen();
  return {
    readCards,
    close() {
      closed = true;
      source?.close();
    },
  };
}

async function text(address) {
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    // Who is signed out is answered with the way to the sign-in page.
    return answer.ok && !answer.headers.has("HX-Redirect") ? await answer.text() : null;
  } catch {
    return null;
  }
}
