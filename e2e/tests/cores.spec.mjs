// The runs of an experiment are shared out over workers, one for each core, and the results do not depend on how many there are.

import { expect, test } from '../fixtures.mjs';
import { runsOf } from '../lab.mjs';

const QUERY =
  'data=digits&train=512&test=128&model=mlp:16&init=kaiming_normal,lsuv&seeds=2&batch=32&steps=30&eval=10&device=cpu';

/** Sets the fields *Cores* and *Arithmetic* before the page loads. */
function choose(page, cores, arithmetic = '') {
  const choices = { 'emergence-lab/cores': String(cores), 'emergence-lab/arithmetic': arithmetic };
  return page.addInitScript((stored) => Object.assign(localStorage, stored), choices);
}

/** Results without what is a time. */
function timeless({ timing, variants, ...rest }) {
  return { ...rest, variants: variants.map(({ init, ...variant }) => ({ ...variant, init: { ...init, seconds: 0 } })) };
}

async function resultsWith(hosted, page, cores) {
  await choose(page, cores);
  await hosted.open(QUERY);
  await hosted.run();
  await hosted.reach('finished', 60_000);
  expect(page.workers().length, 'workers').toBe(cores);
  return timeless(await hosted.results());
}

test('the results do not depend on the number of workers, to the bit', async ({ hosted, page }) => {
  const alone = await resultsWith(hosted, page, 1);
  expect(runsOf(alone).length, 'runs').toBe(4);
  expect(alone.random_activity.points.length, 'a table of random activity').toBeGreaterThan(10);
  for (const cores of [2, 4]) {
    expect(await resultsWith(hosted, page, cores), `${cores} workers`).toEqual(alone);
  }
});

test('what a helper measures while others still tune is not lost', async ({ hosted, page }) => {
  await choose(page, 2);
  // The helper, which has the table of random activity, is ready long before the first worker has tuned its run.
  await hosted.open(QUERY.replace('kaiming_normal,lsuv&seeds=2', 'metainit(kaiming_normal;steps=60),kaiming_normal&seeds=1'));
  await hosted.run();
  await hosted.reach('finished', 60_000);
  const { random_activity, receipt } = await hosted.results();
  expect(random_activity.points.length, 'a table of random activity').toBeGreaterThan(10);
  expect(receipt.data_sha256, 'a checksum').toMatch(/^[0-9a-f]{64}$/);
});

test('without helpers, one worker trains all runs', async ({ hosted, page, tolerate }) => {
  tolerate(/Worker|Failed/);
  await choose(page, 2);
  await page.route(/worker\.js/, async (route) => {
    const response = await route.fetch();
    const forbid = "globalThis.Worker = class { constructor() { throw new Error('forbidden'); } };";
    await route.fulfill({ response, body: `${forbid}${await response.text()}` });
  });
  await hosted.open(QUERY);
  await hosted.run();
  await hosted.reach('finished', 60_000);
  expect(page.workers().length, 'workers').toBe(1);
  expect(runsOf(await hosted.results()).length, 'runs').toBe(4);
});

test('a lost worker is replaced, and its runs end with the same results', async ({ hosted, page, tolerate }) => {
  test.setTimeout(120_000);
  tolerate(/died on purpose/);
  const long = QUERY.replace('steps=30', 'steps=600').replace('eval=10', 'eval=300');
  const run = async (disturb) => {
    await choose(page, 2);
    await hosted.open(long);
    await hosted.run();
    await hosted.reach('training');
    await hosted.plotted(20);
    await disturb();
    await hosted.reach('finished', 90_000);
    return timeless(await hosted.results());
  };
  const undisturbed = await run(() => undefined);
  const helped = await run(async () => {
    const names = await Promise.all(page.workers().map((worker) => worker.evaluate(() => self.name)));
    const helper = page.workers()[names.findIndex((name) => name.includes('helper'))];
    await helper.evaluate(() => {
      setTimeout(() => {
        throw new Error('died on purpose');
      }, 0);
    });
    await expect(hosted.notices).toContainText('being recomputed');
  });
  expect(helped, 'the results').toEqual(undisturbed);
});

test('several workers pause at one step, and take single steps', async ({ hosted, page }) => {
  await choose(page, 3);
  await hosted.open(QUERY.replace('steps=30', 'steps=3000').replace('eval=10', 'eval=1000'));
  await hosted.run();
  await hosted.reach('training');
  await hosted.plotted(1);
  await hosted.button('Pause').click();
  await hosted.reach('paused');
  const paused = await hosted.step();
  for (const run of runsOf(await hosted.results())) {
    expect(run.train_loss.length, `losses of ${run.name}, seed ${run.seed}`).toBe(paused);
  }
  await hosted.button('Step').click();
  await expect.poll(() => hosted.step()).toBe(paused + 1);
  await hosted.reach('paused');
});

test('the arithmetic is named, and can be the one that all browsers have', async ({ hosted, page }) => {
  await choose(page, 1);
  const { environment } = await hosted.finish(QUERY);
  expect(environment.arithmetic, 'the fastest').toMatch(/^relaxed simd, (not )?fused$/);
  await choose(page, 1, 'exact');
  const exact = await hosted.finish(QUERY);
  expect(exact.environment.arithmetic, 'the same on all machines').toBe('simd128');
});
