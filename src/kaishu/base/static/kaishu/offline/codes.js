// What a scanned code says of a unit, as core.codes reads it: GS1 element strings, Digital Links, a
// maker's own address or list of fields. Only forms that have one reading are read; `UNSURE` is a
// text that may be a code and is left to the live site. tests/static/test_codes.py holds it to the core.

export const UNSURE = Symbol("unsure");
const GS = "\x1d";
const LONGEST = 600;
const SEPARATORS = /\u241d|<GS>|\[GS\]|\{GS\}|\\x1d|%1D/giu;
const SERIAL_KEYS = ["sn", "s/n", "serial", "serialno", "serial_no", "serialnumber", "serial_number", "serialnum"];
const MODEL_KEYS = ["model", "modelno", "model_no", "model no", "pn", "p/n"];
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const FIELD = new RegExp(`^${SPACE}*([A-Za-z][A-Za-z /_.-]{0,15}?)${SPACE}*[:=]${SPACE}*`
  + `(${SPACE.replace("[", "[^")}+)${SPACE}*$`, "u");
const SIGN = "[!\"%-?A-Z_a-z]"; // what GS1 lets stand in a serial or a batch
const VALUES = {
  "01": /^\d{14}$/, 11: /^\d{6}$/, 13: /^\d{6}$/, 15: /^\d{6}$/, 17: /^\d{6}$/,
  10: new RegExp(`^${SIGN}{1,20}$`), 21: new RegExp(`^${SIGN}{1,20}$`), 240: new RegExp(`^${SIGN}{1,30}$`),
};
// A Digital Link: words before the GTIN, and behind it keys in GS1's own order.
const LINK = new RegExp("^https?://[a-zA-Z0-9.-]+(?::\\d+)?(?:/[A-Za-z][A-Za-z0-9-]*)*/01/(\\d{8,14})"
  + "(?:/22/[!\"%-.0-?A-Z_a-z]{1,20})?(?:/10/([^/]+))?(?:/21/([^/]+))?$");

// Returns a payload {serial, gtin, batch, made_on, model}, null where the text is no code, or UNSURE.
export function unpack(typed) {
  const text = trimmed(typed.normalize("NFKC"));
  if (!text || !isCode(text)) return null;
  if ([...typed].length > LONGEST) return UNSURE;
  if (text.includes("://")) return address(text);
  if (/^[(\]]|[\x1d\u241d]/u.test(text) || /^01[0-9]{14}/.test(text)) {
    const whole = text.replace(SEPARATORS, GS);
    const plain = whole.replace(/^\][A-Za-z][0-9]/, "").replace(/^\x1d+/, "");
    if (plain === whole && !/^(?:01[0-9]{14}|\((?:01|21|10|11|02|240)\))/.test(plain)) return null;
    return (plain.startsWith("(") ? readable(plain) : elements(plain)) ?? UNSURE;
  }
  return fields(text);
}

const trimmed = (text) => text.replace(/^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/gu, "");
const parts = (text) => text.split(/[;,|\n\r]+/u).filter((each) => trimmed(each));

function isCode(text) {
  return /^[(\]]|:\/\/|\x1d|\u241d|^01[0-9]{14}/u.test(text)
    || (parts(text).length > 1 && parts(text).every((each) => FIELD.test(each)));
}

