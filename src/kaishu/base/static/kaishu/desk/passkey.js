/* Ask the browser for a passkey and send what it answers with the form around the button.
   Without this script the button stays hidden, and the form takes a code. */
"use strict";

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function readable(options) {
  const known = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) read.excludeCredentials = known(options.excludeCredentials);
  if (options.allowCredentials) read.allowCredentials = known(options.allowCredentials);
  return read;
}

function written(made) {
  const said = made.response;
  const response = { clientDataJSON: text(said.clientDataJSON) };
  if (said.attestationObject) {
    response.attestationObject = text(said.attestationObject);
    response.transports = said.getTransports ? said.getTransports() : [];
  } else {
    response.authenticatorData = text(said.authenticatorData);
    response.signature = text(said.signature);
    response.userHandle = said.userHandle ? text(said.userHandle) : null;
  }
  const rawId = text(made.rawId);
  return JSON.stringify({ id: rawId, rawId, type: made.type, response, clientExtensionResults: {} });
}

async function ask(place, form, button, trouble) {
  trouble.hidden = true;
  button.disabled = true;
  try {
    const publicKey = readable(JSON.parse(place.dataset.options));
    const made = await navigator.credentials[place.dataset.passkey]({ publicKey });
    form.elements.passkey.value = written(made);
    form.submit();
  } catch {
    trouble.hidden = false;
    button.disabled = false;
    button.focus();
  }
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const button = place.querySelector("button");
  const trouble = place.querySelector("[role=alert]");
  button.addEventListener("click", () => ask(place, place.closest("form"), button, trouble));
  place.hidden = false;
}
