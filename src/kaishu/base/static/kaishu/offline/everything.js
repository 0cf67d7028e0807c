// Everything somebody owns, in one list: each line held against every recall of the copy.
import { DANGER, fill, hear, listed, openCopy, TONES } from "./copy.js";
import { findProduct } from "./engine.js";
import { unpack } from "./codes.js";
import { scanInto } from "./scan.js";
import { sentence } from "./tell.js";

const form = document.getElementById("everything");
const answers = document.getElementById("answers");
const broken = document.getElementById("broken");
const error = document.getElementById("id-list_error");
const list = form.elements.list;
const { live, language, root } = form.dataset;
const MOST_LINES = 20, LONGEST_LINE = 120, MOST_WORDS = 8, MOST_UNITS = Number(form.dataset.units);
const BETWEEN = /[\s,;:，；：、]/u;
const EDGES = /^[ \t,;:，；：、]+|[ \t,;:，；：、]+$/gu;
let copy;

async function start() {
  copy = await openCopy(form.dataset);
  form.hidden = false;
  scanInto((code) => { list.value = `${list.value.trim()}\n${code}\n`.trimStart(); });
  const given = new URLSearchParams(location.search).get("list");
  if (given) {
    list.value = given;
    await answer();
  }
}

// Both parts of a line for each place where it may be cut, from the left.
function cuts(line) {
  const places = [...line.matchAll(new RegExp(BETWEEN, "gu"))].map((each) => each.index);
  return places.map((at) => [line.slice(0, at), line.slice(at + 1).replace(EDGES, "")]);
}

function readLine(line) {
  const named = [...cuts(line).slice(0, MOST_WORDS), [line, ""]].reverse()
    .find(([model]) => copy.recalls.some((recall) => findProduct(recall, model)));
  if (named) return named;
  return unpack(line) ? ["", line] : cuts(line)[0] ?? [line, ""];
}

function problemOf(lines) {
  const said = (name, facts = {}) => form.dataset[name].replace(/%\((\w+)\)d/g, (_, key) => facts[key]);
  if (!lines.length) return said("none");
  if (lines.length > MOST_LINES) return said("many", { count: lines.length, most: MOST_LINES });
  const long = lines.findIndex((each) => [...each].length > LONGEST_LINE);
  return long < 0 ? "" : said("long", { no: long + 1 });
}

async function answer() {
  const lines = list.value.split(/\r\n|\r|\n/u).map((each) => each.trim()).filter(Boolean);
  const problem = problemOf(lines);
  error.textContent = problem;
  error.hidden = !problem;
  list.setAttribute("aria-invalid", Boolean(problem));
  broken.hidden = true;
  if (problem) return list.focus();
  const heard = await Promise.all(lines.map(async (line, at) => {
    const [model, serial] = readLine(line);
    return { no: at + 1, model, serial, hearings: await hear(copy, { model, serial }) };
  }));
  const danger = (each) => DANGER.indexOf(each.hearings[0]?.verdict.answer ?? "no_such_model");
  heard.sort((a, b) => danger(a) - danger(b));
  document.getElementById("units").replaceChildren(...heard.map(shownUnit));
  document.getElementById("todo").replaceChildren(...shownRecalls(heard));
  const told = heard.flatMap((each) => each.hearings.map((one) => one.told));
  const once = (name) => [...new Set(told.filter((each) => each.product || name !== "flight").map((each) => each[name]))];
  const flights = once("flight").filter(Boolean);
  document.getElementById("flights").hidden = !flights.length;
  document.getElementById("flight-lines").replaceChildren(...flights.map(paragraph));
  document.getElementById("data").textContent = once("data_as_of").join(" ");
  const watch = document.getElementById("watch");
  watch.hidden = !told.some((each) => each.headline === sentence(copy.words, "answer_not_affected")[0]);
  watch.querySelector("a").href = `${live}/${language}/watch/?${new URLSearchParams({ list: list.value })}`;
  answers.hidden = false;
  answers.scrollIntoView();
  answers.focus({ preventScroll: true });
}

const part = (name) => document.getElementById(name).content.cloneNode(true);

function paragraph(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

function shownUnit({ no, model, serial, hearings }) {
  const unit = part("unit");
  const first = hearings[0];
  unit.querySelector("li").classList.add(TONES[first?.verdict.answer ?? "no_such_model"]);
  const unknown = sentence(copy.words, "no_such_model", { model: [...(model || serial)].slice(0, 40).join("") })[0];
  fill(unit, {
    headline: first?.told.headline ?? unknown, model: first?.told.model || model, serial: first?.told.serial || serial,
  });
  const box = unit.querySelector("[data-answers]");
  box.replaceChildren(...hearings.map((each, at) => shownAnswer(each, at, no, serial)));
  if (!hearings.length) box.append(part("elsewhere"));
  return unit;
}

function shownAnswer({ recall, verdict, told }, at, no, serial) {
  const one = part("answer");
  fill(one, { ...told, headline: at ? told.headline : "" });
  const steps = one.querySelector("[data-steps]");
  steps.replaceChildren(...(verdict.answer === "ask" ? told.steps : []).map(paragraph));
  const link = one.querySelector("a");
  link.prepend(form.dataset.line.replace("%(no)s", no));
  link.href = `${root}${language}/r/${recall.slug}/check/index.html?${new URLSearchParams({ model: told.model, serial })}`;
  return one;
}

// Each recall that takes units of the list in: what to do, and the claims to start.
function shownRecalls(heard) {
  const found = new Map();
  for (const each of heard) {
    for (const { recall, verdict, told } of each.hearings) {
      if (verdict.answer !== "affected") continue;
      const entry = found.get(recall.slug) ?? { told, words: [] };
      const code = unpack(each.serial) ? each.serial : told.serial;
      if (!entry.words.includes(`${told.model}:${code}`)) entry.words.push(`${told.model}:${code}`);
      found.set(recall.slug, entry);
    }
  }
  return [...found].map(([slug, { told, words }]) => {
    const section = part("recall");
    fill(section, { ...copy.words.recalls[slug].facts, ...told });
    listed(section.querySelector("ol"), told.steps);
    const act = section.querySelector("[data-claims]");
    const first = act.querySelector("a");
    act.replaceChildren();
    for (let from = 0; from < words.length; from += MOST_UNITS) {
      const link = first.cloneNode(true);
      const units = words.slice(from, from + MOST_UNITS);
      link.href = `${live}/${language}/r/${slug}/claim/?${new URLSearchParams(units.map((each) => ["u", each]))}`;
      act.append(link, " ");
    }
    return section;
  });
}

function fail() {
  answers.hidden = true;
  broken.hidden = false;
  broken.scrollIntoView();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  answer().catch(fail);
});
start().catch(fail);
