// What the pages of a copy share: its files, and one unit held against every recall in it.
import { concerns, judge } from "./engine.js";
import { lookUp } from "./shards.js";
import { tell } from "./tell.js";

export const TONES = { affected: "affected", ask: "ask", no_such_model: "info", not_affected: "ok" };
export const DANGER = Object.keys(TONES);

// Opens the copy that a form belongs to: its recalls, newest first, and its words.
export async function openCopy({ root, language }) {
  const place = (path) => new URL(`${root}${path}`, location.href);
  const fetched = async (path) => {
    const response = await fetch(place(path));
    if (!response.ok) throw new Error(path);
    return response;
  };
  const both = ["data/recalls.json", `data/words-${language}.json`].map(fetched);
  const [recalls, words] = await Promise.all(both.map(async (each) => (await each).json()));
  return { recalls, words, fetched };
}

// Returns what each recall that concerns a unit says, the strictest first; `only` always speaks.
export async function hear({ recalls, words, fetched }, unit, only = "") {
  const asked = recalls.filter((each) => concerns(each, unit) || each.slug === only);
  const heard = await Promise.all(asked.map(async (recall) => {
    const get = async (prefix) => (await fetched(`data/list/${recall.slug}/${prefix}.txt`)).text();
    const verdict = await judge(recall, unit, (serial) => lookUp(recall.list, serial, get));
    return { recall, verdict, told: tell(words, recall.slug, verdict) };
  }));
  const here = (each) => each.recall.slug === only && each.verdict.answer === "no_such_model";
  const order = (each) => here(each) ? -1 : DANGER.indexOf(each.verdict.answer);
  const own = (each) => each.recall.slug === only ? 0 : 1;
  return heard.sort((a, b) => order(a) - order(b) || own(a) - own(b));
}

// Fills `data-say` of a part; what has nothing to say goes, and with it the line that names it.
export function fill(part, said) {
  for (const each of part.querySelectorAll("[data-say]")) {
    const text = said[each.dataset.say] ?? "";
    each.textContent = text;
    const whole = each.closest("dl > div") ?? each;
    const line = each.closest("p");
    if (!text && !(whole.textContent.trim() && whole !== each)) whole.remove();
    if (line && !line.textContent.trim()) line.remove();
  }
  const phone = part.querySelector('a[data-say="phone"]');
  if (phone) phone.href = `tel:${said.phone}`;
}

export function listed(parent, lines) {
  parent.replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
  if (!lines.length) parent.remove();
}
