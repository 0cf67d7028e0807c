// Which rules of a recall take a unit in, and what they say together: core.conditions, core.selectors
// and core.scope step by step. engine.js reads the unit and asks here.

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
export function evaluate(rules, form, serial, known, listed, others) {
  const outcome = weighed(rules, form, serial, known, listed);
  if (outcome.answer !== "not_affected" || serial === undefined) return outcome;
  const looks = alikeCode(rules, form, serial, known);
  if (looks) return { answer: "ask", reason: "code_looks_listed", rule: looks.no };
  const named = others.find((rule) => listed.includes(rule.no));
  return named ? { answer: "ask", reason: "listed_other_model", rule: named.no } : outcome;
}

// One sign for all that look alike; groups that share a sign are one.
function oneSign(lookalikes) {
  const signs = new Map();
  for (const group of lookalikes) {
    const reached = [...group].map((each) => signs.get(each) ?? each);
    const joined = [...signs].filter(([, sign]) => reached.includes(sign)).map(([each]) => each);
    for (const each of [...joined, ...group]) signs.set(each, reached.sort()[0]);
  }
  return signs;
}

// The rule that names a published code which looks like this one by the recall's own table, if any;
// not one that what is known of the unit shuts out.
function alikeCode(rules, form, serial, known) {
  if (form.unit_unique || !form.lookalikes.length) return undefined;
  const taking = rules.filter((rule) => rule.kind === "codes" && rule.effect !== "exclude");
  if (taking.some((rule) => rule.codes.includes(serial))) return undefined;
  const signs = oneSign(form.lookalikes);
  const plain = (code) => [...code].map((one) => signs.get(one) ?? one).join("");
  return taking.find((rule) => rule.codes.some((code) => plain(code) === plain(serial))
    && weigh(rule.when, known)[0] !== "no");
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
