// Moving in the figure: parts of the training by choice, pointer, wheel, fingers and keys; and the slider over the steps.

import { expect, test } from '../fixtures.mjs';
import { keepTexts, texts } from '../lab.mjs';

/** The zoom in the address. */
const zoom = (lab) => lab.search().match(/zoom=([^&]*)/)?.[1] ?? 'all';

/** The steps that are shown, of a zoom by hand. */
const range = (lab) => zoom(lab).split('..').map(Number);

/** Where a part of the figure's width is, on the screen. */
async function at(lab, part) {
  const { x, y, width, height } = await lab.canvas.boundingBox();
  return [x + width * part, y + height * 0.5];
}

test.beforeEach(async ({ lab, page }) => {
  await keepTexts(page);
  await lab.open();
  await lab.shows('recorded');
});

test('zooming by choice shows the first steps or the second half', async ({ lab, page }) => {
  for (const [choice, first, last] of [['early', 0, 50], ['plateau', 150, 300], ['all', 0, 300]]) {
    await lab.choice('zoom').selectOption(choice);
    await expect.poll(() => zoom(lab)).toBe(choice);
    await lab.canvas.focus();
    await page.keyboard.press('End');
    await expect(lab.readout, 'the keys stay in it').toHaveText(new RegExp(`^step ${last}: `));
    await page.keyboard.press('Home');
    await expect(lab.readout).toHaveText(new RegExp(`^step ${first}: `));
    await page.keyboard.press('Escape');
  }
});

test('zooming to the second half uses the height for it', async ({ lab }) => {
  await lab.choice('zoom').selectOption('plateau');
  const percents = (await texts(lab.chart)).map(({ text }) => Number(text)).filter((number) => number > 0 && number <= 100);
  expect(Math.min(...percents), 'the lowest label of the vertical axis').toBeGreaterThan(80);
});

test('zooming by dragging, and back by a double click', async ({ lab, page }) => {
  await page.mouse.move(...(await at(lab, 0.2)));
  await page.mouse.down();
  await page.mouse.move(...(await at(lab, 0.5)), { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => zoom(lab)).toMatch(/^\d+\.\.\d+$/);
  const [from, to] = range(lab);
  expect(from).toBeGreaterThan(10);
  expect(to).toBeGreaterThan(from + 40);
  expect(to).toBeLessThan(290);
  await expect(lab.choice('zoom').locator('option:checked'), 'the choice says what is shown').toContainText(`${from}`);
  // A press without movement is none.
  await page.mouse.click(...(await at(lab, 0.4)));
  expect(range(lab)).toEqual([from, to]);
  await page.mouse.dblclick(...(await at(lab, 0.4)));
  await expect.poll(() => zoom(lab)).toBe('all');
  await expect(lab.choice('zoom')).toHaveValue('all');
});

test('zooming by the wheel with Ctrl, around the pointer; without it the page scrolls', async ({ lab, page }) => {
  await page.mouse.move(...(await at(lab, 0.3)));
  await page.mouse.wheel(0, 200);
  await expect.poll(() => page.evaluate(() => scrollY), 'the page scrolls').toBeGreaterThan(100);
  expect(zoom(lab)).toBe('all');
  await page.mouse.wheel(0, -200);
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);

  await page.mouse.move(...(await at(lab, 0.3)));
  const under = await lab.readout.innerText();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -100);
  await expect.poll(() => zoom(lab)).not.toBe('all');
  const [from, to] = range(lab);
  expect(to - from, 'a third less').toBeLessThanOrEqual(201);
  await page.mouse.wheel(0, 100);
  await page.mouse.wheel(0, 100);
  await page.keyboard.up('Control');
  await expect.poll(() => zoom(lab), 'all of it, and not more').toBe('all');
  await expect(lab.readout, 'the step under the pointer is the same').toHaveText(under);
});

test('zooming by keys', async ({ lab, page }) => {
  await lab.canvas.focus();
  await page.keyboard.press('+');
  await expect.poll(() => zoom(lab)).toBe('50..250');
  await page.keyboard.press('-');
  await expect.poll(() => zoom(lab)).toBe('all');
  await page.keyboard.press('+');
  await page.keyboard.press('0');
  await expect.poll(() => zoom(lab)).toBe('all');
});

test('zooming by two fingers', async ({ lab }) => {
  const [middle, y] = await at(lab, 0.4);
  const fingers = (type, distance) =>
    [1, 2].map((pointerId) => [
      type,
      { pointerId, pointerType: 'touch', bubbles: true, clientX: middle + (pointerId === 1 ? -distance : distance), clientY: y },
    ]);
  for (const [type, init] of [...fingers('pointerdown', 40), ...fingers('pointermove', 40), ...fingers('pointermove', 90)]) {
    await lab.canvas.dispatchEvent(type, init);
  }
  for (const [type, init] of fingers('pointerup', 90)) {
    await lab.canvas.dispatchEvent(type, init);
  }
  await expect.poll(() => zoom(lab)).toMatch(/^\d+\.\.\d+$/);
  const [from, to] = range(lab);
  expect(to - from, 'fewer steps than before').toBeLessThan(200);
});

test('the slider shows the values at an earlier step', async ({ lab, page }) => {
  const last = await lab.rows.locator('.value b').allInnerTexts();
  await lab.scrub(20);
  await expect(lab.root.locator('#table-step')).toHaveText('at step 20');
  await expect(lab.row('kaiming_normal').locator('.value b')).toHaveText(/^7\d\.\d %$/);
  // The lead of which the scenario tells.
  await expect(lab.row('emergence(kaiming_normal;alpha=1.5)').locator('.comparison')).toHaveText(/^\+[56]\.\d \[.*\]$/);
  await expect(lab.readout).toHaveText(/^step 20: Kaiming normal 7\d\.\d %/);
  await expect.poll(() => lab.search()).toContain('at=20');
  await expect(lab.scrubber).toHaveAttribute('aria-valuetext', 'step 20');
  await page.reload();
  await lab.shows('recorded');
  await expect(lab.root.locator('#table-step')).toHaveText('at step 20');
  await lab.scrub(300);
  await expect.poll(() => lab.search(), 'the last step is the default').not.toContain('at=');
  expect(await lab.rows.locator('.value b').allInnerTexts()).toEqual(last);
});

test('the arrow keys move the slider from evaluation to evaluation', async ({ lab, page }) => {
  await lab.scrubber.focus();
  for (const step of [250, 200, 150]) {
    await page.keyboard.press('ArrowLeft');
    await expect(lab.root.locator('#table-step')).toHaveText(`at step ${step}`);
  }
  await page.keyboard.press('ArrowRight');
  await expect(lab.root.locator('#table-step')).toHaveText('at step 200');
  await page.keyboard.press('Home');
  await expect(lab.root.locator('#table-step')).toHaveText('at step 0');
});

test('the readout stands below the figure, not over it', async ({ lab, page }) => {
  await page.mouse.move(...(await at(lab, 0.5)));
  await expect(lab.readout).toHaveText(/^step \d+: /);
  const [figure, readout] = await Promise.all([lab.canvas.boundingBox(), lab.readout.boundingBox()]);
  expect(readout.y).toBeGreaterThanOrEqual(figure.y + figure.height);
});
