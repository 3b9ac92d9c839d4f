// What the figure can show: quantities, axes, smoothing, single seeds; all of it is in the address.

import { expect, test } from '../fixtures.mjs';
import { keepTexts, screenshot, texts } from '../lab.mjs';

/** The picture on the large chart. */
const picture = (lab) => lab.chart.evaluate((canvas) => canvas.toDataURL());

/** What is written on the large chart. */
const words = async (lab) => (await texts(lab.chart)).map(({ text }) => text);

/** The height that the line of a hue takes on the large chart, left of the names at the ends, as a part of its height. */
const extent = (lab, [from, to]) =>
  lab.chart.evaluate(
    (canvas, [from, to]) => {
      const { width, height } = canvas;
      const { data } = canvas.getContext('2d').getImageData(0, 0, Math.floor(width * 0.6), height);
      const rows = [];
      for (let at = 0; at < data.length; at += 4) {
        const [r, g, b, alpha] = data.subarray(at, at + 4);
        const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
        if (alpha < 200 || most - least < 0.45 * most) {
          continue;
        }
        const range = most - least;
        const hue = most === r ? ((g - b) / range + 6) % 6 : most === g ? (b - r) / range + 2 : (r - g) / range + 4;
        if (hue * 60 >= from && hue * 60 < to) {
          rows.push(Math.floor(at / 4 / Math.floor(width * 0.6)));
        }
      }
      return rows.length === 0 ? 0 : (rows.at(-1) - rows[0]) / height;
    },
    [from, to],
  );

const BLUE = [180, 230];

test('every quantity is drawn, listed in the table, described, and in the address', async ({ lab, page }) => {
  await keepTexts(page);
  await lab.open();
  await lab.shows('recorded');
  const choice = lab.choice('show');
  const offered = await choice.locator('option:not([hidden])').evaluateAll((options) =>
    options.map(({ value, textContent }) => [value, textContent]),
  );
  expect(offered.map(([value]) => value)).toEqual([
    'accuracy',
    'test_loss',
    'loss',
    'difference',
    'emergence_b',
    'emergence_a',
    'emergence_b_change',
    'emergence_a_change',
    'activity',
  ]);
  const seen = new Set();
  for (const [value, title] of offered) {
    await choice.selectOption(value);
    await expect(lab.root.locator('#table-caption'), 'the table has it').toHaveText(title);
    await expect(lab.chart, 'in words').toHaveAttribute('aria-label', new RegExp(`^${title}: .*Xavier normal .*\\d.* at step`));
    await expect.poll(() => lab.search()).toContain(value === 'accuracy' ? 'xavier_normal' : `show=${value}`);
    // A baseline is a line of zeros in what is relative to it.
    expect(await lab.curves(), `curves of ${value}`).toBeGreaterThanOrEqual(/difference|change/.test(value) ? 2 : 3);
    await expect(lab.rows.first().locator('.value')).toHaveText(/\d/);
    seen.add(await picture(lab));
    expect((await words(lab)).length, 'axes with labels').toBeGreaterThan(8);
  }
  expect(seen.size, 'pictures that differ').toBe(offered.length);
});

test('a quantity that was shown small changes places with the large one', async ({ lab }) => {
  await lab.open();
  await lab.shows('recorded');
  const small = lab.root.locator('#chart-small-1');
  await lab.root.locator('[data-swap="1"]').click();
  await expect(lab.choice('show')).toHaveValue('loss');
  await expect(small).toHaveAttribute('aria-label', /^Test accuracy: /);
  await expect.poll(() => lab.search()).toContain('show=loss,accuracy,emergence_b');
  await lab.choice('show').selectOption('emergence_b');
  await expect.poll(() => lab.search()).toContain('show=emergence_b,accuracy,loss');
  await lab.root.locator('[data-swap="1"]').click();
  await expect(lab.choice('show')).toHaveValue('accuracy');
});

