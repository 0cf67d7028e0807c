// Look a serial up in the hashed list of one edition (docs/reference/shards.md).

const K = new Uint32Array(64);
const START = new Uint32Array(8);
fractions();

// The constants of SHA-256 (FIPS 180-4): fractions of the roots of the first primes.
function fractions() {
  let at = 0;
  for (let n = 2; at < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (at < 8) START[at] = (Math.sqrt(n) % 1) * 2 ** 32;
    K[at++] = (Math.cbrt(n) % 1) * 2 ** 32;
  }
}

// crypto.subtle is missing on plain http, where a copy may well be served; so the sum is done here.
export function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const blocks = (bytes.length + 72) >> 6;
  const data = new DataView(new ArrayBuffer(blocks * 64));
  bytes.forEach((byte, at) => data.setUint8(at, byte));
  data.setUint8(bytes.length, 0x80);
  data.setUint32(blocks * 64 - 8, Math.floor(bytes.length / 2 ** 29));
  data.setUint32(blocks * 64 - 4, bytes.length << 3);
  const state = START.slice();
  for (let block = 0; block < blocks; block++) round(state, data, block * 64);
  return [...state].map((word) => word.toString(16).padStart(8, "0")).join("");
}

const turn = (word, by) => (word >>> by) | (word << (32 - by));

function round(state, data, offset) {
  const w = new Uint32Array(64);
  for (let i = 0; i < 64; i++) {
    if (i < 16) { w[i] = data.getUint32(offset + 4 * i); continue; }
    const s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
    const s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const one = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, at) => { state[at] += word; });
}

// Returns the numbers of the list rules that name a serial; throws unless the file is whole and is
// that very file of this edition. `get(prefix)` gives the text of one file.
export async function lookUp(head, serial, get) {
  if (!head) throw new Error("the list is not in this copy");
  const name = sha256(head.salt + serial).slice(0, head.digits);
  const prefix = name.slice(0, head.prefix), rest = name.slice(head.prefix);
  const lines = (await get(prefix || "all")).split("\n");
  const body = lines.slice(1, -2);
  const first = `kaishu-shard 1 ${head.edition.slice(0, 16)} ${prefix || "-"} ${body.length}`;
  const last = `end ${sha256([first, ...body, ""].join("\n")).slice(0, 32)}`;
  if (lines.length < 3 || lines[0] !== first || lines.at(-2) !== last || lines.at(-1) !== "") {
    throw new Error(`the file ${prefix} is not whole`);
  }
  const found = body.map((line) => line.split(" ")).filter(([kept]) => kept === rest);
  return found.map(([, rule]) => Number(rule));
}
