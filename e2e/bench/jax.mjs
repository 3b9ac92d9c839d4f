// jax-js on its wasm backend, or on WebGPU with `?device=webgpu`, in two ways: `?jit=step` compiles loss, gradients and
// update into one function, the fastest it offers; `?jit=gradient` compiles loss and gradients and leaves the update
// outside, as optax does.
// Arrays are reference-counted: passing one transfers ownership, `.ref` keeps it.
//
// Its own `lax.convGeneralDilated` trains, but a step takes some 20 times as long on this backend as with the
// convolution below, the fastest one tried; unfolding into one matrix product took twice as long.

import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '/node_modules/@jax-js/jax/dist/index.js';
import { BATCH, CLASSES, LEARNING_RATE, SIDE, batches, layers, main } from './problem.mjs';

const OFFSETS = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => [row, column]));

/** 3x3 with padding 1 as nine matrix products, [batch, height, width, inputs] and [9, inputs, outputs]. */
function convolve(image, weight) {
  const [batch, height, width, inputs] = image.shape;
  const padded = np.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]]);
  const products = OFFSETS.map(([row, column], index) => {
    const shifted = padded.ref.slice([], [row, row + height], [column, column + width], []);
    return np.matmul(shifted.reshape([batch * height * width, inputs]), weight.ref.slice(index));
  });
  const outputs = weight.shape[2];
  padded.dispose();
  weight.dispose();
  return products.reduce((sum, product) => sum.add(product)).reshape([batch, height, width, outputs]);
}

/** 2x2, the maximum of four slices. */
function maxPool(image) {
  const [batch, height, width, channels] = image.shape;
  const windows = image.reshape([batch, height / 2, 2, width / 2, 2, channels]);
  const at = (row, column) => windows.ref.slice([], [], row, [], column, []);
  const pooled = np.maximum(np.maximum(at(0, 0), at(0, 1)), np.maximum(at(1, 0), at(1, 1)));
  windows.dispose();
  return pooled;
}

function loss(parameters, x, y) {
  let hidden = x;
  parameters.forEach(([weight, bias], index) => {
    if (weight.ndim === 3) {
      hidden = maxPool(nn.relu(convolve(hidden, weight).add(bias)));
    } else {
      hidden = np.matmul(hidden.reshape([BATCH, weight.shape[0]]), weight).add(bias);
      hidden = index < parameters.length - 1 ? nn.relu(hidden) : hidden;
    }
  });
  return nn.logSoftmax(hidden).mul(y).sum().mul(-1 / BATCH);
}

const descend = (parameters, gradients) => tree.map((p, g) => p.sub(g.mul(LEARNING_RATE)), parameters, gradients);

const UPDATES = {
  step: () =>
    jit((parameters, x, y) => {
      const [value, gradients] = valueAndGrad(loss)(tree.ref(parameters), x, y);
      return [descend(parameters, gradients), value];
    }),
  gradient: () => {
    const evaluate = jit(valueAndGrad(loss));
    return (parameters, x, y) => {
      const [value, gradients] = evaluate(tree.ref(parameters), x, y);
      return [descend(parameters, gradients), value];
    };
  },
};

/** Weight and bias, with the channels last. */
function initial({ kind, inputs, outputs, shape, weights }, before) {
  let weight = np.array(weights).reshape(shape);
  if (kind === 'conv') {
    weight = np.transpose(weight, [2, 3, 1, 0]).reshape([9, inputs, outputs]);
  } else if (before?.kind === 'conv') {
    const side = Math.sqrt(inputs / before.outputs);
    weight = np.transpose(weight.reshape([before.outputs, side, side, outputs]), [1, 2, 0, 3]).reshape(shape);
  }
  return [weight, np.zeros([outputs])];
}

main(async () => {
  const query = new URLSearchParams(location.search);
  const device = query.get('device') ?? 'wasm';
  await init(device);
  defaultDevice(device);
  const update = UPDATES[query.get('jit') ?? 'step']();
  let parameters = layers().map((layer, index, all) => initial(layer, all[index - 1]));
  const data = batches().map(({ x, y }) => [
    np.array(x).reshape([BATCH, SIDE, SIDE, 1]),
    np.array(y).reshape([BATCH, CLASSES]),
  ]);
  const step = async (batch, keepLoss) => {
    const [x, y] = data[batch];
    let value;
    [parameters, value] = update(parameters, x.ref, y.ref);
    if (!keepLoss) {
      value.dispose();
      return NaN;
    }
    return (await value.data())[0];
  };
  const threads = typeof SharedArrayBuffer === 'undefined' ? 'one thread' : 'threads';
  return { step, backend: `${defaultDevice()}, ${threads}` };
});
