// Checks a receipt or a flight card by the keys that this copy carries: core.receipts.verify and
// core.flight_card.standing. Nothing is sent.
import { fill, openCopy } from "./copy.js";
import { findProduct } from "./engine.js";
import { spokenDate } from "./tell.js";

const form = document.getElementById("verify");
const answers = document.getElementById("answers");
const broken = document.getElementById("broken");
const PREFIX = new TextEncoder().encode("kaishu receipt 1\0");
let copy, keys;

async function start() {
  copy = await openCopy(form.dataset);
  keys = await (await copy.fetched("data/receipt-keys.json")).json();
  form.hidden = false;
  const given = new URLSearchParams(location.search);
  form.elements.code.value = given.get("code") ?? "";
  if (given.get("code")) await answer();
}

class Refused extends Error {}

function bytes(text) {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new Refused("receipt_unreadable");
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  } catch {
    throw new Refused("receipt_unreadable");
  }
}

const hex = (view) => Array.from(view, (each) => each.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => Number.parseInt(pair, 16));

// Returns what a code says and whether it is of the unit that was typed; throws Refused.
async function verified(typed, unit) {
  let code = typed.replace(/[\s\u200b\u2060]+/gu, "");
  if (code.includes("code=")) code = new URLSearchParams(code.slice(code.indexOf("?"))).get("code") ?? "";
  const [mark, name, body, seal, ...more] = code.split(".");
  if (mark !== "KR1" || !seal || more.length) throw new Refused("receipt_unreadable");
  const [payload, signature] = [bytes(body), bytes(seal)];
  if (signature.length !== 64 || bytes(name).length !== 8) throw new Refused("receipt_unreadable");
  if (!Object.hasOwn(keys, name)) throw new Refused("no_key");
  const key = await crypto.subtle.importKey("raw", unhex(keys[name]), "Ed25519", false, ["verify"]);
  const message = new Uint8Array([...PREFIX, ...payload]);
  if (!await crypto.subtle.verify("Ed25519", key, signature, message)) throw new Refused("receipt_forged");
  const said = JSON.parse(new TextDecoder().decode(payload));
  const serial = unit.toUpperCase().replace(/[^A-Z0-9]/g, "");
  if (!serial) return { said, matched: false };
  const bound = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${said.r}\n${said.m}\n${serial}`));
  if (hex(new Uint8Array(bound).slice(0, 16)) !== hex(bytes(said.b))) {
    throw Object.assign(new Refused("receipt_of_another_unit"), { facts: { product: said.m, unit: said.u } });
  }
  return { said, matched: true };
}

const isoDay = (now) => [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((each) => `${each}`.padStart(2, "0")).join("-");

// What a flight card is worth today: by its day, and by the editions that are in this copy.
function standing(said) {
  const until = said.p.find(([what]) => what === "valid_until")?.[1];
  if (until === undefined) return "";
  if (until < isoDay(new Date())) return "card_expired";
  const signed = new Set(said.p.filter(([what]) => what === "not_affected").map(([, , entry]) => hex(bytes(entry))));
  const current = copy.recalls.filter((each) => findProduct(each, said.m)).map((each) => each.digest);
  return signed.size === current.length && current.every((each) => signed.has(each)) ? "card_genuine" : "card_outdated";
}

async function answer() {
  const words = copy.words.receipts;
  answers.hidden = broken.hidden = true;
  try {
    const { said, matched } = await verified(form.elements.code.value, form.elements.unit.value);
    const card = standing(said);
    const good = !card || card === "card_genuine";
    const told = card ? words.card[card] : { text: words.good, next: "" };
    show(good ? "ok" : "ask", { headline: told.text, next: told.next, match: matched ? words.match : words.open }, said);
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    const found = words.refused[problem.message] ?? { text: document.getElementById("no-key").content.textContent, next: "" };
    const said = (text) => text.replace(/\{(\w+)\}/g, (_, name) => problem.facts?.[name] ?? "");
    const tone = problem.message in words.refused && problem.message !== "receipt_unreadable" ? "affected" : "ask";
    show(tone, { headline: said(found.text), next: said(found.next) });
  }
}

function show(tone, told, said) {
  const part = document.querySelector(`template[data-tone="${tone}"]`).content.cloneNode(true);
  fill(part, told);
  const list = part.querySelector("dl");
  const words = copy.words.receipts;
  const once = new Map((said?.p ?? []).map(([what, on]) => [`${what} ${on}`, [words.ends[what] ?? what, spokenDate(on, copy.words.language)]]));
  const lines = said ? [
    [words.issuer, said.i], [words.recall, copy.words.recalls[said.r]?.title ?? said.r], [words.product, said.m],
    [words.ending, said.u], ...once.values(),
  ] : [];
  list.replaceChildren(...lines.filter(([, value]) => value).map((pair) => {
    const row = document.createElement("div");
    row.append(...["dt", "dd"].map((tag, at) => Object.assign(document.createElement(tag), { textContent: pair[at] })));
    return row;
  }));
  if (!lines.length) list.remove();
  answers.replaceChildren(part);
  answers.hidden = false;
  answers.scrollIntoView();
  answers.focus({ preventScroll: true });
}

function fail() {
  broken.hidden = false;
  broken.scrollIntoView();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  answer().catch(fail);
});
start().catch(fail);