// "(01)…(21)…", as it is printed under a code.
function readable(text) {
  const found = {};
  if (!/^(?:\(\d+\)[^(]+)+$/u.test(text)) return undefined;
  for (const [, key, value] of text.replace(/[\s\x1c-\x1f\x85]/gu, "").matchAll(/\((\d+)\)([^(]+)/gu)) {
    if (key in found || !VALUES[key]?.test(value)) return undefined;
    found[key] = value;
  }
  return payload(found);
}

// What a scanner types: element after element, a separator behind those of no fixed length.
function elements(text) {
  const found = {};
  let rest = text;
  while (rest) {
    const key = ["01", "11", "13", "15", "17", "10", "21", "240"].find((each) => rest.startsWith(each));
    if (!key) return undefined;
    const fixed = { "01": 14, 11: 6, 13: 6, 15: 6, 17: 6 }[key];
    const value = rest.slice(key.length).split(GS)[0].slice(0, fixed);
    if (key in found || !VALUES[key].test(value)) return undefined;
    found[key] = value;
    rest = rest.slice(key.length + value.length).replace(/^\x1d+/, "");
  }
  return payload(found);
}

function payload(found) {
  const made_on = found[11] ? madeOf(found[11]) : "";
  if ([11, 13, 15, 17].some((key) => found[key] && madeOf(found[key]) === undefined)) return undefined;
  const said = { serial: found[21] ?? "", gtin: found["01"] ?? "", batch: found[10] ?? "", made_on, model: "" };
  return Object.values(said).some(Boolean) ? said : undefined;
}

// AI 11 as "2024-05-14", or "2024-05" where its day is 00; the century by GS1's window of years.
function madeOf(six) {
  const now = new Date().getUTCFullYear();
  const two = Number(six.slice(0, 2)), apart = two - now % 100;
  const century = now - now % 100 + (apart >= 51 ? -100 : apart <= -50 ? 100 : 0);
  const year = century + two, month = Number(six.slice(2, 4)), day = Number(six.slice(4));
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day > last) return undefined;
  const whole = `${year}-${six.slice(2, 4)}`;
  return day ? `${whole}-${six.slice(4)}` : whole;
}

function address(text) {
  if (!/^[!-Z\\^-~]+$/.test(text)) return UNSURE;
  const [front, fragment = ""] = cut(text, "#");
  const [path, query = ""] = cut(front, "?");
  const more = fragment.includes("?") ? fragment.slice(fragment.lastIndexOf("?") + 1) : fragment;
  try {
    const pairs = [...pairsOf(query), ...pairsOf(more)];
    const own = pairs.find(([key, value]) => value && SERIAL_KEYS.includes(key.toLowerCase()));
    const model = pairs.find(([key, value]) => value && MODEL_KEYS.includes(key.toLowerCase()))?.[1] ?? "";
    if (own) return { serial: own[1], gtin: "", batch: "", made_on: "", model };
    const link = LINK.exec(path);
    if (!link || pairsOf(query).some(([key]) => /^\d/.test(key) && key !== "11")) return UNSURE;
    const [, gtin, batch, serial] = link;
    const found = { "01": gtin.padStart(14, "0"), 10: plain(batch), 21: plain(serial), 11: last(query, "11") };
    const whole = Object.entries(found).filter(([, value]) => value);
    return whole.every(([key, value]) => VALUES[key].test(value)) ? payload(Object.fromEntries(whole)) ?? UNSURE : UNSURE;
  } catch {
    return UNSURE; // an escape that is none
  }
}

const plain = (value) => value === undefined ? "" : decodeURIComponent(value);
const cut = (text, mark) => text.includes(mark) ? [text.slice(0, text.indexOf(mark)), text.slice(text.indexOf(mark) + 1)] : [text];
const last = (query, name) => pairsOf(query).filter(([key, value]) => key === name && value).at(-1)?.[1] ?? "";

function pairsOf(query) {
  const found = query.split("&").filter(Boolean).map((each) => cut(each.replaceAll("+", " "), "="));
  return found.map(([key, value]) => [decodeURIComponent(key), decodeURIComponent(value ?? "")]);
}

// A maker's own code: "MODEL:A1263;SN:A123".
function fields(text) {
  const found = new Map();
  for (const each of parts(text)) {
    const [, key, value] = FIELD.exec(each);
    found.set(key.toLowerCase(), value);
  }
  const serial = [...found].find(([key]) => SERIAL_KEYS.includes(key))?.[1];
  const model = [...found].find(([key]) => MODEL_KEYS.includes(key))?.[1] ?? "";
  return serial ? { serial, gtin: "", batch: "", made_on: "", model } : UNSURE;
}
