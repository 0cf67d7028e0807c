// The check without a server: what core.answer says of a unit, from the data of a static copy.
// It follows core.serials, core.conditions, core.selectors, core.scope and core.answer step by step;
// tests/static/test_engine.py holds both to the same answers. What it cannot decide is a question.

import { UNSURE, unpack } from "./codes.js";

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

// ---------------------------------------------------------------- core.conditions

const SURE = ["yes", ""];

function among(known, only, but, need, excluded) {
  if (!only?.length && !but?.length) return SURE;
  if (!known) return ["unknown", need];
  return (!only?.length || only.includes(known)) && !but?.includes(known) ? SURE : ["no", excluded];
}

const MADE = /^(\d{4})\s*[-./年]\s*(\d{1,2})\s*(?:[-./月]\s*(\d{1,2})\s*[日号]?|月)?$/;

// Returns a typed day or month as "2024-05-14" or "2024-05", "" for nothing, null for neither.
export function madeOf(typed) {
  const text = typed.normalize("NFKC").trim();
  if (!text) return "";
  const [, year, month, day] = MADE.exec(text) ?? [];
  if (!year || month < 1 || month > 12) return null;
  const made = `${year}-${month.padStart(2, "0")}`;
  if (!day) return made;
  const whole = `${made}-${day.padStart(2, "0")}`;
  return daysOf(made).includes(whole) ? whole : null;
}

// The days of a month of which nobody knows the day ("2024-05"), or the one day.
function daysOf(made) {
  if (made.length !== 7) return [made];
  const [year, month] = made.split("-").map(Number);
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Array.from({ length: last }, (_, day) => `${made}-${String(day + 1).padStart(2, "0")}`);
}

const inside = (day, from, to) => !(from && day < from) && !(to && day > to);

const ORDER = [
  (when, known) => among(known.colour, when.colours, when.not_colours, "need_colour", "colour_excluded"),
  (when, known) => among(known.variant, when.variants, when.not_variants, "need_variant", "variant_excluded"),
  (when, known) => among(known.batch, when.batches, [], "need_batch", "batch_excluded"),
  (when, known) => {
    if (!when.made?.length) return SURE;
    if (!known.made_on) return ["unknown", "need_made_on"];
    const found = daysOf(known.made_on).map((day) => when.made.some((each) => inside(day, each.start, each.end)));
    if (found.includes(true) && found.includes(false)) return ["unknown", "need_made_on"];
    return found[0] ? SURE : ["no", "made_outside"];
  },
  (when, known) => among(known.channel, when.channels, when.not_channels, "need_channel", "channel_excluded"),
  (when, known) => {
    if (!when.bought_from && !when.bought_to) return SURE;
    if (!known.bought) return ["unknown", "need_bought_on"];
    return inside(known.bought, when.bought_from, when.bought_to) ? SURE : ["no", "bought_outside"];
  },
  (when, known) => among(known.market.toLowerCase(), when.markets?.map((each) => each.toLowerCase()), [],
    "need_market", "market_excluded"),
];

function weigh(when, known) {
  const weighed = ORDER.map((each) => each(when, known));
  return weighed.find(([holds]) => holds === "no") ?? weighed.find(([holds]) => holds === "unknown") ?? SURE;
}

// ---------------------------------------------------------------- core.selectors

const REASONS = {
  list: "listed", range: "in_range", counter: "in_counter", prefix: "prefix_match", tail: "tail_match",
  codes: "code_listed", model: "whole_model", unlabelled: "label_missing",
};
const CLOSENESS = { model: 0, lookup: 0, list: 2, codes: 2 };
const NEEDS_NO_SERIAL = ["model", "unlabelled", "lookup"];
const NAMES_UNITS = ["list", "codes"];

function count(tail, digits) {
  let number = 0n;
  for (const one of tail) {
    const rank = digits.indexOf(one);
    if (rank < 0) return -1n;
    number = number * BigInt(digits.length) + BigInt(rank);
  }
  return number;
}

const endsIn = (serial, endings) => (endings ?? []).some((each) => serial.endsWith(each));

