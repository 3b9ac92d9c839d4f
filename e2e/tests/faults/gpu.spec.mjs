// A GPU that is lost, and a worker whose program panics: on the software adapter, by faults of the browser itself.

import { stored, workersNamed } from '../../faults.mjs';
import { expect, test } from '../../fixtures.mjs';
import { WEBGPU_ARGS, chromiumPath } from '../../chromium.mjs';

test.use({ launchOptions: { executablePath: chromiumPath(), args: WEBGPU_ARGS } });

const TINY = 'data=digits&train=512&test=128&model=mlp:16&init=kaiming_normal&seeds=1&batch=32&steps=100000&eval=1000&device=webgpu';

async function trains(lab) {
  await lab.open(TINY);
  await lab.run();
  await lab.plotted(3, 120_000);
  await lab.button('Pause').click();
  await lab.reach('paused', 30_000);
  await stored(lab.page, { training: false });
}

test('after a crash of the GPU process, the run goes on in a new worker', async ({ lab, browser, tolerate }) => {
  test.setTimeout(300_000);
  tolerate(/./);
  await trains(lab);
  const paused = await lab.step();
  await lab.button('Resume').click();
  await lab.plotted(paused + 1, 30_000);
  const session = await browser.newBrowserCDPSession();
  await session.send('Browser.crashGpuProcess').catch(() => undefined);
  await expect(lab.notices).toContainText(/Continuing from step [\d,]+/, { timeout: 30_000 });
  await expect(lab.notices).not.toContainText(/Backtrace|poisoned/);
  await lab.plotted(paused + 1, 120_000);
  expect(await lab.state()).toBe('training');
});

test('a panic in the worker ends it, and the run goes on in a new one', async ({ lab, page, tolerate }) => {
  test.setTimeout(300_000);
  tolerate(/./);
  await trains(lab);
  const [worker] = await workersNamed(page, false);
  const gone = new Promise((resolve) => worker.once('close', resolve));
  // A buffer of 4 PiB on the worker's own device: nothing waits for this error, so the program ends with a panic.
  await worker.evaluate(() => {
    const { createCommandEncoder } = GPUDevice.prototype;
    GPUDevice.prototype.createCommandEncoder = function (...all) {
      GPUDevice.prototype.createCommandEncoder = createCommandEncoder;
      this.createBuffer({ size: 2 ** 52, usage: GPUBufferUsage.COPY_DST });
      return createCommandEncoder.apply(this, all);
    };
  });
  await lab.button('Resume').click();
  await gone;
  await expect(lab.notices).toContainText(/Continuing from step [\d,]+/, { timeout: 30_000 });
  expect(page.workers().length, 'workers').toBe(1);
});
