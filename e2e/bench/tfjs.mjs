// TensorFlow.js on its wasm backend (SIMD, one thread: a plain host sends no isolation headers) and its optimizer.
//
// That backend has no kernel for the filter gradient of a convolution, so `conv2d` alone does not train on it, and
// its gradient of max pooling is slow. What follows is the fastest trainable formulation we tried: a 3D
// convolution of depth one, whose gradients the backend has, or unfolding and a matrix product, took 2 to 20 times as
// long.

import { BATCH, CLASSES, LEARNING_RATE, SIDE, batches, layers, main } from './problem.mjs';

const { tf } = window;

/** A 3x3 convolution with padding 1, [batch, height, width, channels] and [3, 3, inputs, outputs]. */
function convolve(image, filter) {
  return tf.customGrad((image, filter, save) => {
    save([image, filter]);
    return {
      value: tf.conv2d(image, filter, 1, 'same'),
      gradFunc: (slope, [image, filter]) => [imageGradient(slope, filter), filterGradient(slope, image)],
    };
  })(image, filter);
}

/** The same for the first layer, whose image needs no gradient. */
function convolveInput(image, filter) {
  return tf.customGrad((filter, save) => {
    save([filter]);
    return { value: tf.conv2d(image, filter, 1, 'same'), gradFunc: (slope) => [filterGradient(slope, image)] };
  })(filter);
}

/** The convolution with the filter rotated by 180 degrees and its channels exchanged. */
function imageGradient(slope, filter) {
  return tf.conv2d(slope, filter.reverse([0, 1]).transpose([0, 1, 3, 2]), 1, 'same');
}

/** The convolution of the image by the slope, with the examples as channels and the channels as examples. */
function filterGradient(slope, image) {
  const padded = tf.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]]);
  return tf.conv2d(padded.transpose([3, 1, 2, 0]), slope.transpose([1, 2, 0, 3]), 1, 'valid').transpose([1, 2, 0, 3]);
}

/** 2x2. All positions of the maximum get its gradient: only zeros are tied, and relu before it stops their gradient anyway. */
function maxPool(image) {
  return tf.customGrad((image, save) => {
    const value = tf.maxPool(image, 2, 2, 'valid');
    save([image, value]);
    const enlarged = (small) => tf.image.resizeNearestNeighbor(small, image.shape.slice(1, 3));
    return {
      value,
      gradFunc: (slope, [image, value]) => [enlarged(slope).mul(image.equal(enlarged(value)).cast('float32'))],
    };
  })(image);
}

/** Weights in TensorFlow's order of axes: channels last. */
function variables({ kind, inputs, outputs, shape, weights }, before) {
  let weight = tf.tensor(weights, shape);
  if (kind === 'conv') {
    weight = weight.transpose([2, 3, 1, 0]);
  } else if (before?.kind === 'conv') {
    const side = Math.sqrt(inputs / before.outputs);
    weight = weight.reshape([before.outputs, side, side, outputs]).transpose([1, 2, 0, 3]).reshape(shape);
  }
  return { kind, weight: tf.variable(weight), bias: tf.variable(tf.zeros([outputs])) };
}

function forward(parameters, x) {
  let hidden = x;
  parameters.forEach(({ kind, weight, bias }, index) => {
    if (kind === 'conv') {
      const convolved = index === 0 ? convolveInput(hidden, weight) : convolve(hidden, weight);
      hidden = maxPool(convolved.add(bias).relu());
    } else {
      hidden = hidden.reshape([BATCH, weight.shape[0]]).matMul(weight).add(bias);
      hidden = index < parameters.length - 1 ? hidden.relu() : hidden;
    }
  });
  return hidden;
}

main(async () => {
  tf.wasm.setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  if (!(await tf.setBackend('wasm'))) {
    throw new Error('TensorFlow.js could not start its wasm backend');
  }
  await tf.ready();
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const parameters = layers().map((layer, index, all) => variables(layer, all[index - 1]));
  const data = batches().map(({ x, y }) => ({
    x: tf.tensor(x, [BATCH, SIDE, SIDE, 1]),
    y: tf.tensor2d(y, [BATCH, CLASSES]),
  }));
  const optimizer = tf.train.sgd(LEARNING_RATE);
  const loss = ({ x, y }) => tf.logSoftmax(forward(parameters, x)).mul(y).sum().mul(-1 / BATCH);
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
