// What a visitor sees when something is broken: a state, a sentence, a way on.

import { expect, test } from '../fixtures.mjs';
import { SMALL, screenshot } from '../lab.mjs';

const WORKER_SCRIPT = /\/lab\/[^?]*worker[^/?]*\.js(\?.*)?$/;
const WORKER_WASM = /\/lab\/[^?]*worker[^/?]*\.wasm(\?.*)?$/;
const QUICK = SMALL.replace('steps=400', 'steps=40');

/** The page says that it failed, in a sentence, and Restart brings it back. */
async function failsAndRestarts(lab, { mend, picture }) {
  await expect(lab.html).toHaveAttribute('data-state', 'failed', { timeout: 30_000 });
  await expect(lab.notices, 'a plain sentence').toContainText(/\w+ \w+ \w+/);
  await expect(lab.button('Restart')).toBeVisible();
  await screenshot(lab.page, picture);
  await mend?.();
  await lab.button('Restart').click();
  await expect(lab.html, 'ready or running again').toHaveAttribute('data-state', /^(ready|training|finished)$/);
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
    await failsAndRestarts(lab, { mend: () => page.unroute(pattern), picture: `failed-worker-${what}` });
  });
}

test('a worker that throws at its start is shown, and Restart recovers', async ({ lab, page, tolerate }) => {
  tolerate(/./);
  const broken = { contentType: 'text/javascript', body: 'throw new Error("broken on purpose");' };
  await page.route(WORKER_SCRIPT, (route) => route.fulfill(broken));
  await lab.open(QUICK);
  await failsAndRestarts(lab, { mend: () => page.unroute(WORKER_SCRIPT), picture: 'failed-worker-throws' });
});

test('a worker that dies while it trains is shown, and Restart recovers', async ({ lab, page, tolerate }) => {
  tolerate(/died on purpose/);
  await lab.open(SMALL.replace('steps=400', 'steps=40&lr=0.02').replace('train=4096', 'train=20000'));
  await lab.reach('ready');
  await lab.button('Run').click();
  await Promise.all(
    page.workers().map((worker) =>
      worker.evaluate(() => {
        setTimeout(() => {
          throw new Error('died on purpose');
        }, 0);
      }),
    ),
  );
  await failsAndRestarts(lab, { picture: 'failed' });
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
  await lab.reach(['ready', 'failed']);
  if ((await lab.state()) === 'ready') {
    await lab.button('Run').click();
  }
  await expect(lab.html).toHaveAttribute('data-state', 'failed', { timeout: 30_000 });
  await expect(lab.notices).toContainText(/WebGPU/);
  await expect(lab.button('Restart')).toBeVisible();
  await screenshot(page, 'failed-webgpu');
});
