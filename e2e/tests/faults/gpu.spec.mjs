// A GPU that is lost or becomes wrong, and a worker whose program panics: on the software adapter, by faults of the browser itself.

import { slowCpu, stored, workersNamed } from '../../faults.mjs';
import { expect, test } from '../../fixtures.mjs';
import { WEBGPU_ARGS, chromiumPath } from '../../chromium.mjs';

// After a few crashes within an hour, the browser would do without a GPU process.
const ARGS = [...WEBGPU_ARGS, '--disable-gpu-process-crash-limit'];
test.use({ launchOptions: { executablePath: chromiumPath(), args: ARGS } });

const TINY = 'data=digits&train=512&test=128&model=mlp:16&init=kaiming_normal&seeds=1&batch=32&steps=100000&eval=1000&device=webgpu';

async function trains(lab, query = TINY) {
  await lab.open(query);
  await lab.run();
  await lab.plotted(3, 120_000);
  await lab.button('Pause').click();
  await lab.reach('paused', 30_000);
  await stored(lab.page, { training: false });
}

async function crashGpu(browser) {
  const session = await browser.newBrowserCDPSession();
  await session.send('Browser.crashGpuProcess').catch(() => undefined);
}

/** From now on, every first number that a worker reads back from its GPU is slightly wrong. */
function bend(worker) {
  return worker.evaluate(() => {
    const { getMappedRange } = GPUBuffer.prototype;
    GPUBuffer.prototype.getMappedRange = function (...all) {
      const range = getMappedRange.apply(this, all);
      if (this.usage & GPUBufferUsage.MAP_READ) {
        new Float32Array(range)[0] += 0.01;
      }
      return range;
    };
  });
}

test('after a crash of the GPU process, the run goes on in a new worker', async ({ lab, browser, tolerate }) => {
  test.setTimeout(300_000);
  tolerate(/./);
  await trains(lab);
  const paused = await lab.step();
  await lab.button('Resume').click();
  await lab.plotted(paused + 1, 30_000);
  await crashGpu(browser);
  await expect(lab.notices).toContainText(/Continuing from step [\d,]+/, { timeout: 30_000 });
  await expect(lab.notices).not.toContainText(/Backtrace|poisoned/);
  await lab.plotted(paused + 1, 120_000);
  expect(await lab.state()).toBe('training');
});

test('a GPU that is lost during a pause is told at once, and the run waits at its step in a new worker', async ({ lab, browser, tolerate }) => {
  test.setTimeout(300_000);
  tolerate(/./);
  await trains(lab);
  const paused = await lab.step();
  await crashGpu(browser);
  const told = /Continuing from step ([\d,]+)\. The GPU was lost or has failed\./;
  await expect(lab.notices).toContainText(told, { timeout: 10_000 });
  expect(Number(told.exec(await lab.notices.innerText())[1].replaceAll(',', '')), 'the step').toBe(paused);
  await lab.reach('paused', 120_000);
  expect(await lab.step()).toBe(paused);
  expect(await lab.backend()).toBe('webgpu');
  await lab.button('Resume').click();
  await lab.plotted(paused + 1, 120_000);
});

test('a GPU that is lost after the end costs nothing, and the next run has another worker', async ({ lab, page, browser, tolerate }) => {
  test.setTimeout(300_000);
  tolerate(/./);
  await lab.open(TINY.replace('steps=100000', 'steps=4').replace('eval=1000', 'eval=4'));
  await lab.run();
  await lab.reach('finished', 150_000);
  await crashGpu(browser);
  await expect(lab.notices).toContainText('The GPU was lost. The results are complete', { timeout: 10_000 });
  await expect.poll(() => page.workers().length, 'its worker ends').toBe(0);
  expect(await lab.state()).toBe('finished');
  await expect(lab.notices.getByRole('button', { name: 'Restart' })).toHaveCount(0);
  await expect(lab.rows.locator('.value'), 'the results stay').toHaveText([/\d %/]);
  await lab.run();
  await expect(lab.html).toHaveAttribute('data-state', /loading|training/);
  await expect(lab.notices).not.toContainText('The GPU was lost');
  await lab.reach('finished', 150_000);
  expect(await lab.backend()).toBe('webgpu');
});

test('a GPU that becomes wrong later is found before its numbers are kept, and left if the next one is wrong, too', async ({
  lab,
  page,
  tolerate,
}) => {
  test.setTimeout(300_000);
  tolerate(/./);
  await slowCpu(page);
  await trains(lab, TINY.replace('device=webgpu', 'device=auto'));
  expect(await lab.backend(), 'the faster device').toBe('webgpu');
  const kept = await lab.step();
  await bend((await workersNamed(page, false)).at(-1));
  await lab.button('Resume').click();
  const told = /Continuing from step ([\d,]+)\. The GPU computed wrong numbers\./;
  await expect(lab.notices).toContainText(told, { timeout: 60_000 });
  const step = Number(told.exec(await lab.notices.innerText())[1].replaceAll(',', ''));
  expect(step, 'the last checkpoint that was right').toBe(kept);

  // The new worker opens the GPU again, and trains; now its numbers are bent, too.
  await expect(async () => {
    expect((await lab.step()) > kept || (await lab.backend()) === 'cpu', 'the new worker trains').toBe(true);
    await bend((await workersNamed(page, false)).at(-1));
    expect(await lab.backend()).toBe('cpu');
  }).toPass({ timeout: 200_000, intervals: [1_000] });
  // In place of the wrong numbers, it is the self-test that tells if the GPU was opened once more.
  await expect(page.locator('#reason')).toContainText(/The GPU computed wrong numbers|self-test/);
  await lab.plotted(kept + 1, 60_000);
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
