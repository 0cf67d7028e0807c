// The page that asks and answers without a server. Words come from the copy's own files.
import { fill, hear, listed, openCopy, TONES } from "./copy.js";
import { madeOf } from "./rules.js";
import { scanInto } from "./scan.js";

const form = document.getElementById("check");
const answers = document.getElementById("answers");
const broken = document.getElementById("broken");
const nowhere = document.getElementById("nowhere");
const { recall: only, live, language } = form.dataset;
let copy;

async function start() {
  copy = await openCopy(form.dataset);
  const given = new URLSearchParams(location.search);
  for (const [name, value] of given) {
    const field = form.elements[name];
    if (field) field.value = value;
  }
  form.hidden = false;
  scanInto((code) => { form.elements.serial.value = code; form.elements.serial.focus(); });
  if (given.get("model") && given.get("serial")) answer().catch(fail);
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
  const heard = await hear(copy, { ...unit, model: unit.model ?? "" }, only);
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
  fill(part, { ...copy.words.recalls[recall.slug].facts, ...told });
  if (!told.serial) part.querySelector('[data-say="serial"]')?.closest("div").remove();
  listed(part.querySelector("[data-list]"), told.steps);
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
