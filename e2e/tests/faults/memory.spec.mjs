// The end of memory, for real: the worker's WebAssembly is served with a maximum in its memory section.

import { gzipSync } from 'node:zlib';
import { expect, test } from '../../fixtures.mjs';
import { capMemory } from '../../wasm.mjs';

const WORKER_WASM = /\/lab\/[^?]*worker[^/?]*\.wasm(\?.*)?$/;
const MEGABYTE = 1 << 20;
/** Every example becomes 16 feature maps of 28 x 28 values. */
const LARGE = 'data=digits&train=2048&test=64&model=cnn:16&init=kaiming_normal&steps=4&eval=4&device=cpu';

/** From now on, workers can grow by this many megabytes. */
async function cap(page, megabytes) {
  await page.route(WORKER_WASM, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: capMemory(await response.body(), megabytes * MEGABYTE) });
  });
}

/** Reads a number in the experiment of the address. */
const number = (lab, key) => Number(new URLSearchParams(lab.search()).get(key));

/** Presses the offered change until the experiment fits. */
async function shrink(lab) {
  for (let times = 0; times < 6; times += 1) {
    await lab.offer('Halve').click();
    await expect(lab.html).toHaveAttribute('data-state', /^(finished|failed)$/, { timeout: 45_000 });
    if ((await lab.state()) === 'finished') {
      return;
    }
    await expect(lab.notices).toContainText('Not enough memory');
  }
  throw new Error('it never fits');
}

test('the end of memory is a sentence, and the offered change helps', async ({ lab, page, tolerate }) => {
  tolerate(/unreachable/);
  await cap(page, 42);
  await lab.open(`${LARGE}&seeds=1&batch=1024`);
  await lab.run();
  await expect(lab.html).toHaveAttribute('data-state', 'failed', { timeout: 45_000 });
  await expect(lab.notices).toContainText('use a smaller batch, fewer seeds or a smaller network');
  await expect(lab.notices).not.toContainText('unreachable');
  await expect(lab.offer('Halve')).toHaveText('Halve the batch size and run');
  await expect.poll(() => page.workers().length, 'a worker without memory ends').toBe(0);
  await shrink(lab);
  expect(number(lab, 'batch'), 'the form was changed').toBeLessThan(1024);
});

test('a helper without memory ends the run with the same sentence', async ({ lab, page, tolerate }) => {
  tolerate(/unreachable/);
  await page.addInitScript(() => localStorage.setItem('emergence-lab/cores', '2'));
  await cap(page, 42);
  await lab.open(`${LARGE}&seeds=2&batch=1024`);
  await lab.run();
  await expect(lab.html).toHaveAttribute('data-state', 'failed', { timeout: 45_000 });
  await expect(lab.notices).toContainText('Not enough memory for this experiment');
  await expect.poll(() => page.workers().length, 'all workers end').toBe(0);
});

test('nine small gzipped files take little memory, and are refused with a sentence', async ({ lab, page }) => {
  await cap(page, 42);
  await lab.open('data=upload&device=cpu');
  await lab.reach('ready');
  const files = Array.from({ length: 9 }, (_, index) => ({
    name: `part-${index}.gz`,
    mimeType: 'application/gzip',
    buffer: gzipSync(Buffer.alloc(100, index + 1)),
  }));
  await page.locator('#file-input').setInputFiles(files);
  await expect(lab.filesRefused).toContainText(/expected/);
  expect(await lab.state()).toBe('ready');
});

test('an upload needs at most twice its size', async ({ lab, page }) => {
  // 10,000 records of CIFAR-10. Beside two copies the worker needs a few megabytes, and a sixth is set aside for testing.
  const batch = Buffer.alloc(10_000 * 3073, 7);
  const size = batch.length / MEGABYTE;
  await cap(page, Math.ceil(2 * size + size / 6 + 6));
  await lab.open('data=upload&device=cpu');
  await lab.reach('ready');
  await page.locator('#file-input').setInputFiles([{ name: 'batch.bin', mimeType: 'application/octet-stream', buffer: batch }]);
  await expect(lab.filesStatus).toContainText('8,334 training and 1,666 test examples', { timeout: 30_000 });
});