const SELECTS = {
  list: (rule, serial, form, listed) => listed.includes(rule.no),
  range: (rule, serial, form) => {
    if (serial.length !== rule.first.length) return false;
    const ranks = (text) => count(text, form.alphabet);
    return ranks(rule.first) <= ranks(serial) && ranks(serial) <= ranks(rule.last);
  },
  counter: (rule, serial) => {
    const digits = rule.digits || "0123456789", head = rule.head ?? "";
    const tail = serial.slice(head.length);
    const fits = serial.startsWith(head) && rule.first.length <= tail.length && tail.length <= rule.last.length;
    const at = fits ? count(tail, digits) : -1n;
    return fits && count(rule.first, digits) <= at && at <= count(rule.last, digits);
  },
  prefix: (rule, serial) => serial.startsWith(rule.prefix ?? "")
    && (!rule.length || rule.length === serial.length),
  tail: (rule, serial) => endsIn(serial, rule.endings),
  codes: (rule, serial) => (rule.codes ?? []).includes(serial),
};

// ---------------------------------------------------------------- core.scope

const byBatch = (rule) => rule.when.batches?.length || (rule.kind === "codes" && rule.when.made?.length);
const reasonOf = (rule) => byBatch(rule) ? "batch_covered" : REASONS[rule.kind];
const closeness = (rule) => [CLOSENESS[rule.kind] ?? 1, Object.keys(rule.when).length > 0];
const closer = ([kind, more], [otherKind, otherMore]) =>
  kind > otherKind || (kind === otherKind && more && !otherMore);

function applied(rules, form, serial, known, listed) {
  const found = [];
  const selected = (rule) => {
    if (rule.kind === "model") return true;
    if (serial !== undefined) return rule.kind in SELECTS && SELECTS[rule.kind](rule, serial, form, listed);
    return rule.kind === "unlabelled" && known.label && (!rule.labels?.length || rule.labels.includes(known.label));
  };
  for (const rule of [...rules].sort((a, b) => a.no - b.no).filter(selected)) {
    const [holds, reason] = weigh(rule.when, known);
    found.push(standing(rule, holds, reason, form.unit_unique && NAMES_UNITS.includes(rule.kind)));
  }
  for (const [rule, selects, doubt] of doubtful(rules, serial, known)) {
    const [holds, reason] = weigh(rule.when, known);
    if (holds === "no" || selects === "no") {
      found.push(standing(rule, "no", holds === "no" ? reason : doubt, false));
    } else {
      found.push(standing(rule, "unknown", doubt === "serial_empty" ? doubt : reason || doubt, false));
    }
  }
  return found;
}

function* doubtful(rules, serial, known) {
  if (serial === undefined) {
    const seen = new Set();
    for (const rule of rules.filter((each) => !NEEDS_NO_SERIAL.includes(each.kind))) {
      const key = JSON.stringify([rule.when, rule.effect, closeness(rule)]);
      if (!seen.has(key)) yield [rule, "unknown", "serial_empty"];
      seen.add(key);
    }
    const bare = known.label ? [] : rules.filter((each) => each.kind === "unlabelled");
    for (const rule of bare) yield [rule, "unknown", "serial_empty"];
  } else {
    for (const rule of rules.filter((each) => each.kind === "tail")) {
      if (endsIn(serial, rule.safe_endings)) yield [rule, "no", "tail_safe"];
      else if (!endsIn(serial, rule.endings)) yield [rule, "unknown", "tail_unknown"];
    }
  }
  for (const rule of rules.filter((each) => each.kind === "lookup")) yield [rule, "unknown", "maker_decides"];
}

function standing(rule, holds, reason, decided) {
  const counts = !decided || holds === "yes" ? holds : holds === "unknown" ? "yes" : "unknown";
  return { rule, holds, reason, decided, counts };
}

