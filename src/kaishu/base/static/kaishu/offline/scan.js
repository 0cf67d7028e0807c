// The code on a label, read by this browser alone: from a photo, or by the camera. No picture leaves
// the page. A browser that reads no codes (BarcodeDetector) shows neither, and people type.
import { unpack, UNSURE } from "./codes.js";

const FORMATS = ["qr_code", "data_matrix", "code_128", "code_39", "aztec", "pdf417"];
const EVERY_MS = 400;
const part = document.getElementById("scan");
let stream = null;

async function reader() {
  if (!part || !("BarcodeDetector" in window)) return null;
  const known = await BarcodeDetector.getSupportedFormats();
  const formats = FORMATS.filter((each) => known.includes(each));
  return formats.length ? new BarcodeDetector({ formats }) : null;
}

// Of several codes on a label, the one that says a serial number; else the first.
function best(found) {
  const codes = found.map((each) => each.rawValue).filter(Boolean);
  const names = (code) => { const said = unpack(code); return said && said !== UNSURE && said.serial; };
  return codes.find(names) ?? codes[0];
}

const tell = (word) => { document.getElementById("scan-says").textContent = word ? part.dataset[word] : ""; };

// Shows the way to read a code, and gives each code that was read to `use`.
export async function scanInto(use) {
  const detector = await reader().catch(() => null);
  if (!detector) return;
  const photo = document.getElementById("id-photo");
  const camera = document.getElementById("scan-camera");
  const took = (code) => { use(code); tell("found"); };
  photo.addEventListener("change", async () => {
    tell("");
    try {
      const code = best(await detector.detect(await createImageBitmap(photo.files[0])));
      if (code) took(code); else tell("none");
    } catch {
      tell("none");
    }
    photo.value = "";
  });
  camera.hidden = !navigator.mediaDevices?.getUserMedia;
  camera.addEventListener("click", () => stream ? stop() : watch(detector, took));
  part.hidden = false;
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  document.getElementById("scan-view").hidden = true;
  document.getElementById("scan-camera").setAttribute("aria-pressed", "false");
}

async function watch(detector, took) {
  const view = document.getElementById("scan-view");
  tell("");
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    return tell("refused");
  }
  view.srcObject = stream;
  view.hidden = false;
  document.getElementById("scan-camera").setAttribute("aria-pressed", "true");
  await view.play();
  while (stream) {
    const code = best(await detector.detect(view).catch(() => []));
    if (code) { stop(); return took(code); }
    await new Promise((done) => setTimeout(done, EVERY_MS));
  }
}
