// What is kept, and on which sites numbers are marked.

export const DEFAULTS = { hub: "", token: "", me: null, country: "", on: true, mode: "all", blocked: [], allowed: [] };

/** Everything that is kept, with defaults. Only the extension's own pages and its worker may ask. */
export async function settings() {
  const kept = await chrome.storage.local.get(Object.keys(DEFAULTS));
  return { ...DEFAULTS, ...kept };
}

/** A line of a list as a host: what a person types or pastes, without scheme, path and port. "" where it is none. */
export function asHost(line) {
  const text = line.trim().toLowerCase().replace(/^[a-z]+:\/\//, "").replace(/^\*\./, "").replace(/[/:?#].*$/, "").replace(/^www\./, "");
  return /^[\p{L}\p{N}.-]+$/u.test(text) && !text.startsWith(".") ? text : "";
}

/** Whether `host` is one of `list`, or below one of them. */
export function isListed(host, list) {
  return list.some((one) => host === one || host.endsWith(`.${one}`));
}

/** Whether numbers are marked on the pages of `host`. */
export function isActive(kept, host) {
  if (!kept.on || !kept.token || !host || isListed(host, kept.blocked)) return false;
  return kept.mode === "all" || isListed(host, kept.allowed);
}

/** The country in which national numbers are read. */
export function countryOf(kept) {
  return kept.country || kept.me?.project.country || "UA";
}
