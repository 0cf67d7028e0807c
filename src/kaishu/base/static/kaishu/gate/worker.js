/* One core's share of the calculation: try every `step`-th number until the key begins as asked. */
"use strict";

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const text = (buffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const TELL = 40;

onmessage = async ({ data: { asked, start, step } }) => {
  const nonce = bytes(asked.nonce);
  const rule = { name: "PBKDF2", salt: bytes(asked.salt), iterations: asked.cost, hash: "SHA-256" };
  const password = new Uint8Array(nonce.length + 4);
  const number = new DataView(password.buffer, nonce.length);
  password.set(nonce);
  for (let counter = start, tried = 1; ; counter += step, tried++) {
    number.setUint32(0, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = text(await crypto.subtle.deriveBits(rule, key, asked.keyLength * 8));
    if (derivedKey.startsWith(asked.keyPrefix)) {
      postMessage({ counter, derivedKey });
      return;
    }
    if (tried % TELL === 0) postMessage({ tried: TELL });
  }
};
