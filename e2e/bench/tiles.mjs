// GFLOP/s of the innermost loop of a matrix product, for several shapes of its tile: rows x registers of four numbers. The factors stay in
// the first-level cache, so this is the ceiling of the machine for our kernels. The result is shown, and in `window.result`.

/** Terms of a sum. */
const DEPTH = 256;
/** Numbers in a register. */
const LANES = 4;
/** The best of so many measurements of about so many milliseconds counts. */
const [ROUNDS, MS] = [7, 40];
/** Where left factor, right factor and tile are in the module's memory, in bytes. */
const [LEFT, RIGHT, TILE] = [1 << 17, 1 << 18, 3 << 17];

/** By the instruction that adds a product. */
const MODULES = { 'multiplication and addition': 'tiles/strict.wasm', 'relaxed multiply-add': 'tiles/relaxed.wasm' };

try {
  const all = {};
  for (const [arithmetic, address] of Object.entries(MODULES)) {
    const { instance } = await WebAssembly.instantiateStreaming(fetch(address));
    all[arithmetic] = measure(instance.exports);
  }
  document.body.textContent = JSON.stringify(all, null, 1);
  window.result = { gflops: all };
} catch (error) {
  window.result = { error: String(error) };
}

function measure({ memory, ...functions }) {
  const numbers = new Float32Array(memory.buffer);
  numbers.fill(1 / DEPTH, LEFT / 4, TILE / 4);
  const shapes = Object.entries(functions).filter(([name]) => name.startsWith('tile_'));
  return Object.fromEntries(shapes.map(([name, add]) => [name.slice('tile_'.length), best(numbers, name, add)]));
}

/** The largest GFLOP/s of a shape. */
function best(numbers, name, add) {
  const [rows, vectors] = name.slice('tile_'.length).split('x').map(Number);
  const flops = 2 * DEPTH * rows * vectors * LANES;
  const time = (repeats) => {
    const start = performance.now();
    add(LEFT, RIGHT, DEPTH, TILE, repeats);
    return performance.now() - start;
  };
  check(numbers, name, rows * vectors * LANES, time);
  let repeats = 1000;
  while (time(repeats) < MS) {
    repeats *= 2;
  }
  const ms = Math.min(...Array.from({ length: ROUNDS }, () => time(repeats)));
  return (flops * repeats) / ms / 1e6;
}

/** A wrong loop must not look fast: each sum of DEPTH products of 1 / DEPTH twice is known. */
function check(numbers, name, size, time) {
  numbers.fill(0, TILE / 4, TILE / 4 + size);
  time(3);
  const expected = 3 / DEPTH;
  const wrong = numbers.subarray(TILE / 4, TILE / 4 + size).find((sum) => Math.abs(sum - expected) > 1e-5);
  if (wrong !== undefined) {
    throw new Error(`${name}: expected sums of ${expected}, got ${wrong}`);
  }
}
