// What browsers and machines do to a tab without a word: it is hidden and discarded, the machine sleeps, storage is not allowed.

import { choose, exported, stored, storedRuns } from '../../faults.mjs';
import { Lab, curvesOf } from '../../lab.mjs';
import { expect, test } from '../../visitor.mjs';

/** Takes some seconds, fewer than pass until a checkpoint by the clock. */
const SHORT =
  'data=digits&train=512&test=128&model=cnn:4,6&init=kaiming_normal,orthogonal&seeds=2&batch=32&opt=adam&lr=0.001&eval=50&steps=200&device=cpu';
/** Takes longer than any test. */
const LONG = SHORT.replace('steps=200', 'steps=100000').replace('eval=50', 'eval=1000');

test('a hidden tab stores its run; discarded, it goes on from there, and ends as if nothing had happened', async ({
  lab,
  context,
  page,
  visitor,
}) => {
  test.setTimeout(90_000);
  await choose(page, 1);
  await lab.open(SHORT);
  await lab.run();
  await lab.reach('finished');
  const undisturbed = await exported(lab, visitor.nextDownload());
  await lab.button('Run').click();
  await lab.plotted(10);
  expect(await page.evaluate(storedRuns), 'stored before').toEqual([]);
  const since = await page.evaluate(() => Date.now());
  await context.newPage();
  await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe('hidden');
  await stored(page, { training: true, since });
  expect(Date.now() - since, 'milliseconds until it is stored').toBeLessThan(5000);
  const goBack = await visitor.discard(page);
  const again = new Lab(await goBack(), lab.site);
  expect(await again.page.evaluate(() => document.wasDiscarded), 'it was discarded').toBe(true);
  await expect(again.notices).toContainText(/Continuing from step [\d,]+/);
  await again.reach('finished');
  expect(curvesOf(await exported(again, visitor.nextDownload())), 'the results').toEqual(curvesOf(undisturbed));
});

test('a machine that sleeps for twenty seconds loses nothing', async ({ lab, page, visitor }) => {
  test.setTimeout(90_000);
  await choose(page, 2);
  await lab.open(LONG);
  await lab.run();
  await lab.plotted(10);
  const workers = page.workers();
  expect(workers.length, 'one that talks to the page, and a helper').toBe(2);
  await visitor.sleep(20);
  const step = await lab.step();
  await lab.plotted(step + 20);
  // A worker that is taken for dead is missed at two checks, 1.5 s apart.
  await page.waitForTimeout(5000);
  expect(await lab.state()).toBe('training');
  await expect(lab.notices).not.toContainText(/Continuing|recomputed/);
  expect(page.workers(), 'the same workers').toEqual(workers);
});

test.describe('without storage', () => {
  // What a visitor sets who allows no site to store data.
  test.use({ preferences: { profile: { default_content_setting_values: { cookies: 2 } } } });

  test('a browser that blocks storage trains, and the page says what would be lost', async ({ lab, page }) => {
    await lab.open(SHORT);
    const kinds = () => ['localStorage', 'sessionStorage'].map((kind) => { try { return Boolean(window[kind]); } catch { return false; } });
    expect(await page.evaluate(kinds), 'storage').toEqual([false, false]);
    await lab.run();
    await lab.plotted(20);
    await lab.button('Pause').click();
    await lab.reach('paused');
    await expect(lab.notices).toContainText('could not store the run');
    await lab.button('Resume').click();
    await lab.reach('finished');
  });
});
