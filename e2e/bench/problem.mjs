// The training problem of every library in the benchmark: with `?model=mlp` in the address the MLP
// 784-256-256-10, with `?model=cnn` two convolutions of 16 and 32 channels (3x3, padding 1, then 2x2 max pooling) and a
// linear layer on 28x28 images; batch 64, plain SGD at 0.01, Kaiming normal weights, zero biases, ReLU, mean softmax
// cross-entropy. Inputs are noise and the label is the best of ten random directions in them, so there is something to
// learn and the loss must decrease.

const linear = (inputs, outputs) => ({ kind: 'linear', inputs, outputs, shape: [inputs, outputs], fanIn: inputs });
const conv = (inputs, outputs) => {
  return { kind: 'conv', inputs, outputs, shape: [outputs, inputs, 3, 3], fanIn: inputs * 9 };
};

/** Images are one channel of SIDE x SIDE. */
export const SIDE = 28;
export const CLASSES = 10;
const FEATURES = SIDE * SIDE;
const MODELS = {
  mlp: [linear(FEATURES, 256), linear(256, 256), linear(256, CLASSES)],
  // The linear layer's features are in the order channel, row, column.
  cnn: [conv(1, 16), conv(16, 32), linear(32 * 7 * 7, CLASSES)],
};
const MODEL = new URLSearchParams(location.search).get('model') ?? 'mlp';
export const BATCH = 64;
export const LEARNING_RATE = 0.01;
/** Different batches, used in turn. */
export const BATCHES = 8;

/** A small deterministic generator (mulberry32) of standard normal numbers. */
export function normals(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Layers as `{ kind, inputs, outputs, shape, weights }`: linear [inputs, outputs], conv [outputs, inputs, 3, 3]. */
export function layers() {
  const normal = normals(1);
  return MODELS[MODEL].map((layer) => {
    const std = Math.sqrt(2 / layer.fanIn);
    const count = layer.shape.reduce((product, size) => product * size, 1);
    return { ...layer, weights: Float32Array.from({ length: count }, () => std * normal()) };
  });
}

/** Batches as `{ x: [BATCH, SIDE * SIDE], y: one-hot [BATCH, CLASSES] }`, flat and row by row. */
export function batches() {
  const normal = normals(2);
  const teacher = Float32Array.from({ length: CLASSES * FEATURES }, normal);
  return Array.from({ length: BATCHES }, () => {
    const x = Float32Array.from({ length: BATCH * FEATURES }, normal);
    const y = new Float32Array(BATCH * CLASSES);
    for (let row = 0; row < BATCH; row += 1) {
      const example = x.subarray(row * FEATURES, (row + 1) * FEATURES);
      y[row * CLASSES + best(teacher, example)] = 1;
    }
    return { x, y };
  });
}

function best(teacher, example) {
  const scores = Array.from({ length: CLASSES }, (_, label) =>
    example.reduce((sum, value, feature) => sum + value * teacher[label * example.length + feature], 0),
  );
  return scores.indexOf(Math.max(...scores));
}

/**
 * Times `step(batch index, keepLoss)`, which trains once and resolves to the loss if requested. Losses are read
 * only at the end of a block, so that no library pays for a read-back at every step.
 *
 * @returns {Promise<{ms_per_step: number, blocks: number[], first_loss: number, last_loss: number, steps: number}>}
 */
export async function measure(step, { warmup, blocks, steps }) {
  const firstLoss = await step(0, true);
  for (let index = 1; index < warmup; index += 1) {
    await step(index % BATCHES, index === warmup - 1);
  }
  const times = [];
  let lastLoss = NaN;
  for (let block = 0; block < blocks; block += 1) {
    const start = performance.now();
    for (let index = 0; index < steps; index += 1) {
      // The last step of a block sees batch 0 again, so that first and last loss are measured on the same examples.
      lastLoss = await step((steps - 1 - index) % BATCHES, index === steps - 1);
    }
    times.push((performance.now() - start) / steps);
  }
  const sorted = times.toSorted((a, b) => a - b);
  return {
    ms_per_step: sorted[sorted.length >> 1],
    blocks: times,
    first_loss: firstLoss,
    last_loss: lastLoss,
    steps: warmup + blocks * steps,
  };
}

/** Reads `warmup`, `blocks` and `steps` from the page's address and puts the result where the benchmark finds it. */
export async function main(prepare) {
  const query = new URLSearchParams(location.search);
  const [warmup, blocks, steps] = ['warmup', 'blocks', 'steps'].map((key) => Number(query.get(key) ?? 5));
  try {
    const { step, backend } = await prepare();
    window.result = { backend, ...(await measure(step, { warmup, blocks, steps })) };
  } catch (error) {
    window.result = { error: String(error?.stack ?? error) };
  }
  document.body.textContent = JSON.stringify(window.result);
}
