// Answers inspections from standard input as the script of a static copy would: one JSON a line.
import { createInterface } from "node:readline";
import { UNSURE, unpack } from "../../src/kaishu/base/static/kaishu/offline/codes.js";
import { judge } from "../../src/kaishu/base/static/kaishu/offline/engine.js";
import { lookUp } from "../../src/kaishu/base/static/kaishu/offline/shards.js";
import { tell } from "../../src/kaishu/base/static/kaishu/offline/tell.js";

let recalls, words, files;
for await (const line of createInterface({ input: process.stdin })) {
  const said = JSON.parse(line);
  if ("code" in said) {
    const found = unpack(said.code);
    console.log(JSON.stringify(found === UNSURE ? "unsure" : found));
    continue;
  }
  if (said.recalls) { ({ recalls, words, files } = said); continue; }
  const recall = recalls[said.recall];
  const get = (prefix) => files[said.recall][prefix];
  const verdict = await judge(recall, said.unit, (serial) => lookUp(recall.list, serial, get));
  const told = words.map((each) => tell(each, recall.slug, verdict));
  console.log(JSON.stringify({ ...verdict, told }));
}
