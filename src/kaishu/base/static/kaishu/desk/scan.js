/* The bench: the box keeps the focus, Enter sends, the next scan never waits for the last answer.

   Scans stand in a line and are sent one by one, each with a key of its own; what the server did
   not answer is sent again with the same key, which is harmless. Without this script the form
   sends itself and the page comes anew. */
"use strict";

const form = document.getElementById("scan");
const box = document.getElementById("id-code");
const band = document.getElementById("band");
const rest = document.getElementById("rest");
const TONES = { ok: [[880, 0.09]], attention: [[620, 0.12], [620, 0.12]], stop: [[240, 0.22], [190, 0.22], [240, 0.3]] };
const MUTED = "kaishu-depot-muted";
const AGAIN_MS = 3000;
const waiting = [];
let armed = "ok";
let busy = false;
let air = null;

function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function muted() {
  try { return localStorage.getItem(MUTED) === "1"; } catch { return false; }
}

function sound(name) {
  document.documentElement.dataset.heard = muted() ? "muted" : name;
  if (muted() || !window.AudioContext) return;
  air = air || new AudioContext();
  air.resume();
  let start = air.currentTime;
  for (const [pitch, length] of TONES[name] || TONES.stop) {
    const tone = air.createOscillator();
    const volume = air.createGain();
    tone.type = name === "stop" ? "square" : "sine";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + length);
    tone.connect(volume).connect(air.destination);
    tone.start(start);
    tone.stop(start + length);
    start += length + 0.05;
  }
}

function arm(button) {
  armed = button.value;
  for (const each of form.querySelectorAll("button[name=outcome]")) {
    each.setAttribute("aria-pressed", String(each === button && armed !== "ok"));
  }
  const says = document.getElementById("armed");
  says.textContent = armed === "ok" ? "" : `${form.dataset.next} ${button.querySelector("span").textContent}`;
  box.focus();
}

function disarm() { arm(form.querySelector("button[value=ok]")); }

function show(html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  for (const part of [band, rest]) {
    part.replaceChildren(...(answer.getElementById(part.id)?.childNodes ?? []));
  }
  sound(band.querySelector("[data-sound]")?.dataset.sound || "stop");
}

function lost() {
  let note = document.getElementById("lost");
  if (!note) {
    note = document.createElement("div");
    note.id = "lost";
    note.className = "answer affected";
    note.setAttribute("role", "alert");
    band.prepend(note);
    sound("stop");
  }
  note.textContent = `${form.dataset.lostHead} (${waiting.length}): ${form.dataset.lost}`;
}

async function sendNext() {
  if (busy || !waiting.length) return;
  busy = true;
  const { where, body } = waiting[0];
  try {
    const answer = await fetch(where, { method: "POST", body, headers: { "X-Kaishu-Piece": "1" }, credentials: "same-origin" });
    if (answer.redirected || ![200, 422].includes(answer.status)) {
      if (answer.status < 500) { location.reload(); return; }
      throw new Error(String(answer.status));
    }
    show(await answer.text());
    waiting.shift();
    busy = false;
    sendNext();
  } catch {
    lost();
    setTimeout(() => { busy = false; sendNext(); }, AGAIN_MS);
  }
}

function put(where, body) {
  waiting.push({ where, body });
  sendNext();
}

function send(code, outcome) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
  body.set("code", code);
  body.set("outcome", outcome);
  body.set("key", freshKey());
  put(form.getAttribute("action"), body);
  box.value = "";
  disarm();
}

function pressed(button) {
  if (box.value.trim() || button.value === "unknown") send(box.value, button.value);
  else arm(button);
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // A scanner's Enter presses the first button; what was armed before counts.
    if (event.submitter && event.submitter.value !== "ok") pressed(event.submitter);
    else if (box.value.trim()) send(box.value, armed);
    else disarm();
  });
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const button = /^F\d+$/.test(event.key) && document.querySelector(`[data-press="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    if (button.form === form) pressed(button);
    else button.form.requestSubmit(button);
  });
  band.addEventListener("submit", (event) => {
    const again = event.target.closest("form.again");
    if (!again) return;
    event.preventDefault();
    const body = new FormData(again);
    if (event.submitter?.name) body.set(event.submitter.name, event.submitter.value);
    put(again.getAttribute("action"), body);
    box.focus();
  });
  document.addEventListener("focusout", () => setTimeout(() => {
    // Typing anywhere that is not a control belongs to the box.
    if (document.activeElement === document.body) box.focus();
  }, 50));
  document.querySelector(".bench").hidden = false;
  const mute = document.getElementById("mute");
  const name = () => {
    mute.textContent = muted() ? mute.dataset.off : mute.dataset.on;
    mute.setAttribute("aria-pressed", String(muted()));
  };
  mute.addEventListener("click", () => {
    try { localStorage.setItem(MUTED, muted() ? "0" : "1"); } catch { /* private window */ }
    name();
    box.focus();
  });
  name();
  window.kaishuScan = (code) => send(code, armed);
  box.focus();
}
