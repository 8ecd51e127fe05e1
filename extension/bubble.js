// The small card beside a number that tells how its call goes. Lives in a shadow root that no page's style reaches.
globalThis.switchhookBubble = (() => {
  const STYLE = `
    :host { all: initial; }
    .card { position: fixed; z-index: 2147483647; box-sizing: border-box; width: min(20rem, calc(100vw - 1rem)); padding: 12px 14px; border: 1px solid light-dark(#cdd1d9, #3a414e);
      border-radius: 12px; background: light-dark(#fff, #1d2129); color: light-dark(#171a21, #e7e9ee); box-shadow: 0 12px 32px rgb(0 0 0 / 28%); font: 14px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; color-scheme: light dark; }
    .head { display: flex; align-items: center; gap: 8px; }
    .dot { flex: none; width: 10px; height: 10px; border-radius: 50%; background: #2f7fd6; }
    .busy .dot { animation: beat 1.2s ease-in-out infinite; }
    .good .dot { background: #1f9d5a; } .bad .dot { background: #d9363e; } .warn .dot { background: #d08a00; }
    strong { flex: 1; min-width: 0; }
    p { margin: 6px 0 0; } .hint { color: light-dark(#5a606d, #a2a9b6); } p:empty { display: none; }
    .row { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 10px; } .row:empty { display: none; }
    button { min-height: 30px; padding: 2px 10px; border: 1px solid light-dark(#858b98, #707888); border-radius: 6px; background: none; color: inherit; font: inherit; cursor: pointer; }
    button:hover { background: light-dark(#f3f5f9, #262c37); } button:focus-visible { outline: 2px solid light-dark(#2b4fc7, #93abff); outline-offset: 1px; }
    .close { border: 0; width: 30px; padding: 0; font-size: 18px; line-height: 1; }
    @keyframes beat { 50% { opacity: 0.25; } }
    @media (prefers-reduced-motion: reduce) { .busy .dot { animation: none; } }`;
  const GONE_MS = 8000;

  let host = null;
  let parts = null;
  let timer = null;
  let again = () => {};

  function made(tag, className = "", text = "") {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  }

  function build() {
    host = document.createElement("switchhook-call");
    host.setAttribute("data-switchhook-skip", "");
    const root = host.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const card = made("div", "card");
    card.setAttribute("role", "dialog");
    card.setAttribute("aria-label", chrome.i18n.getMessage("callByClick"));
    const head = made("div", "head");
    const [title, said, hint, row] = [made("strong"), made("p"), made("p", "hint"), made("div", "row")];
    said.setAttribute("role", "status");
    const close = made("button", "close", "×");
    close.setAttribute("aria-label", chrome.i18n.getMessage("close"));
    close.addEventListener("click", hide);
    head.append(made("span", "dot"), title, close);
    card.append(head, said, hint, row);
    card.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
    // The page hears nothing of what happens in here.
    for (const name of ["click", "keydown", "keyup", "pointerdown", "mousedown", "mouseup", "focusin"]) card.addEventListener(name, (event) => event.stopPropagation());
    root.append(card);
    parts = { card, title, said, hint, row };
  }

  function place(beside) {
    const { card } = parts;
    const at = beside?.getBoundingClientRect?.();
    const usable = at && (at.width || at.height);
    const left = usable ? Math.min(Math.max(8, at.left), innerWidth - card.offsetWidth - 8) : innerWidth - card.offsetWidth - 16;
    const below = usable ? at.bottom + 8 : 16;
    const top = usable && below + card.offsetHeight > innerHeight ? Math.max(8, at.top - card.offsetHeight - 8) : below;
    card.style.left = `${Math.max(8, left)}px`;
    card.style.top = `${top}px`;
  }

  /** Opens the card beside a mark; `onAgain` gets what a person chose: {anyway} or {via}. */
  function open(number, beside, onAgain) {
    if (!host) build();
    again = onAgain;
    if (!host.isConnected) document.documentElement.append(host);
    parts.title.textContent = number;
    tell({ tone: "busy", message: chrome.i18n.getMessage("asking") });
    place(beside);
  }

  /** Shows a state: {tone, message, remedy, anyway, others, name}. */
  function tell(state) {
    clearTimeout(timer);
    const { card, title, said, hint, row } = parts;
    card.classList.remove("busy", "good", "bad", "warn");
    card.classList.add(state.tone);
    if (state.name) title.textContent = `${state.name} · ${title.textContent.split(" · ").at(-1)}`;
    if (said.textContent !== state.message) said.textContent = state.message;
    hint.textContent = state.remedy ?? "";
    row.replaceChildren(...(state.others ?? []).map((via) => choice(chrome.i18n.getMessage("ring", via), { via })), ...(state.anyway ? [choice(chrome.i18n.getMessage("callAnyway"), { anyway: true })] : []), ...(state.settings ? [choice(chrome.i18n.getMessage("openSettings"), { settings: true })] : []));
    if (state.tone === "good") timer = setTimeout(hide, GONE_MS);
  }

  function choice(text, what) {
    const button = made("button", "", text);
    button.addEventListener("click", (event) => { if (event.isTrusted) again(what); });
    return button;
  }

  function hide() {
    clearTimeout(timer);
    host?.remove();
  }

  return { open, tell, hide };
})();
