// Run, Pause, Resume, Step and Reset: none of them changes a number.

import { expect, test } from '../fixtures.mjs';
import { SMALL, curvesOf, runsOf, screenshot } from '../lab.mjs';

test('paused, resumed, stepped and reset runs give the curves of an uninterrupted one', async ({ hosted, page }) => {
  test.setTimeout(150_000);
  const query = SMALL.replace('steps=400', 'steps=200');
  const uninterrupted = curvesOf(await hosted.finish(query));
  expect(runsOf(uninterrupted)[0].train_loss.length, 'losses of an uninterrupted run').toBe(200);

  await hosted.open(query);
  await hosted.run();
  await hosted.plotted(20);
  await hosted.button('Pause').click();
  await hosted.reach('paused');
  const paused = await hosted.step();
  await page.waitForTimeout(1000);
  expect(await hosted.step(), 'data-step while paused').toBe(paused);
  expect(await hosted.state(), 'data-state while paused').toBe('paused');
  expect(paused, 'paused before the end').toBeLessThan(200);
  await screenshot(page, 'paused');

  await hosted.button('Step').click();
  await expect(hosted.html, 'one step further').toHaveAttribute('data-step', String(paused + 1));
  await hosted.reach('paused');
  await page.waitForTimeout(300);
  expect(await hosted.step(), 'and not two').toBe(paused + 1);

  await hosted.button('Resume').click();
  await hosted.reach('finished');
  expect(withoutExtras(await hosted.results(), uninterrupted), 'resumed').toEqual(uninterrupted);

  await hosted.button('Reset').click();
  await hosted.reach('ready');
  expect(await hosted.step(), 'data-step after a reset').toBe(0);
  expect(await hosted.curves(), 'curves after a reset').toBe(0);
  await hosted.run();
  await hosted.reach('finished');
  expect(curvesOf(await hosted.results()), 'reset and run again').toEqual(uninterrupted);
});

test('Step before the first run trains one step and waits', async ({ lab, page }) => {
  await lab.open(SMALL);
  await lab.reach('ready');
  await lab.button('Step').click();
  await expect(lab.html).toHaveAttribute('data-step', '1', { timeout: 30_000 });
  await lab.reach('paused');
  await page.waitForTimeout(300);
  expect(await lab.step(), 'still at the first step').toBe(1);
});

test('the exported file is the results file', async ({ lab, page }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=40'));
  await lab.run();
  await lab.reach('finished');
  const download = page.waitForEvent('download');
  await lab.openDialog('share');
  await lab.share.getByRole('button', { name: 'JSON' }).click();
  const chunks = [];
  for await (const chunk of await (await download).createReadStream()) {
    chunks.push(chunk);
  }
  const results = JSON.parse(Buffer.concat(chunks).toString());
  expect(results.schema).toBe('emergence-lab/1');
  expect(results.query, 'the query that made it').toContain('data=digits');
  expect(results.environment.backend).toBe('cpu');
  expect(runsOf(results).map((run) => run.train_loss.length)).toEqual([40, 40, 40]);
  expect(results.timing.runs).toBe(3);
  for (const key of ['data_sha256', 'order_sha256']) {
    expect(results.receipt[key], key).toMatch(/^[0-9a-f]{64}$/);
  }
});

/**
 * A pause may add an evaluation, to show the paused state: such extra points, at steps that the uninterrupted run did
 * not evaluate, are omitted; everything else must be equal.
 */
function withoutExtras(results, reference) {
  const planned = new Set(runsOf(reference)[0].test_accuracy.map(([step]) => step));
  const evaluated = ['test_loss', 'test_accuracy', 'emergence_a', 'emergence_b', 'active_fraction'];
  const trim = (run) => ({
    ...run,
    ...Object.fromEntries(evaluated.map((key) => [key, run[key].filter(([step]) => planned.has(step))])),
  });
  const variants = results.variants.map((variant) => ({ ...variant, runs: variant.runs.map(trim) }));
  return curvesOf({ ...results, variants });
}
