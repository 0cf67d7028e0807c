/* Before an answer: let every core of this device calculate, then open the answer; where it cannot
   calculate, or the page only waits, take the way that needs no script. ALTCHA, second version. */
"use strict";

const form = document.getElementById("gate");
const bar = form.querySelector("progress");

function go() {
  location.replace(form.action + "?" + new URLSearchParams(new FormData(form)));
}

function wait(seconds) {
  const began = performance.now();
  bar.max = seconds;
  setInterval(() => (bar.value = (performance.now() - began) / 1000), 500);
  setTimeout(go, seconds * 1000 + 500);
}

function calculate(challenge) {
  const cores = Math.min(Math.max(navigator.hardwareConcurrency || 2, 1), 8);
  const workers = [];
  let done = 0;
  bar.max = Number(form.dataset.tries) * 1.5;
  for (let start = 0; start < cores; start++) {
    const worker = new Worker(form.dataset.worker);
    workers.push(worker);
    worker.onerror = () => {
      workers.forEach((each) => each.terminate());
      go(); // the field "slow" is in the form
    };
    worker.onmessage = ({ data }) => {
      if (data.tried) {
        bar.value = done += data.tried;
        return;
      }
      workers.forEach((each) => each.terminate());
      const field = form.elements.namedItem("slow");
      field.name = "proof";
      field.value = btoa(JSON.stringify({ challenge, solution: data }));
      go();
    };
    worker.postMessage({ asked: challenge.parameters, start, step: cores });
  }
}

if (!form.dataset.challenge) wait(Number(form.dataset.seconds));
else if (!window.Worker || !window.crypto || !crypto.subtle) go();
else calculate(JSON.parse(form.dataset.challenge));
