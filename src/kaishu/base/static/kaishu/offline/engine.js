// The check without a server: what core.answer says of a unit, from the data of a static copy.
// It follows core.serials, core.given and core.answer step by step (rules.js: what the rules say);
// tests/static/test_engine.py holds both to the same answers. What it cannot decide is a question.

import { UNSURE, unpack } from "./codes.js";
import { evaluate } from "./rules.js";

const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const INK = SPACE.replace("[", "[^");
const spaced = (source) => source.replaceAll("\\s", SPACE);
const ENDS = new RegExp(`^${SPACE}+|${SPACE}+$`, "gu");
const SPACES = new RegExp(SPACE, "gu");
const LABEL = new RegExp(spaced("^(?:serial\\s*(?:number|code|no\\.?|nr\\.?|#)?|s\\s*/\\s*n|s\\.\\s*n\\.?|sn"
  + "|シリアル\\s*(?:番号|ナンバー|コード|no\\.?)?|製造番号|機番"
  + "|(?:产品|商品|產品)?\\s*(?:序列号码?|序列號碼?|序号|序號|sn\\s*码?))"
  + "\\s*(?:code|コード|no\\.?|number|#|码)?\\s*[:;.#=は]?\\s*"), "u");
const SPOKEN = new RegExp(`(?<!${INK})(?:dash|hyphen|minus|space|blank|dot|period|comma|new${SPACE}?line)`
  + `(?=${SPACE}|[.,]|$)|ハイフン|ダッシュ|マイナス|スペース|空白|カンマ|短横线|短横|横杠|横线|空格|减号|杠`, "giu");
const PUNCTUATION = ".,;:'\"()[]_、。・「」『』“”‘’«»";
const DASH = /[\p{Pd}\u2212\u30fc\u2043\u02d7\u2500]/u;
const SEPARATOR = /[\p{Zs}\p{Zl}\p{Zp}\p{Cc}\p{Cf}]/u;
const LONGEST_TYPED = 200;

const strip = (text) => text.replace(ENDS, "");
export const fold = (text) =>
  text.normalize("NFKC").replace(SPACES, "").toLowerCase().replaceAll("ß", "ss");
const swapped = (one) => one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase();
const isAscii = (one) => one.codePointAt(0) < 128;
const lengthsOf = (form) => [...form.lengths].sort((a, b) => a - b).join(" / ");

// ---------------------------------------------------------------- core.serials

export function read(typed, form) {
  const letters = [...typed];
  const plain = form.lengths.includes(letters.length) && !"Ss".includes(letters[0] ?? " ")
    && letters.every((each) => form.alphabet.includes(each));
  if (plain) return checked(typed, [], form);
  const code = unpack(typed);
  if (code === UNSURE) return { problem: "not_here", facts: {} };
  if (code) return ofCode(strip(typed.normalize("NFKC")), code, form);
  if (letters.length > LONGEST_TYPED) {
    return { problem: "serial_too_long", facts: { length: `${letters.length}`, lengths: lengthsOf(form) } };
  }
  const readings = wordings(strip(typed.normalize("NFKC"))).map((each) => readBare(each, form));
  const found = new Map();
  for (const each of [...readings].reverse()) if (each.serial !== undefined) found.set(each.serial, each);
  if (found.size > 1) {
    const [one, other] = [...found.keys()].reverse();
    return { problem: "serial_two_ways", facts: { one, other } };
  }
  return found.size ? found.values().next().value : readings.at(-1);
}

// The serial that a scanned code holds; a text that fits either way is not chosen from.
function ofCode(text, payload, form) {
  const reading = readBare(payload.serial, form), whole = readBare(text, form);
  if (whole.serial === undefined || whole.serial === reading.serial) return { ...reading, payload };
  if (reading.serial === undefined) return whole;
  return { problem: "serial_two_ways", facts: { one: whole.serial, other: reading.serial } };
}

function wordings(text) {
  const words = [text];
  const lower = text.toLowerCase();
  const label = LABEL.exec(lower);
  if (label && [...lower].length === [...text].length) words.push(text.slice(label[0].length));
  const bare = words.map((each) => [each, each.replace(SPOKEN, " ")]);
  return [...words, ...bare.filter(([was, now]) => was !== now).map(([, now]) => now)];
}

