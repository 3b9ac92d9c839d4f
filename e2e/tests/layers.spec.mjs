// The part "Layers": weights, signals and gradients of every layer, at any recorded step, of recorded and live results.

import { expect, test } from '../fixtures.mjs';
import { screenshot } from '../lab.mjs';

const TINY = 'data=digits&train=512&test=128&model=mlp:16&init=kaiming_normal,orthogonal&seeds=2&batch=64&steps=10&device=cpu';

const cells = (lab) => lab.root.locator('#initial-layers td').allInnerTexts();
const picture = (lab) => lab.root.locator('#chart-initial').evaluate((canvas) => canvas.toDataURL());

test('the layers of a recorded result are shown without a run', async ({ lab, page }) => {
  await lab.open('#layers');
  await lab.shows('recorded');
  await expect(lab.root.locator('#initial-layers tr'), 'layers with weights').toHaveCount(4);
  await expect(lab.root.locator('#initial-missing')).toBeHidden();
  const pictures = new Set();
  for (const quantity of ['weights', 'scale', 'activations', 'active', 'gradient', 'step']) {
    await lab.root.locator(`[data-quantity="${quantity}"]`).click();
    await expect(lab.root.locator(`[data-quantity="${quantity}"]`)).toHaveAttribute('aria-pressed', 'true');
    await expect(lab.root.locator('.abouts [data-shown="true"]')).toHaveAttribute('data-about', quantity);
    expect(await cells(lab), `${quantity} of every layer and variant`).toEqual(Array(12).fill(expect.stringMatching(/\d/)));
    pictures.add(await picture(lab));
  }
  expect(pictures.size, 'pictures that differ').toBe(6);
  await screenshot(page, 'layers');
});

test('a variant has the same color here as in the table', async ({ lab }) => {
  await lab.open();
  await lab.shows('recorded');
  const of = (place) => lab.root.locator(`${place} .sample`).evaluateAll((all) => all.map((sample) => getComputedStyle(sample).color));
  const before = await of('#results tbody');
  await lab.row('xavier_normal').hover();
  await lab.row('xavier_normal').locator('.raise').click();
  await expect(lab.rows.nth(1)).toHaveAttribute('data-variant', 'xavier_normal');
  const table = await of('#results tbody');
  expect(table, 'each has kept its own').toEqual([before[0], before[2], before[1]]);
  await lab.tab('layers');
  expect(await of('#initial-variants')).toEqual(table);
});

test('the slider shows the layers at an earlier step, and moves with that of the figure', async ({ lab }) => {
  await lab.open('#layers');
  await lab.shows('recorded');
  const slider = lab.root.locator('#initial [data-scrubber]');
  const step = lab.root.locator('#layers-step');
  await expect(slider).toHaveAttribute('aria-valuetext', 'step 300');
  const [last, drawn] = [await cells(lab), await picture(lab)];
  await lab.scrub(0, slider);
  await expect(step).toHaveText('Before training');
  expect(await cells(lab)).not.toEqual(last);
  expect(await picture(lab)).not.toBe(drawn);
  await expect.poll(() => lab.search()).toContain('at=0');
  await lab.tab('compare');
  await expect(lab.scrubber).toHaveAttribute('aria-valuetext', 'step 0');
  await expect(lab.root.locator('#table-step')).toHaveText('at step 0');
  await lab.scrub(300);
  await lab.tab('layers');
  expect(await cells(lab)).toEqual(last);
});

test('filters, activity and errors of a run follow the slider, too', async ({ lab }) => {
  await lab.open(TINY);
  await lab.run();
  await lab.reach('finished');
  await lab.tab('inside');
  const filters = lab.root.locator('#filters');
  const matrix = lab.root.locator('#chart-confusion');
  await expect(filters).toHaveAttribute('aria-label', /at step 10/);
  await expect(matrix).toHaveAttribute('aria-label', /at step 10/);
  const weights = () => filters.locator('canvas').first().evaluate((canvas) => canvas.toDataURL());
  const last = await weights();
  const slider = lab.root.locator('#inside [data-scrubber]');
  await lab.scrub(2, slider);
  await expect(filters).toHaveAttribute('aria-label', /at step 2\b/);
  await expect(matrix).toHaveAttribute('aria-label', /at step 2\b/);
  await expect(lab.root.locator('#inside-note')).toContainText('at step 2.');
  expect(await weights(), 'the weights of that step').not.toBe(last);
  await lab.scrub(10, slider);
  await expect(filters).toHaveAttribute('aria-label', /at step 10/);
  expect(await weights()).toBe(last);
});

test('the heat map follows the slider', async ({ lab }) => {
  await lab.open();
  await lab.shows('recorded');
  const map = lab.root.locator('#chart-activity');
  const [label, picture] = [await map.getAttribute('aria-label'), await map.evaluate((canvas) => canvas.toDataURL())];
  await lab.scrub(20);
  await expect(map).not.toHaveAttribute('aria-label', label);
  expect(await map.evaluate((canvas) => canvas.toDataURL())).not.toBe(picture);
});
