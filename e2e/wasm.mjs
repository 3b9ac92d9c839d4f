// WebAssembly as bytes: a module whose memory cannot grow as it likes.

/** A WebAssembly page. */
const PAGE = 65_536;
const MEMORY = 5;

/** The module with a maximum of its memory: this many bytes more than it begins with. */
export function capMemory(module, bytes) {
  // The magic word and the version.
  let at = 8;
  while (at < module.length) {
    const id = module[at];
    const size = readNumber(module, at + 1);
    const end = size.end + size.value;
    if (id === MEMORY) {
      const body = capped(module, size.end, Math.floor(bytes / PAGE));
      return Buffer.concat([module.subarray(0, at), Buffer.from([MEMORY, ...number(body.length), ...body]), module.subarray(end)]);
    }
    at = end;
  }
  throw new Error('the module has no memory of its own');
}

/** The body of a section with one memory: the count, its flags, and its limits in pages. */
function capped(module, at, pages) {
  const count = readNumber(module, at);
  const flags = module[count.end];
  const initial = readNumber(module, count.end + 1);
  if (count.value !== 1 || flags > 1) {
    throw new Error(`expected one unshared memory, got ${count.value} with flags ${flags}`);
  }
  return [...number(1), 1, ...number(initial.value), ...number(initial.value + pages)];
}

/** An unsigned number in LEB128, and where it ends. */
function readNumber(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at];
    at += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) {
      return { value, end: at };
    }
  }
}

/** A number in LEB128. */
function number(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) {
    bytes.push((value % 0x80) | 0x80);
  }
  return [...bytes, value];
}