function outcomeOf(all) {
  let question, excluded;
  for (const each of all) {
    const no = each.rule.no;
    if (each.counts === "yes") return { answer: "affected", reason: reasonOf(each.rule), rule: no };
    if (each.counts === "no") excluded ??= { answer: "not_affected", reason: each.reason, rule: no };
    else if (each.decided) question ??= { answer: "ask", reason: "listed_but_differs", rule: no };
    else if (each.reason === "serial_empty") question = { answer: "ask", reason: "serial_empty", rule: 0 };
    else question ??= { answer: "ask", reason: each.reason, rule: no };
  }
  return question ?? excluded ?? { answer: "not_affected", reason: "not_listed", rule: 0 };
}

// `others` are the list rules of other models: a serial of theirs is never simply a "no" here.
function evaluate(rules, form, serial, known, listed, others) {
  const outcome = weighed(rules, form, serial, known, listed);
  if (outcome.answer !== "not_affected" || serial === undefined) return outcome;
  const looks = alikeCode(rules, form, serial);
  if (looks) return { answer: "ask", reason: "code_looks_listed", rule: looks.no };
  const named = others.find((rule) => listed.includes(rule.no));
  return named ? { answer: "ask", reason: "listed_other_model", rule: named.no } : outcome;
}

// The rule that names a published code which looks like this one by the recall's own table, if any.
function alikeCode(rules, form, serial) {
  if (form.unit_unique || !form.lookalikes.length) return undefined;
  const taking = rules.filter((rule) => rule.kind === "codes" && rule.effect !== "exclude");
  if (taking.some((rule) => rule.codes.includes(serial))) return undefined;
  const plain = (code) => [...code].map((one) => form.lookalikes.find((group) => group.includes(one))?.[0] ?? one).join("");
  return taking.find((rule) => rule.codes.some((code) => plain(code) === plain(serial)));
}

function weighed(rules, form, serial, known, listed) {
  const all = applied(rules, form, serial, known, listed);
  if (!rules.some((rule) => rule.effect === "exclude")) return outcomeOf(all);
  const included = all.filter((each) => each.rule.effect !== "exclude");
  const spared = all.filter((each) => each.rule.effect === "exclude");
  const certain = spared.filter((each) => each.holds === "yes");
  const beats = (each, other) => !other.decided && closer(closeness(each.rule), closeness(other.rule));
  const safe = ({ rule }) => ({
    answer: "not_affected", reason: NAMES_UNITS.includes(rule.kind) ? "named_safe" : "kind_safe", rule: rule.no,
  });
  const taken = outcomeOf(included);
  if (taken.answer === "not_affected") return certain.length ? safe(certain[0]) : taken;
  const against = included.filter((each) => each.counts !== "no");
  const winner = certain.find((each) => against.every((other) => beats(each, other)));
  if (winner) return safe(winner);
  if (taken.answer === "ask") return taken;
  if (certain.length) return { answer: "ask", reason: "named_both", rule: certain[0].rule.no };
  const surely = against.filter((each) => each.counts === "yes");
  const doubt = spared.find((each) => each.holds === "unknown" && surely.every((other) => beats(each, other)));
  return doubt ? { answer: "ask", reason: doubt.reason, rule: doubt.rule.no } : taken;
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
const near = (batch) => batch.replace(/[-_./·・,:;'"#]/gu, "").replace(/[oil]/g, (one) => ALIKE[one]).replace(/^0+/, "");

function batchOf(product, given) {
  const wanted = fold(given);
  const bare = wanted.replace(BATCH_LABEL, "") || wanted;
  const named = [wanted, bare].map((text) => product.batches.find((each) => each.folded === text)).find(Boolean);
  if (named) return named.batch;
  return product.batches.some((each) => near(each.folded) === near(bare)) ? "" : strip(given);
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
  const { answer, reason } = careful(outcome, reading, bearers(recall, reading.payload?.gtin), product);
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

function careful(outcome, reading, named, product) {
  if (outcome.answer === "affected" || outcome.reason === "not_here") return outcome;
  if (named.length && !named.includes(product)) return { answer: "ask", reason: "code_other_product" };
  if (reading.problem && reading.problem !== "serial_empty") return { answer: "ask", reason: reading.problem };
  if (outcome.answer === "not_affected" && reading.repaired?.length) {
    return { answer: "ask", reason: "repair_changes_answer" };
  }
  return outcome;
}