function readBare(text, form) {
  const letters = [];
  const repaired = [];
  for (const one of text) {
    const kept = inAlphabet(one, form);
    if (kept !== undefined) {
      letters.push(kept);
    } else if (SEPARATOR.test(one) || PUNCTUATION.includes(one) || DASH.test(one)) {
      continue;
    } else {
      const spellings = isAscii(one) ? [one, swapped(one)] : [one];
      const was = spellings.find((each) => Object.hasOwn(form.confusions, each));
      const at = letters.length + 1;
      if (was === undefined) return { problem: "serial_character", facts: { character: one, at: `${at}` } };
      letters.push(form.confusions[was]);
      repaired.push(`${at}: ${was} → ${form.confusions[was]}`);
    }
  }
  return checked(letters.join(""), repaired, form);
}

function inAlphabet(one, form) {
  if (form.alphabet.includes(one)) return one;
  if (isAscii(one) && form.alphabet.includes(swapped(one))) return swapped(one);
  return form.alphabet.includes("-") && DASH.test(one) ? "-" : undefined;
}

function checked(serial, repaired, form) {
  if (!serial) return { problem: "serial_empty", facts: {} };
  if (!form.lengths.includes(serial.length)) {
    const long = serial.length > Math.max(...form.lengths);
    const facts = { length: `${serial.length}`, lengths: lengthsOf(form) };
    return { problem: long ? "serial_too_long" : "serial_too_short", facts };
  }
  if (!serial.startsWith(form.prefix)) return { problem: "serial_other_brand", facts: { prefix: form.prefix } };
  return { serial, repaired, facts: {} };
}

// ---------------------------------------------------------------- core.answer, core.given

export function findProduct(recall, typed) {
  const wanted = fold(typed);
  return recall.products.find((each) => each.model === typed)
    ?? recall.products.find((each) => each.folded === wanted)
    ?? recall.products.find((each) => findAlias(each, typed));
}

function findAlias(product, typed) {
  if (typed === product.model) return undefined;
  return product.aliases.find((each) => each.folded === fold(typed));
}

const bearers = (recall, gtin) => gtin ? recall.products.filter((each) =>
  each.variants.some((variant) => variant.jan && variant.jan === gtin.padStart(14, "0"))) : [];

// The product that was named, or that alone bears the bar code of a scanned code.
function productOf(recall, unit) {
  if (strip(unit.model ?? "")) return findProduct(recall, unit.model);
  const code = unpack(unit.serial ?? "");
  if (code?.model) return findProduct(recall, code.model);
  const found = code && code !== UNSURE ? bearers(recall, code.gtin) : [];
  return found.length === 1 ? found[0] : undefined;
}

// Whether a recall has something to say of a unit: it has the model, or nobody can tell here.
export function concerns(recall, unit) {
  const unsure = !strip(unit.model ?? "") && unpack(unit.serial ?? "") === UNSURE;
  return unsure || productOf(recall, unit) !== undefined;
}

