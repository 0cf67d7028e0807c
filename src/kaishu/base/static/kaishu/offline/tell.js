// What a person reads of a verdict: core.answer.tell, from the texts of a static copy.

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September",
  "October", "November", "December"];

export function spokenDate(day, language) {
  const [year, month, date] = day.split("-").map(Number);
  if (!date) return language === "en" ? `${MONTHS[month - 1]} ${year}` : `${year}年${month}月`;
  return language === "en" ? `${date} ${MONTHS[month - 1]} ${year}` : `${year}年${month}月${date}日`;
}

const fill = (text, facts) =>
  text.replace(/\{(\w+)\}/g, (_, name) => Object.hasOwn(facts, name) ? facts[name] : "");

// Returns the text and the next step of a code.
export function sentence(words, code, facts = {}) {
  return words.sentences[code].map((each) => fill(each, facts));
}

// What the rule that takes a unit in says to its owner, behind the reason.
function whyOf(words, recall, verdict) {
  const { rule } = verdict.facts;
  if (verdict.answer !== "affected" || !Object.hasOwn(recall.why, rule)) return "";
  return (words.language === "en" ? " " : "") + recall.why[rule];
}

export function tell(words, slug, verdict) {
  const recall = words.recalls[slug];
  const product = recall.products[verdict.facts.model];
  const facts = { repaired: "", ...verdict.facts };
  for (const name of ["bought_on", "made_on"]) {
    if (facts[name]) facts[name] = spokenDate(facts[name], words.language);
  }
  if (Object.hasOwn(recall.channels, facts.channel)) facts.channel = recall.channels[facts.channel];
  Object.assign(facts, recall.facts, product ?? { product: "", batch_where: "", made_where: "" });
  const [reason, next] = sentence(words, verdict.reason, facts);
  const affected = verdict.answer === "affected";
  const open = verdict.answer === "ask" || verdict.answer === "no_such_model";
  const line = (code) => sentence(words, code, facts)[0];
  const shows = facts.repaired && verdict.reason !== "repair_changes_answer";
  const advice = verdict.answer === "not_affected" ? line("flight_not_affected") : recall.flight;
  return {
    headline: line(`answer_${verdict.answer}`),
    first: affected ? recall.stop_use : open ? line("until_you_know") : "",
    sentence: reason + whyOf(words, recall, verdict),
    steps: (affected ? recall.do_now : [next]).filter(Boolean),
    asks: open ? (words.asks[verdict.reason] ?? "serial") : "",
    model: verdict.facts.model ?? "",
    product: facts.product,
    serial: verdict.facts.serial ?? "",
    repaired: shows ? line("serial_repaired") : "",
    alias: facts.alias_kind ? line(`alias_${facts.alias_kind}`) : "",
    title: recall.title,
    hazard: recall.hazard,
    keep_safe: affected ? recall.keep_safe : "",
    never: affected ? recall.never : "",
    flight: product ? advice : "",
    data_as_of: recall.data_as_of,
  };
}
