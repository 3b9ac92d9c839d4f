// jax-js on its wasm backend, in two ways: `?jit=step` compiles loss, gradients and update into one function, the
// fastest it offers; `?jit=gradient` compiles loss and gradients and leaves the update outside, as optax does.
// Arrays are reference-counted: passing one gives it away, `.ref` keeps it.

import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '/node_modules/@jax-js/jax/dist/index.js';
import { BATCH, LEARNING_RATE, WIDTHS, batches, layers, main } from './problem.mjs';

function loss(parameters, x, y) {
  let hidden = x;
  parameters.forEach(([weight, bias], index) => {
    hidden = np.matmul(hidden, weight).add(bias);
    if (index < parameters.length - 1) {
      hidden = nn.relu(hidden);
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

main(async () => {
  await init('wasm');
  defaultDevice('wasm');
  const update = UPDATES[new URLSearchParams(location.search).get('jit') ?? 'step']();
  let parameters = layers().map(({ inputs, outputs, weights }) => [
    np.array(weights).reshape([inputs, outputs]),
    np.zeros([outputs]),
  ]);
  const data = batches().map(({ x, y }) => [
    np.array(x).reshape([BATCH, WIDTHS[0]]),
    np.array(y).reshape([BATCH, WIDTHS.at(-1)]),
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
