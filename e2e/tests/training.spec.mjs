// The built page trains on the CPU path, and it shows what it has measured.

import { readFile } from 'node:fs/promises';
import { expect, needsData, test } from '../fixtures.mjs';
import { SMALL, runsOf, screenshot } from '../lab.mjs';

test('MNIST reaches over 90 % for every default variant', async ({ hosted, page }) => {
  needsData('mnist');
  test.setTimeout(150_000);
  await hosted.open('data=mnist&device=cpu&seeds=1&steps=300&eval=50');
  await hosted.run();
  await hosted.reach('training');
  await hosted.plotted(50);
  await screenshot(page, 'training');
  await hosted.reach('finished', 120_000);
  expect(await hosted.step(), 'data-step after the last step').toBe(300);
  expect(await hosted.backend(), 'data-backend').toBe('cpu');
  await screenshot(page, 'finished');

  const results = await hosted.results();
  expect(results.variants.map(({ name }) => name)).toEqual([
    'xavier_normal',
    'kaiming_normal',
    'emergence(kaiming_normal;alpha=1.5)',
  ]);
  for (const run of runsOf(results)) {
    const steps = run.test_accuracy.map(([step]) => step);
    expect(steps, `evaluations of ${run.name}`).toEqual([0, 50, 100, 150, 200, 250, 300]);
    expect(run.train_loss.length, `one loss per step of ${run.name}`).toBe(300);
    expect(run.test_accuracy.at(-1)[1], `final accuracy of ${run.name}`).toBeGreaterThan(0.9);
  }
  expect(await hosted.curves(), 'variants whose curve is drawn').toBeGreaterThanOrEqual(3);
});

test('states, steps and curves follow a run on generated digits', async ({ lab, page }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=200'));
  await lab.reach('ready');
  await screenshot(page, 'ready');
  expect(await lab.origin(), 'no scenario, so nothing is recorded').toBe('nothing');
  expect(await lab.step(), 'data-step before the run').toBe(0);
  expect(await lab.curves(), 'curves before the run').toBe(0);
  await expect(lab.source).toHaveText('No result yet.');
  const before = await lab.ink();
  await lab.button('Run').click();
  await lab.reach('training');
  const seen = [];
  while ((await lab.state()) === 'training') {
    seen.push(await lab.step());
  }
  await lab.reach('finished');
  expect(seen, 'data-step never goes back').toEqual(seen.toSorted((a, b) => a - b));
  expect(new Set(seen).size, 'data-step grows while it trains').toBeGreaterThan(3);
  expect(await lab.step()).toBe(200);
  expect(await lab.origin()).toBe('live');
  await expect(lab.source).toHaveText('Computed here on the CPU, 3 runs.');
  const after = await lab.ink();
  expect(after.marked, 'ink on the chart').toBeGreaterThan(before.marked);
  expect(await lab.curves(), 'one curve per variant').toBeGreaterThanOrEqual(3);
});

test('a run starts from the same bits as natively', async ({ hosted }) => {
  // tests/it/lab.rs compares the native command line with the same file.
  const golden = JSON.parse(await readFile(new URL('../../tests/data/receipt.json', import.meta.url), 'utf8'));
  const results = await hosted.finish(`${golden.query}&device=cpu`);
  expect(results.receipt, 'data and order').toEqual(golden.receipt);
  const weights = results.variants.map(({ name, runs }) => [name, runs.map((run) => run.weights_sha256)]);
  expect(Object.fromEntries(weights), 'initial weights').toEqual(golden.weights_sha256);
});

test('until the end every statement is one so far', async ({ lab }) => {
  // With weights of almost 0 nothing but the last bias is learned, however many steps pass before the pause.
  await lab.open('data=digits&train=512&test=512&model=mlp:16&init=kaiming_normal,custom(std=0.00001)&seeds=5&steps=100000&eval=20&device=cpu');
  await lab.run();
  await lab.plotted(20);
  await lab.button('Pause').click();
  await lab.reach('paused');
  const comparison = lab.rows.last().locator('.comparison');
  await expect(comparison).toHaveText(/^−\d+\.\d \[−\d+\.\d; −\d+\.\d\] so far$/);
  await expect(lab.verdict).toHaveText(
    /^So far, after \d+ steps at learning rate 0.01, std = 0.00001 and Kaiming normal differ by −\d+\.\d points \(95 % interval .+, 5 seeds\)/,
  );
  await lab.set({ steps: 20 });
  await lab.run(['paused']);
  await lab.reach('finished');
  // scipy.stats.fisher_exact([[5, 0], [0, 5]])
  await expect(comparison).toHaveText(/fails more often \(p 0.008\) · 5 of 5 learned nothing$/);
  await expect(lab.verdict).toHaveText(/fails more often than Kaiming normal after 20 steps/);
});

/** The number of colored pixels of a canvas: axes, grid and text are gray. */
function saturated(canvas) {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [most, least] = [Math.max(data[at], data[at + 1], data[at + 2]), Math.min(data[at], data[at + 1], data[at + 2])];
    count += data[at + 3] > 200 && most - least > 60;
  }
  return count;
}

test('every chart is drawn', async ({ lab, page }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=100'));
  await lab.reach('ready');
  const canvases = page.locator('#compare .chart canvas');
  const ink = async () => Promise.all((await canvases.all()).map((canvas) => canvas.evaluate(saturated)));
  const empty = await ink();
  await lab.button('Run').click();
  await lab.reach('finished');
  const drawn = await ink();
  expect(drawn.length, 'a large one, two small ones, and the heat map').toBe(4);
  drawn.forEach((pixels, index) => expect(pixels, `colored pixels of chart ${index}`).toBeGreaterThan(empty[index] + 500));
});

test('charts are sharp on dense screens', async ({ browser, site }) => {
  const context = await browser.newContext({ deviceScaleFactor: 3, viewport: { width: 800, height: 700 } });
  const page = await context.newPage();
  await page.goto(`${site.url}?${SMALL}`);
  const canvas = page.locator('#chart-main');
  await expect(page.locator('html')).toHaveAttribute('data-state', 'ready');
  const [drawn, shown] = await canvas.evaluate((element) => [element.width, element.getBoundingClientRect().width]);
  expect(drawn / shown, 'canvas pixels per CSS pixel').toBeCloseTo(3, 1);
  await context.close();
});
