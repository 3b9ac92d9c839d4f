// Workers that stop: by an exception, without a word, or when asked for the impossible. The run goes on from its latest checkpoint.

import { choose, exported, silence, stored, throwIn, workersNamed } from '../../faults.mjs';
import { expect, test } from '../../fixtures.mjs';
import { curvesOf } from '../../lab.mjs';

const QUERY =
  'data=digits&train=512&test=128&model=mlp:16&init=kaiming_normal,orthogonal&seeds=2&batch=32&steps=3000&eval=1000&device=cpu';
/** How long a silent worker may go unnoticed. */
const LIMIT = 10_000;

/** The results of a run that pauses at some step, loses its worker, and goes on. */
async function results(lab, disturb) {
  await lab.open(QUERY);
  await lab.run();
  await lab.plotted(50);
  await lab.button('Pause').click();
  await lab.reach('paused');
  await stored(lab.page, { training: false });
  await disturb();
  await lab.button('Resume').click();
  await lab.reach('finished', 60_000);
  return curvesOf(await exported(lab));
}

for (const [what, disturb] of [
  ['throws', throwIn],
  ['stops without a word', silence],
]) {
  test(`a worker that ${what} is replaced, and the run goes on with the same results`, async ({ lab, page, tolerate }) => {
    test.setTimeout(120_000);
    tolerate(/on purpose/);
    await choose(page, 1);
    const undisturbed = await results(lab, () => undefined);
    const disturbed = await results(lab, async () => {
      const [worker] = await workersNamed(page, false);
      const gone = new Promise((resolve) => worker.once('close', resolve));
      const start = Date.now();
      await disturb(worker);
      await expect(lab.notices).toContainText(/Continuing from step \d+/, { timeout: LIMIT + 5000 });
      expect(Date.now() - start, 'milliseconds until it was found').toBeLessThan(LIMIT + 1500);
      await gone;
      await lab.reach('paused', 20_000);
    });
    expect(disturbed).toEqual(undisturbed);
    expect(page.workers().length, 'workers').toBe(1);
  });
}

test('a worker that stops before its first checkpoint fails within ten seconds, and its curves can be saved', async ({ lab, page, tolerate }) => {
  tolerate(/on purpose/);
  await choose(page, 1);
  await lab.open(QUERY.replace('steps=3000', 'steps=10000'));
  await lab.run();
  await lab.plotted(10);
  const [worker] = await workersNamed(page, false);
  const start = Date.now();
  await silence(worker);
  await expect(lab.html).toHaveAttribute('data-state', 'failed', { timeout: LIMIT + 5000 });
  expect(Date.now() - start).toBeLessThan(LIMIT + 1500);
  await expect(lab.notices).toContainText(/\w+ \w+ \w+/);
  await expect.poll(() => page.workers().length, 'workers').toBe(0);
  const { variants } = await exported(lab);
  expect(variants[0].runs[0].train_loss.length, 'losses that were measured').toBeGreaterThanOrEqual(10);
  await lab.set({ steps: 20 });
  await lab.button('Run').click();
  await lab.reach('finished');
});

test('a helper that stops without a word is replaced alone', async ({ lab, page }) => {
  test.setTimeout(120_000);
  await choose(page, 2);
  const run = async (disturb) => {
    await lab.open(QUERY);
    await lab.run();
    await lab.plotted(20);
    await disturb();
    await lab.reach('finished', 90_000);
    return curvesOf(await exported(lab));
  };
  const undisturbed = await run(() => undefined);
  const disturbed = await run(async () => {
    const [helper] = await workersNamed(page, true);
    await silence(helper);
    await expect(lab.notices).toContainText('being recomputed', { timeout: LIMIT + 5000 });
    expect(await lab.state(), 'the others go on').toBe('training');
  });
  expect(disturbed).toEqual(undisturbed);
});

test('a page that was frozen does not take its worker for dead', async ({ lab, page }) => {
  test.setTimeout(90_000);
  await choose(page, 1);
  const session = await page.context().newCDPSession(page);
  await lab.open(QUERY.replace('steps=3000', 'steps=100000'));
  await lab.run();
  await lab.plotted(10);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await new Promise((resume) => setTimeout(resume, 15_000));
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  const step = await lab.step();
  await lab.plotted(step + 10);
  expect(await lab.state()).toBe('training');
  await expect(lab.notices).not.toContainText('Continuing');
});

test('a run that has begun needs no network', async ({ lab, page, context }) => {
  await choose(page, 1);
  await lab.open(QUERY.replace('steps=3000', 'steps=300'));
  await lab.run();
  await lab.plotted(10);
  await context.setOffline(true);
  await lab.reach('finished');
  expect(page.workers().length, 'workers').toBe(1);
});
