// What a visitor sees if something is broken: a state, a sentence, a way to continue.

import { expect, test } from '../fixtures.mjs';
import { Lab, SMALL, screenshot } from '../lab.mjs';

const WORKER_SCRIPT = /\/lab\/[^?]*worker[^/?]*\.js(\?.*)?$/;
const WORKER_WASM = /\/lab\/[^?]*worker[^/?]*\.wasm(\?.*)?$/;
const QUICK = SMALL.replace('steps=400', 'steps=40');

/** Starts an experiment that would run for a long time, and waits until it is under way. */
async function trains(lab) {
  await lab.open(SMALL.replace('steps=400', 'steps=40000'));
  await lab.run();
  await lab.plotted(10);
}

/** The page reports the failure in a sentence, and Restart recovers it. */
async function failsAndRestarts(lab, { repair, picture }) {
  await expect(lab.html, 'soon').toHaveAttribute('data-state', 'failed', { timeout: 10_000 });
  await expect(lab.notices, 'a plain sentence').toContainText(/\w+ \w+ \w+/);
  await expect(lab.offer('Restart')).toBeVisible();
  await screenshot(lab.page, picture);
  await repair?.();
  await lab.offer('Restart').click();
  await expect(lab.html, 'ready or running again').toHaveAttribute('data-state', /^(ready|loading|training|finished)$/);
  if ((await lab.state()) === 'ready') {
    await lab.button('Run').click();
  }
  await lab.reach('finished');
  expect(await lab.step()).toBe(40);
}

for (const [what, pattern] of [
  ['script', WORKER_SCRIPT],
  ['wasm', WORKER_WASM],
]) {
  test(`a worker whose ${what} is missing is shown, and Restart recovers`, async ({ lab, page, tolerate }) => {
    tolerate(/./);
    await page.route(pattern, (route) => route.fulfill({ status: 404, body: 'not found' }));
    await lab.open(QUICK);
    await lab.run();
    await failsAndRestarts(lab, { repair: () => page.unroute(pattern), picture: `failed-worker-${what}` });
  });
}

test('a worker that throws at its start is shown, and Restart recovers', async ({ lab, page, tolerate }) => {
  tolerate(/./);
  const broken = { contentType: 'text/javascript', body: 'throw new Error("broken on purpose");' };
  await page.route(WORKER_SCRIPT, (route) => route.fulfill(broken));
  await lab.open(QUICK);
  await lab.run();
  await failsAndRestarts(lab, { repair: () => page.unroute(WORKER_SCRIPT), picture: 'failed-worker-throws' });
});

test('a worker that dies while it trains is shown, and Restart recovers', async ({ lab, page, tolerate }) => {
  tolerate(/died on purpose/);
  await trains(lab);
  await Promise.all(
    page.workers().map((worker) =>
      worker.evaluate(() => {
        setTimeout(() => {
          throw new Error('died on purpose');
        }, 0);
      }),
    ),
  );
  await lab.set({ steps: 40 });
  await failsAndRestarts(lab, { picture: 'failed' });
});

test('a crash that the worker reports is shown, and Run starts another', async ({ lab, page, tolerate }) => {
  tolerate(/unreachable|panicked/);
  await trains(lab);
  // What the worker's panic hook sends.
  // The page terminates the worker at once, perhaps before it can answer.
  await Promise.allSettled(
    page.workers().map((worker) =>
      worker.evaluate(() => {
        postMessage('crashed: The training worker has crashed: test.');
      }),
    ),
  );
  await expect(lab.html).toHaveAttribute('data-state', 'failed');
  await expect(lab.notices).toContainText('has crashed');
  await lab.set({ steps: 40 });
  await lab.button('Run').click();
  await lab.reach('finished', 30_000);
});

test('a worker that is silent for a long time is reported, and can be replaced', async ({ lab, page }) => {
  await page.clock.install();
  // Not `unroute`, which would let the first worker's request through as well.
  let hangs = true;
  await page.route(WORKER_WASM, (route) => (hangs ? undefined : route.continue()));
  await lab.open(QUICK);
  await lab.run();
  await expect(lab.html).toHaveAttribute('data-state', 'loading');
  await page.clock.runFor(26_000);
  await expect(lab.notices).toContainText(/still loading/);
  expect(await lab.state(), 'slow is not failed').toBe('loading');
  await page.clock.resume();
  hangs = false;
  await lab.offer('Restart').click();
  await lab.reach('finished');
  await expect(lab.notices).not.toContainText(/still loading/);
});

test('an old worker from a cache is recognized', async ({ lab, page }) => {
  const old = `postMessage(JSON.stringify({ type: 'ready', protocol_version: 0 }));`;
  await page.route(WORKER_SCRIPT, (route) => route.fulfill({ contentType: 'text/javascript', body: old }));
  await lab.open(QUICK);
  await lab.run();
  await expect(lab.html).toHaveAttribute('data-state', 'failed');
  await expect(lab.notices).toContainText('A new version of this page is available. Reload to use it.');
  await expect(lab.offer('Reload')).toBeVisible();
});

test('a browser that refuses to create a worker gets a sentence', async ({ lab, page, tolerate }) => {
  tolerate(/refused on purpose/);
  await page.addInitScript(() => {
    window.Worker = class {
      constructor() {
        throw new Error('refused on purpose');
      }
    };
  });
  await lab.open(QUICK);
  await lab.run();
  await expect(lab.html).toHaveAttribute('data-state', 'failed');
  await expect(lab.notices).toContainText('refused on purpose');
});

test('a page whose program is missing says so', async ({ lab, page, tolerate }) => {
  tolerate(/./);
  await page.route(/-app_bg\.wasm$/, (route) => route.fulfill({ status: 404, body: 'not found' }));
  await lab.open(QUICK);
  await expect(lab.html).toHaveAttribute('data-state', 'failed');
  await expect(lab.notices).toContainText(/could not be loaded/);
});

test('a reset gets the page out of a download that hangs', async ({ page, host }) => {
  const site = await host({ data: null });
  await page.context().route(/\/lab\/data\//, () => {});
  const lab = new Lab(page, site);
  await lab.open(QUICK.replace('data=digits', 'data=mnist'));
  await lab.run();
  await expect(lab.html).toHaveAttribute('data-state', 'training');
  await lab.button('Reset').click();
  await lab.reach('ready');
  await lab.set({ data: 'digits' });
  await lab.button('Run').click();
  await lab.reach('finished');
});

test('without WebGPU, device=auto computes on the CPU and says why', async ({ lab, page }) => {
  await lab.open(QUICK.replace('&device=cpu', ''));
  await lab.run();
  await lab.reach('finished');
  expect(await lab.backend()).toBe('cpu');
  await expect(lab.badge).toContainText(/cpu/i);
  const reason = /(no|without) WebGPU|WebGPU (is|was|has|had|could|cannot|adapter|device|did)/i;
  await expect(page.locator('main'), 'the reason names WebGPU').toContainText(reason);
  await screenshot(page, 'cpu-badge');
});

test('without WebGPU, device=webgpu fails with a sentence', async ({ lab, page }) => {
  await lab.open(QUICK.replace('device=cpu', 'device=webgpu'));
  await lab.run();
  await expect(lab.html).toHaveAttribute('data-state', 'failed', { timeout: 30_000 });
  await expect(lab.notices).toContainText(/WebGPU/);
  await expect(lab.offer('Compute on the CPU')).toBeVisible();
  await expect(lab.offer('Restart')).toBeVisible();
  await screenshot(page, 'failed-webgpu');
});
