/* Before a photo is sent: show it, and make one that is too large smaller, so that it arrives over
   a slow line. Without this script the form sends the file as it is. */
"use strict";

const LONGEST_SIDE = 2400; // what the server keeps anyway
const LARGE = 1.5 * 1024 * 1024;
const QUALITY = 0.88;
const SHRINKS = ["image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"];

async function shrunk(file) {
  if (!SHRINKS.includes(file.type) || file.size < LARGE) return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob || blob.size >= file.size) return file;
  const name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
  return new File([blob], name, { type: "image/jpeg" });
}

function show(form, file) {
  const place = form.querySelector(".preview");
  place.hidden = true;
  place.replaceChildren();
  if (!file || !file.type.startsWith("image/")) return;
  const reader = new FileReader();
  reader.onload = () => {
    const picture = new Image();
    picture.alt = file.name;
    picture.onload = () => {
      place.append(picture);
      place.hidden = false;
    };
    picture.src = reader.result; // data: is what the page's policy lets a picture be
  };
  reader.readAsDataURL(file);
}

async function prepare(form, input) {
  const [file] = input.files;
  if (!file) return show(form);
  let smaller = file;
  try {
    smaller = await shrunk(file);
  } catch {
    return show(form, file); // a picture that this browser cannot read: the server can
  }
  if (input.files[0] !== file) return; // another one was chosen meanwhile
  if (smaller !== file) {
    const box = new DataTransfer();
    box.items.add(smaller);
    input.files = box.files;
  }
  show(form, smaller);
}

function enhance(form) {
  const inputs = [...form.querySelectorAll("input[type=file]")];
  let working = Promise.resolve();
  let busy = false;
  for (const input of inputs) {
    input.addEventListener("change", () => {
      for (const other of inputs) if (other !== input) other.value = "";
      busy = true;
      working = prepare(form, input).finally(() => {
        busy = false;
      });
    });
  }
  form.addEventListener("submit", (event) => {
    if (!busy) return;
    event.preventDefault();
    const button = event.submitter;
    // A form ignores being sent again until this event is over, so as a task of its own.
    working.finally(() => setTimeout(() => form.requestSubmit(button)));
  });
}

for (const form of document.querySelectorAll("form.upload")) enhance(form);
