// Convolutional networks in the browser on the CPU path; webgpu.spec.mjs compares them with WebGPU.

import { expect, needsData, test } from '../fixtures.mjs';
import { runsOf, screenshot } from '../lab.mjs';

test('cnn:8,16 reaches over 93 % of MNIST within 200 steps', async ({ hosted, page }) => {
  needsData('mnist');
  test.setTimeout(150_000);
  const query = 'data=mnist&test=2000&model=cnn:8,16&lr=0.02&batch=64&seeds=1&steps=200&eval=100&device=cpu';
  const results = await hosted.finish(`${query}&init=kaiming_normal`, 120_000);
  const [run] = runsOf(results);
  expect(run.test_accuracy.at(-1)[0], 'the last step').toBe(200);
  expect(run.test_accuracy.at(-1)[1]).toBeGreaterThan(0.93);
  expect(run.channel_emergence_b.length, 'feature maps are measured, too').toBe(3);
  await screenshot(page, 'cnn-mnist');
});

/** Chance is .10; with 2,000 test images three standard errors of it are .02, so this is far above chance. */
const MARGIN = 0.15;

for (const norm of ['none', 'batch']) {
  test(`cnn:8,16 with norm=${norm} learns CIFAR-10`, async ({ hosted }) => {
    needsData('cifar-10');
    test.setTimeout(150_000);
    const query = `data=cifar-10&test=2000&model=cnn:8,16&norm=${norm}&lr=0.02&batch=64&seeds=1&steps=80&eval=80`;
    const results = await hosted.finish(`${query}&init=kaiming_normal&device=cpu`, 120_000);
    const [run] = runsOf(results);
    expect(run.test_accuracy.at(-1)[1], 'test accuracy after 80 steps').toBeGreaterThan(0.1 + MARGIN);
    expect(run.active_fraction[0][1].length, 'hidden and pooled layers and the output').toBe(5);
  });
}