test('each horizontal and vertical axis is drawn and named', async ({ lab, page }) => {
  await keepTexts(page);
  await lab.open();
  await lab.shows('recorded');
  const titles = { step: 'step', epoch: 'epoch', seconds: 'seconds' };
  const seen = new Set();
  for (const unit of Object.keys(titles)) {
    for (const x of [unit, `${unit}-log`]) {
      await lab.choice('x').selectOption(x);
      expect(await lab.curves(), x).toBe(3);
      expect((await words(lab)).some((text) => text.startsWith(titles[unit])), `${x} is named`).toBe(true);
      await expect.poll(() => lab.search().includes(`x=${x}`)).toBe(x !== 'step');
      seen.add(await picture(lab));
    }
  }
  await lab.choice('x').selectOption('step');
  for (const y of ['log', 'error']) {
    await lab.choice('y').selectOption(y);
    expect(await lab.curves(), y).toBe(3);
    await expect.poll(() => lab.search()).toContain(`y=${y}`);
    seen.add(await picture(lab));
  }
  expect(await words(lab), 'the accuracy has become an error rate').toContain('test error (%)');
  expect(seen.size, 'pictures that differ').toBe(8);
});

test('bands, single seeds and smoothing change the picture only', async ({ lab }) => {
  await lab.open('show=loss');
  await lab.shows('recorded');
  const values = await lab.rows.locator('.value').allInnerTexts();
  const seen = new Set([await picture(lab)]);
  for (const [key, value] of [['band', 'ci'], ['band', 'seeds'], ['ema', '0.5'], ['ema', '0.9']]) {
    await lab.choice(key).selectOption(value);
    await expect.poll(() => lab.search()).toContain(`${key}=${value}`);
    seen.add(await picture(lab));
    expect(await lab.rows.locator('.value').allInnerTexts(), 'no number changes').toEqual(values);
  }
  expect(seen.size, 'pictures that differ').toBe(5);
});

test('all choices are in the address, and a reload draws the same picture', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  const chosen = { show: 'test_loss', x: 'step-log', y: 'log', zoom: 'early', band: 'seeds', ema: '0.5' };
  for (const [key, value] of Object.entries(chosen)) {
    await lab.choice(key).selectOption(value);
  }
  await lab.row('xavier_normal').locator('.baseline').click();
  await lab.scrub(20);
  for (const pair of ['show=test_loss', 'x=step-log', 'y=log', 'zoom=early', 'at=20', 'ema=0.5', 'band=seeds', 'baseline=3']) {
    await expect.poll(() => lab.search()).toContain(pair);
  }
  const before = await picture(lab);
  await page.reload();
  await lab.shows('recorded');
  for (const [key, value] of Object.entries(chosen)) {
    await expect(lab.choice(key), key).toHaveValue(value);
  }
  await expect(lab.scrubber).toHaveAttribute('aria-valuetext', 'step 20');
  expect(await picture(lab), 'the same picture').toBe(before);
  expect(await lab.origin(), 'of the same result').toBe('recorded');
});

test('a wrong choice in the address is named, and its default used', async ({ lab }) => {
  await lab.open('show=beauty&zoom=9..3&data=digits&device=cpu');
  await lab.reach('ready');
  await expect(lab.notices).toContainText('“show”');
  await expect(lab.notices).toContainText('“zoom”');
  await expect(lab.choice('show')).toHaveValue('accuracy');
  await expect.poll(() => lab.search()).toBe('data=digits&device=cpu');
});

test('a diverged run is marked and does not flatten the others', async ({ lab, page }) => {
  await keepTexts(page);
  await lab.open();
  await lab.shows('recorded');
  await lab.card('scale').click();
  await expect(lab.card('scale')).toHaveAttribute('aria-pressed', 'true');
  await expect(lab.rows.last().locator('.comparison')).toHaveText(/fails more often .* · diverged at step 2, 5 of 5$/);
  expect(await words(lab), 'on the figure').toContain('diverged at step 2, 5 of 5');
  for (const quantity of ['loss', 'test_loss']) {
    await lab.choice('show').selectOption(quantity);
    expect(await words(lab), quantity).toContain('diverged at step 2, 5 of 5');
    expect(await extent(lab, BLUE), `height of Kaiming's line, ${quantity}`).toBeGreaterThan(0.3);
  }
  await screenshot(page, 'diverged');
  await lab.scrub(100);
  await expect(lab.readout).toHaveText(/^step 100: Kaiming normal \d\.\d{3} ± \d\.\d{3}, std = 0\.02 2\.\d{3} ± \d\.\d{3}/);
  await expect(lab.readout, 'no value of a run that is no more').not.toHaveText(/\d{6}/);
});
