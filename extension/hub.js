// Requests to the hub. Used by the worker and the extension's own pages, never inside a web page.

const PATIENCE_MS = 15000;

export class HubError extends Error {
  constructor(code, body = {}) {
    super(code);
    this.code = code;
    this.body = body;
  }
}

/** The hub's address as people paste it, made whole; "" where it is none. */
export function asHub(text) {
  const given = text.trim();
  try {
    const url = new URL(/^[a-z]+:\/\//i.test(given) ? given : `https://${given}`);
    return ["http:", "https:"].includes(url.protocol) ? url.origin : "";
  } catch {
    return "";
  }
}

/** What the browser has to allow before the hub can be asked. */
export function permissionFor(hub) {
  const { protocol, hostname } = new URL(hub);
  return { origins: [`${protocol}//${hostname}/*`] };
}

/** The hub's answer, as an object. Throws HubError: `away`, `token`, `forbidden`, `refused` (with the body), `odd`. */
export async function ask({ hub, token }, path, options = {}) {
  let answer;
  try {
    answer = await fetch(`${hub}/api/v1/${path}`, {
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...options,
      headers: { Authorization: `Bearer ${token}`, "Accept-Language": chrome.i18n.getUILanguage(), ...(options.body ? { "Content-Type": "application/json" } : {}), ...options.headers },
    });
  } catch {
    throw new HubError("away");
  }
  const body = await answer.json().catch(() => null);
  if (answer.status === 401) throw new HubError("token");
  if (answer.status === 403) throw new HubError("forbidden");
  if (answer.ok && body) return body;
  throw new HubError(body?.detail ? "refused" : "odd", body ?? {});
}
