// Finds telephone numbers in a text: international ones, and those written as people of one country write them.
// What only looks like one is passed over: dates, times, prices, amounts, addresses of machines, ids, card numbers.
globalThis.switchhookMatcher = (() => {
  const countries = globalThis.switchhookCountries;
  const SPACE = " \\t\\u00a0\\u2007\\u2009\\u202f";
  const DASH = "\\-\\u2010-\\u2015";
  const CANDIDATE = new RegExp(`[+(]?[+(]?\\d[\\d${SPACE}().${DASH}/]{5,}\\d`, "gu");
  const GROUP = /\d+/g;
  const MONEY = "₴|грн|uah|usd|eur|pln|gbp|zł|zl|руб|rub|₽|€|\\$|£|%|kg|кг|шт|szt|pcs|км|km|м²|m²|cm|см|мм|mm|°";

  // Each of these is no telephone number, whatever its digits.
  const MASKS = [
    /[\p{L}\p{N}.+_-]+@[\p{L}\p{N}.-]+/giu,
    /\b(?:https?:\/\/|www\.)\S+/giu,
    /(?<!\d)(?:19|20)\d{2}[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])(?!\d)/gu,
    /(?<!\d)(?:0?[1-9]|[12]\d|3[01])([-./])(?:0?[1-9]|1[0-2])\1(?:19|20)\d{2}(?!\d)/gu,
    /(?<!\d)(?:0?[1-9]|[12]\d|3[01])([./])(?:0?[1-9]|1[0-2])\1\d{2}(?![\d./])/gu,
    /(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)/gu,
    /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?![\d.])/gu,
    /(?<![\d.])-?\d{1,3}\.\d{4,}(?!\d)/gu,
    new RegExp(`(?:[$€£₴₽]|(?<!\\p{L})(?:uah|usd|eur|pln|gbp|rub))[${SPACE}]?\\d[\\d${SPACE}.,]*`, "giu"),
    new RegExp(`\\d[\\d${SPACE}.,]*[${SPACE}]?(?:${MONEY})(?![\\p{L}\\d])`, "giu"),
    /(?<!\p{L})(?:№|#|id|ids|iban|nip|regon|pesel|krs|єдрпоу|едрпоу|іпн|инн|isbn|ean|sku|vin|арт(?:икул)?\.?|order|invoice|замовлення|рахунок|накладна|заказ|счёт|счет|zamówienie|faktura|ттн)[\s:№#.]*[\p{Lu}]*\d[\d \u00a0-]*/giu,
  ];

  function masked(text) {
    let left = text;
    for (const mask of MASKS) left = left.replace(mask, (found) => "\u0000".repeat(found.length));
    return left;
  }

  const codes = new Map();
  for (const [code, , lengths] of Object.values(countries)) {
    if (!codes.has(code)) codes.set(code, new Set());
    for (const length of lengths) codes.get(code).add(length);
  }

  function international(digits) {
    if (digits.length < 9 || digits.length > 15 || digits.startsWith("0")) return null;
    for (let size = 3; size > 0; size -= 1) {
      if (codes.get(digits.slice(0, size))?.has(digits.length - size)) return `+${digits}`;
    }
    return null;
  }

  function national(digits, groups, country) {
    const [code, trunk, lengths] = countries[country];
    if (digits.startsWith(code) && digits.length > 10 && lengths.includes(digits.length - code.length)) {
      if (!trunk || !digits.startsWith(trunk, code.length)) return `+${digits}`;
    }
    if (trunk && trunk !== "1") {
      const rest = digits.slice(trunk.length);
      const isNational = digits.startsWith(trunk) && !rest.startsWith("0") && lengths.includes(rest.length);
      return isNational && rest.length >= 8 ? `+${code}${rest}` : null;
    }
    // Without a trunk prefix only the grouping tells a number from an amount.
    const bare = trunk && digits.length === 11 && digits.startsWith(trunk) ? digits.slice(1) : digits;
    const grouped = groups.length > 1 && groups.every((group) => group.length >= 2 && group.length <= 5);
    return (grouped || bare !== digits) && bare.length >= 8 && lengths.includes(bare.length) ? `+${code}${bare}` : null;
  }

  // A person keeps to one way of separating the groups of a number; brackets and spaces go with all of them.
  function isTidy(text) {
    const kinds = [/[.]/, /[-\u2010-\u2015]/, /\//].filter((kind) => kind.test(text)).length;
    const brackets = (text.match(/\(/g) ?? []).length;
    if (brackets !== (text.match(/\)/g) ?? []).length || brackets > 1 || kinds > 1) return false;
    return !/[./]{2}|[-\u2010-\u2015]{2}|[ \t\u00a0\u202f]{3}|\(\)/.test(text);
  }

  function read(text, country) {
    if (!isTidy(text)) return null;
    const digits = text.replace("(0)", "").replace(/\D/g, "");
    const groups = text.match(GROUP);
    if (/^\(?\+/.test(text)) return international(digits);
    if (digits.startsWith("00") && international(digits.slice(2))) return international(digits.slice(2));
    return countries[country] ? national(digits, groups, country) : null;
  }

  function fits(text, start, end) {
    const before = text.slice(0, start);
    const after = text.slice(end);
    if (/[\p{L}\d_=@#%&$€£₴₽\u0000]$/u.test(before) || /\d[.:-]$/u.test(before)) return false;
    return !/^(?:[\p{L}\d_@=%\u0000]|\.\d|,\d{1,2}(?!\d)|[-/]\p{L})/u.test(after);
  }

  // Groups from `from` on: the longest run of whole groups that is a number, so that two numbers in a row stay two.
  function longest(text, whole, places, from, country) {
    for (let to = places.length - 1; to >= from; to -= 1) {
      const [start, end] = edges(text, places[from][0], places[to][1]);
      const number = end - start >= 7 && fits(whole, start, end) ? read(text.slice(start, end), country) : null;
      if (number) return { start, end, number, to };
    }
    return null;
  }

  function edges(text, start, end) {
    let first = start;
    while (first > 0 && /[+(]/.test(text[first - 1])) first -= 1;
    return [first, end];
  }

  /** The numbers in `text`, read as in `country` (ISO 3166 alpha-2): [{start, end, number}], `number` as E.164. */
  function find(text, country) {
    const left = masked(text);
    const found = [];
    for (const candidate of left.matchAll(CANDIDATE)) {
      const begin = candidate.index;
      const places = [...candidate[0].matchAll(GROUP)].map((group) => [begin + group.index, begin + group.index + group[0].length]);
      for (let from = 0; from < places.length; from += 1) {
        const hit = longest(left, left, places, from, country);
        if (!hit) continue;
        found.push({ start: hit.start, end: hit.end, number: hit.number });
        from = hit.to;
      }
    }
    return found;
  }

  /** The number behind a link that dials (`tel:`, `callto:`, `sip:`), "" where it holds none. */
  function ofLink(href, country) {
    const [, given = ""] = /^(?:tel|callto|sip):(?:\/\/)?([^@;?]+)/i.exec(href) ?? [];
    let text = "";
    try {
      text = decodeURIComponent(given).trim();
    } catch {
      text = given;
    }
    const digits = text.replace(/\D/g, "");
    if (digits.length < 9) return "";
    // A link says by itself that it is a number, so what cannot be read goes to the hub as it stands.
    return (text.startsWith("+") ? international(digits) : read(text, country)) ?? text;
  }

  return { find, ofLink };
})();
