// Marks the numbers of a page: wraps them in green buttons, in slices of idle time, and follows what the page changes.
globalThis.switchhookMarks = (() => {
  const { find, ofLink } = globalThis.switchhookMatcher;
  const NUMBER = "data-switchhook-number";
  const SKIPPED = `script, style, noscript, template, textarea, input, select, option, datalist, button, label, summary, code, pre, kbd, samp,
    svg, math, canvas, video, audio, object, iframe, a[href], [contenteditable=""], [contenteditable="true"], [contenteditable="plaintext-only"],
    [role="button"], [role="link"], [role="textbox"], [role="option"], [role="menuitem"], [role="tab"], [${NUMBER}], [data-switchhook-skip]`;
  const LINKS = 'a[href^="tel:" i], a[href^="callto:" i], a[href^="sip:" i]';
  const ENOUGH = /\d(?:[^\p{L}\n]*\d){6}/u;
  const SLICE_MS = 8;
  const WORD = chrome.i18n.getMessage("callNumber", "\u0001");

  const own = new WeakMap();
  const split = new WeakMap();
  const waiting = new Set();
  const observers = new Map();
  let country = "";
  let running = false;
  let scheduled = false;

  function label(number) {
    return WORD.replace("\u0001", number);
  }

  function begin(wanted) {
    country = wanted;
    running = true;
    watch(document);
    queue(document.body ?? document.documentElement);
  }

  function watch(root) {
    if (observers.has(root)) return;
    const observer = new MutationObserver(changed);
    observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["href", "contenteditable"] });
    observers.set(root, observer);
    if (root instanceof ShadowRoot) dress(root);
  }

  // A page's shadow roots are not reached by the style sheet of the extension.
  function dress(root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`[${NUMBER}] { background: rgb(34 197 94 / 22%); box-shadow: inset 0 -2px 0 rgb(22 163 74); border-radius: 3px; cursor: pointer; }
      [${NUMBER}]:focus-visible { outline: 2px solid #15803d; outline-offset: 2px; }`);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }

  function changed(records) {
    for (const record of records) {
      if (record.type === "characterData") {
        repair(record.target);
        queue(record.target);
      } else if (record.type === "attributes") {
        if (record.attributeName === "contenteditable") unmark(record.target);
        queue(record.target);
      } else {
        for (const node of record.removedNodes) if (split.has(node) && !node.isConnected) repair(node);
        for (const node of record.addedNodes) queue(node);
      }
    }
  }

  // The page has changed or taken away a text of which we had split off parts: they are stale now.
  function repair(text) {
    const kept = split.get(text);
    if (!kept || (text.isConnected && text.data === kept.begin)) return;
    split.delete(text);
    for (const part of kept.parts) part.remove();
  }

  function queue(node) {
    if (!running || !node || (node.nodeType === Node.ELEMENT_NODE && own.has(node))) return;
    waiting.add(node);
    if (scheduled) return;
    scheduled = true;
    requestIdleCallback(work, { timeout: 500 });
  }

  let walker = null;

  function work(idle) {
    const until = performance.now() + Math.max(2, Math.min(SLICE_MS, idle.timeRemaining() || SLICE_MS));
    while (performance.now() < until) {
      const node = next();
      if (!node) break;
      if (node.nodeType === Node.TEXT_NODE) markText(node);
      else if (node.matches?.(LINKS)) markLink(node);
    }
    scheduled = walker !== null || waiting.size > 0;
    if (scheduled) requestIdleCallback(work, { timeout: 500 });
  }

  function next() {
    while (true) {
      const node = walker?.nextNode();
      if (node) return node;
      const [root] = waiting;
      walker = null;
      if (!root) return null;
      waiting.delete(root);
      if (!root.isConnected || isSkipped(root)) continue;
      if (root.nodeType === Node.TEXT_NODE) return root;
      walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, chosen);
      if (root.nodeType === Node.ELEMENT_NODE) {
        lookInside(root);
        if (root.matches(LINKS)) return root;
      }
    }
  }

  function isSkipped(node) {
    const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    const skipped = element?.closest(SKIPPED);
    return Boolean(skipped) && !(node === skipped && skipped.matches(LINKS));
  }

  function chosen(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.data.length > 6 && ENOUGH.test(node.data) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP;
    lookInside(node);
    if (node.matches(LINKS)) return NodeFilter.FILTER_ACCEPT;
    return node.matches(SKIPPED) || node.isContentEditable ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
  }

  function lookInside(element) {
    const inner = element.shadowRoot;
    if (!inner || observers.has(inner)) return;
    watch(inner);
    for (const child of inner.children) queue(child);
  }

  function markText(text) {
    if (!text.isConnected || !ENOUGH.test(text.data) || isSkipped(text) || text.parentElement?.isContentEditable) return;
    const found = find(text.data, country);
    if (!found.length) return;
    const parts = [];
    const whole = text.data;
    const doc = text.ownerDocument;
    let from = found[0].start;
    for (const { start, end, number } of found) {
      if (start > from) parts.push(doc.createTextNode(whole.slice(from, start)));
      parts.push(button(text, whole.slice(start, end), number));
      from = end;
    }
    if (from < whole.length) parts.push(doc.createTextNode(whole.slice(from)));
    // The page's own node stays, as the beginning: a page that changes it later changes what it thinks it does.
    text.data = whole.slice(0, found[0].start);
    split.set(text, { begin: text.data, parts, whole });
    text.after(...parts);
    for (const root of observers.values()) settle(root);
  }

  // Our own changes are no news.
  function settle(observer) {
    const news = observer.takeRecords().filter((record) => !isOurs(record));
    if (news.length) changed(news);
  }

  function isOurs(record) {
    if (record.type === "characterData") return split.get(record.target)?.begin === record.target.data;
    return record.type === "childList" && record.removedNodes.length === 0 && [...record.addedNodes].some((node) => own.has(node));
  }

  function button(text, words, number) {
    const made = text.ownerDocument.createElement("span");
    made.textContent = words;
    made.setAttribute(NUMBER, "");
    made.setAttribute("role", "button");
    made.setAttribute("tabindex", "0");
    made.setAttribute("aria-label", label(words));
    made.title = label(number);
    own.set(made, { number, text });
    return made;
  }

  function markLink(link) {
    const number = ofLink(link.getAttribute("href"), country);
    if (!number) return;
    own.set(link, { number });
    link.setAttribute(NUMBER, "link");
  }

  function unmark(scope) {
    for (const mark of scope.querySelectorAll?.(`[${NUMBER}]`) ?? []) {
      const known = own.get(mark);
      if (!known) continue;
      own.delete(mark);
      if (known.text) putBack(known.text, mark);
      else mark.removeAttribute(NUMBER);
    }
  }

  function putBack(text, mark) {
    const kept = split.get(text);
    if (kept && text.isConnected) {
      split.delete(text);
      for (const part of kept.parts) part.remove();
      text.data = kept.whole;
    } else if (mark.isConnected) mark.replaceWith(...mark.childNodes);
  }

  function end() {
    running = false;
    walker = null;
    waiting.clear();
    for (const [root, observer] of observers) {
      observer.disconnect();
      unmark(root);
    }
    observers.clear();
  }

  /** The number of the mark that an event came through, and the mark; null where it came through none of ours. */
  function hit(event) {
    const mark = event.composedPath().find((node) => own.has(node));
    return mark && running ? { number: own.get(mark).number, mark } : null;
  }

  return { begin, end, hit };
})();