const BATCH_LABEL = /^(?:lot|batch|ロット|製造ロット|生产批次|批次|批号)(?:no|code|番号|号|编号|number|[.#])*[:.#=は-]*/u;
const ALIKE = { o: "0", i: "1", l: "1" };
const BETWEEN = /(?<=\p{L})\.|[^\p{L}\p{N}_.\u002d\u2010-\u2015\u2212\u30fc]+/u;
const MOST_JOINED = 4;
const near = (batch) =>
  batch.replace(/[^\p{L}\p{N}]|\u30fc/gu, "").replace(/[oil]/g, (one) => ALIKE[one]).replace(/^0+/, "");
const hasDigit = (text) => /[0-9]/.test(text.normalize("NFKC"));

// Each word of what was given, and each few words as one.
function pieces(given) {
  const words = given.normalize("NFKC").toLowerCase().replaceAll("ß", "ss").split(BETWEEN).filter(near);
  return words.flatMap((_, at) => Array.from({ length: MOST_JOINED }, (_one, more) => words.slice(at, at + more + 1).join("")));
}

function batchOf(product, given) {
  const wanted = fold(given);
  const bare = wanted.replace(BATCH_LABEL, "") || wanted;
  const named = [wanted, bare].map((text) => product.batches.find((each) => each.folded === text)).find(Boolean);
  if (named) return named.batch;
  const known = product.batches.map((each) => near(each.folded));
  if ([bare, ...pieces(given)].some((each) => known.includes(near(each)))) return "";
  const isWord = !hasDigit(wanted) && product.batches.every((each) => hasDigit(each.batch));
  return isWord ? "" : strip(given);
}

function marketOf(recall, given) {
  const wanted = fold(given);
  if (!recall.markets.includes(wanted)) return "";
  return strip(given).toLowerCase() === wanted ? strip(given) : wanted;
}

function knownOf(recall, product, unit) {
  const by = (given) => {
    const wanted = fold(given), jan = /^\d+$/.test(wanted) ? wanted.padStart(14, "0") : "-";
    const found = wanted ? product.variants.filter((each) => each.folded === wanted || each.jan === jan) : [];
    return found.length === 1 ? found[0] : undefined;
  };
  const variant = by(unit.variant || unit.colour || "");
  const given = fold(unit.colour ?? "");
  const colour = Object.hasOwn(product.colours, given) ? product.colours[given] : "";
  return {
    colour: colour || (variant ? variant.colour : ""),
    bought: unit.bought ?? "",
    market: marketOf(recall, unit.market ?? ""),
    channel: recall.channels.includes(unit.channel) ? unit.channel : "",
    variant: variant ? variant.code : "",
    batch: batchOf(product, unit.batch ?? ""),
    made_on: unit.made_on ?? "",
    label: ["missing", "illegible"].includes(unit.label) ? unit.label : "",
  };
}

// Adds what a scanned code says; what the person said stays.
const withCode = (unit, code) => code ? {
  ...unit, variant: unit.variant || code.gtin, batch: unit.batch || code.batch, made_on: unit.made_on || code.made_on,
} : unit;

// What one recall says of a unit. `listed(name)` gives the numbers of the list rules that name a
// serial; it throws where it cannot know, and then no answer rests on a list.
export async function judge(recall, unit, listed) {
  const product = productOf(recall, unit);
  if (!product) {
    const model = [...strip(unit.model ?? "")].slice(0, 40).join("");
    return recall.exact && !concerns(recall, unit)
      ? { answer: "no_such_model", reason: "no_such_model", facts: { model } }
      : { answer: "ask", reason: "not_here", facts: { model } };
  }
  const form = recall.formats[product.form];
  const reading = read(unit.serial ?? "", form);
  const known = knownOf(recall, product, withCode(unit, reading.payload));
  const outcome = await decided(recall, product, form, reading, known, listed);
  const alias = strip(unit.model ?? "") ? findAlias(product, unit.model) : undefined;
  const facts = filled({
    ...reading.facts, model: product.model, serial: reading.serial,
    repaired: (reading.repaired ?? []).join(", "), rule: outcome.rule ? `${outcome.rule}` : "",
    colour: known.colour, bought_on: known.bought, market: known.market, channel: known.channel,
    variant: known.variant, batch: known.batch, made_on: known.made_on, label: known.label,
    alias: alias?.code, alias_kind: alias?.kind,
  });
  const others = isOthers(recall, product, reading.payload);
  const { answer, reason } = careful(outcome, reading, others);
  return { answer, reason, facts };
}

const filled = (facts) => Object.fromEntries(Object.entries(facts).filter(([, value]) => value));
const NOT_HERE = { answer: "ask", reason: "not_here", rule: 0 };

async function decided(recall, product, form, reading, known, listed) {
  if (!recall.exact || reading.problem === "not_here") return NOT_HERE;
  const rules = recall.rules.filter((each) => each.product === product.model);
  const lists = rules.filter((each) => each.kind === "list");
  const others = form.unit_unique ? recall.rules.filter((each) => each.product !== product.model
    && each.kind === "list" && each.effect !== "exclude"
    && recall.products.some((other) => other.model === each.product && other.form === product.form)) : [];
  const alone = reading.serial === undefined || !(lists.length || others.length);
  if (alone) return evaluate(rules, form, reading.serial, known, [], []);
  try {
    return evaluate(rules, form, reading.serial, known, await listed(reading.serial), others);
  } catch {
    const open = rules.filter((each) => each.kind !== "list");
    const without = evaluate(open, form, reading.serial, known, [], []);
    const sure = without.answer === "affected" && !lists.some((each) => each.effect === "exclude");
    return sure ? without : NOT_HERE;
  }
}

// Whether a scanned code names another product of this recall, in words or by bar code.
function isOthers(recall, product, code) {
  const named = code?.model ? findProduct(recall, code.model) : undefined;
  const found = bearers(recall, code?.gtin);
  return (named !== undefined && named !== product) || (found.length > 0 && !found.includes(product));
}

function careful(outcome, reading, others) {
  if (outcome.answer === "affected" || outcome.reason === "not_here") return outcome;
  if (others) return { answer: "ask", reason: "code_other_product" };
  if (reading.problem && reading.problem !== "serial_empty") return { answer: "ask", reason: reading.problem };
  if (outcome.answer === "not_affected" && reading.repaired?.length) {
    return { answer: "ask", reason: "repair_changes_answer" };
  }
  return outcome;
}
