/* The phone's camera as a scanner. The browser reads the code where it can (BarcodeDetector); else
   a frame goes to the server, which reads it in a process that can do nothing else. */
"use strict";

const panel = document.getElementById("camera");
const view = document.getElementById("camera-view");
const opener = document.getElementById("camera-button");
const says = document.getElementById("camera-says");
const EVERY_MS = 700;
const SIDE = 960;
const FORMATS = ["qr_code", "code_128", "code_39", "data_matrix"];
const SAME_MS = 4000;
let stream = null;
let detector = null;
let seen = { code: "", at: 0 };

async function byServer() {
  const scale = Math.min(1, SIDE / Math.max(view.videoWidth, view.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(view.videoWidth * scale);
  canvas.height = Math.round(view.videoHeight * scale);
  canvas.getContext("2d").drawImage(view, 0, 0, canvas.width, canvas.height);
  const frame = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
  const body = new FormData();
  body.set("csrfmiddlewaretoken", document.querySelector("#scan [name=csrfmiddlewaretoken]").value);
  body.set("frame", frame, "frame.jpg");
  const answer = await fetch("/depot/frame/", { method: "POST", body, credentials: "same-origin" });
  return answer.ok ? (await answer.json()).codes : [];
}

async function look() {
  if (!stream) return;
  try {
    if (view.videoWidth) {
      const codes = detector ? (await detector.detect(view)).map((each) => each.rawValue) : await byServer();
      const code = codes[0];
      if (code && (code !== seen.code || Date.now() - seen.at > SAME_MS)) {
        window.kaishuScan(code);
      }
      if (code) seen = { code, at: Date.now() };
    }
  } catch { /* the next frame may be better */ }
  setTimeout(look, EVERY_MS);
}

async function open() {
  panel.hidden = false;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    says.textContent = panel.dataset.refused;
    return;
  }
  if (window.BarcodeDetector) {
    const known = await BarcodeDetector.getSupportedFormats();
    const wanted = FORMATS.filter((each) => known.includes(each));
    if (wanted.includes("qr_code")) detector = new BarcodeDetector({ formats: wanted });
  }
  view.srcObject = stream;
  await view.play();
  says.textContent = panel.dataset.look;
  opener.textContent = opener.dataset.close;
  look();
}

function close() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  panel.hidden = true;
  opener.textContent = opener.dataset.open;
}

if (opener) opener.addEventListener("click", () => (stream ? close() : open()));
