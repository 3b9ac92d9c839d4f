// TensorFlow.js on its wasm backend (SIMD, one thread: a plain host sends no isolation headers) and its optimizer.

import { BATCH, LEARNING_RATE, WIDTHS, batches, layers, main } from './problem.mjs';

const { tf } = window;

main(async () => {
  tf.wasm.setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  if (!(await tf.setBackend('wasm'))) {
    throw new Error('TensorFlow.js could not start its wasm backend');
  }
  await tf.ready();
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const parameters = layers().map(({ inputs, outputs, weights }) => ({
    weight: tf.variable(tf.tensor2d(weights, [inputs, outputs])),
    bias: tf.variable(tf.zeros([outputs])),
  }));
  const data = batches().map(({ x, y }) => ({
    x: tf.tensor2d(x, [BATCH, WIDTHS[0]]),
    y: tf.tensor2d(y, [BATCH, WIDTHS.at(-1)]),
  }));
  const optimizer = tf.train.sgd(LEARNING_RATE);
  const loss = ({ x, y }) => {
    let hidden = x;
    parameters.forEach(({ weight, bias }, index) => {
      hidden = hidden.matMul(weight).add(bias);
      if (index < parameters.length - 1) {
        hidden = hidden.relu();
      }
    });
    return tf.logSoftmax(hidden).mul(y).sum().mul(-1 / BATCH);
  };
  const step = async (batch, keepLoss) => {
    const value = optimizer.minimize(() => loss(data[batch]), keepLoss);
    if (!keepLoss) {
      return NaN;
    }
    const number = (await value.data())[0];
    value.dispose();
    return number;
  };
  return { step, backend: `${tf.getBackend()}${simd ? ', simd' : ', no simd'}` };
});
