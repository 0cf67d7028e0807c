// The page that asks and answers without a server. Words come from the copy's own files.
import { concerns, judge, madeOf } from "./engine.js";
import { lookUp } from "./shards.js";
import { tell } from "./tell.js";

const form = document.getElementById("check");
const answers = document.getElementById("answers");
const broken = document.getElementById("broken");
const nowhere = document.getElementById("nowhere");
const TONES = { affected: "affected", ask: "ask", no_such_model: "info", not_affected: "ok" };
const DANGER = Object.keys(TONES);
const { root, recall: only, live, language } = form.dataset;
const place = (path) => new URL(`${root}${path}`, location.href);

async function fetched(path) {
  const response = await fetch(place(path));
  if (!response.ok) throw new Error(path);
  return response;
}

let recalls, words;

async function start() {
  const both = ["data/recalls.json", `data/words-${language}.json`].map(fetched);
  [recalls, words] = await Promise.all(both.map(async (each) => (await each).json()));
  const given = new URLSearchParams(location.search);
  for (const [name, value] of given) {
    const field = form.elements[name];
    if (field) field.value = value;
  }
  form.hidden = false;
  if (given.get("model") && given.get("serial")) answer();
}

async function answer() {
  broken.hidden = nowhere.hidden = true;
  const unit = Object.fromEntries(new FormData(form));
  unit.made_on = madeOf(unit.made_on ?? "");
  const unread = unit.made_on === null;
  document.getElementById("id-made_on_error").hidden = !unread;
  form.elements.made_on.setAttribute("aria-invalid", unread);
  if (unread) {
    form.elements.made_on.closest("[data-fact]").hidden = false;
    return form.elements.made_on.focus();
  }
  const asked = recalls.filter((each) => concerns(each, unit) || each.slug === only);
  const heard = await Promise.all(asked.map(async (recall) => {
    const get = async (prefix) => (await fetched(`data/list/${recall.slug}/${prefix}.txt`)).text();
    const verdict = await judge(recall, { ...unit, model: unit.model ?? "" }, (serial) => lookUp(recall.list, serial, get));
    return { recall, verdict, told: tell(words, recall.slug, verdict) };
  }));
  const here = (each) => each.recall.slug === only && each.verdict.answer === "no_such_model";
  const order = (each) => here(each) ? -1 : DANGER.indexOf(each.verdict.answer);
  const own = (each) => each.recall.slug === only ? 0 : 1;
  heard.sort((a, b) => order(a) - order(b) || own(a) - own(b));
  nowhere.hidden = heard.length > 0;
  answers.replaceChildren(...heard.map((each) => shown(each, unit)));
  answers.hidden = !heard.length;
  ask(heard);
  (heard.length ? answers : nowhere).scrollIntoView();
  if (heard.length) answers.focus({ preventScroll: true });
}

// Shows the field of the fact that the strictest open answer asks for.
function ask(heard) {
  const open = heard.find((each) => each.told.asks && each.verdict.reason !== "not_here");
  const bare = open?.verdict.reason === "serial_empty" && open.recall.rules.some((rule) => rule.kind === "unlabelled");
  const wanted = bare ? "label" : open?.told.asks;
  for (const field of form.querySelectorAll("[data-fact]")) {
    if (field.dataset.fact === wanted) field.hidden = false;
  }
}

function shown({ recall, verdict, told }, unit) {
  const from = document.querySelector(`template[data-tone="${TONES[verdict.answer]}"]`);
  const part = from.content.cloneNode(true);
  const facts = words.recalls[recall.slug].facts;
  for (const each of part.querySelectorAll("[data-say]")) {
    const said = told[each.dataset.say] ?? facts[each.dataset.say] ?? "";
    each.textContent = said;
    const whole = each.closest("dl > div") ?? each;
    if (!said && !(whole.textContent.trim() && whole !== each)) whole.remove();
  }
  const phone = part.querySelector('[data-say="phone"]');
  if (phone) phone.href = `tel:${facts.phone}`;
  if (!told.serial) part.querySelector('[data-say="serial"]')?.closest("div").remove();
  const steps = part.querySelector("[data-list]");
  steps.replaceChildren(...told.steps.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
  if (!told.steps.length) steps.remove();
  const said = Object.entries(unit).filter(([, value]) => value);
  const given = new URLSearchParams(said.map(([name, value]) => [name === "made_on" ? "made" : name, value]));
  const way = verdict.answer === "affected" ? "claim" : "check";
  part.querySelector("[data-claim]").href = `${live}/${language}/r/${recall.slug}/${way}/?${given}`;
  if (verdict.answer === "not_affected") part.querySelector("[data-call]").remove();
  return part;
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
