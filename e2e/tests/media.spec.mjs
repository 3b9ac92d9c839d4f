// What visitors have set in their system: forced colors, reduced motion, dark, print.

import { expect, test } from '../fixtures.mjs';
import { Lab, SMALL, screenshot } from '../lab.mjs';

test('with forced colors the lines keep theirs, and what is selected can be seen', async ({ lab, page }) => {
  const colors = () =>
    lab.rows.evaluateAll((rows) => rows.map((row) => getComputedStyle(row.querySelector('.sample')).color));
  await lab.open();
  await lab.shows('recorded');
  const own = await colors();
  await page.emulateMedia({ forcedColors: 'active' });
  expect(await colors(), 'samples of the lines').toEqual(own);
  const looks = (locator) =>
    locator.evaluate((element) => {
      const { backgroundColor, borderTopColor, borderTopStyle, borderTopWidth, color, fontWeight, outlineStyle, outlineWidth, textDecorationLine } =
        getComputedStyle(element);
      return JSON.stringify([
        backgroundColor, borderTopColor, borderTopStyle, borderTopWidth, color, fontWeight, outlineStyle, outlineWidth, textDecorationLine,
      ]);
    });
  for (const [what, one, other] of [
    ['card', lab.card('emergence'), lab.card('scale')],
    ['part', lab.root.locator('#parts [data-to="compare"]'), lab.root.locator('#parts [data-to="layers"]')],
    ['main button', lab.button('Run'), lab.button('Step')],
  ]) {
    expect(await looks(one), `the ${what} that is selected`).not.toBe(await looks(other));
  }
  await screenshot(page, 'forced-colors');
});

test('with forced colors the progress can be seen', async ({ lab, page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await lab.open(SMALL.replace('steps=400', 'steps=40'));
  await lab.reach('ready');
  const bar = lab.root.locator('#bar');
  const empty = await bar.screenshot();
  await lab.run();
  await lab.reach('finished');
  expect((await bar.screenshot()).equals(empty), 'a full bar looks like an empty one').toBe(false);
});

for (const [motion, expected] of [['reduce', 0], ['no-preference', 1]]) {
  test(`with reduced motion set to ${motion}, ${expected} things move while data are loaded`, async ({ page, host }) => {
    const site = await host({ data: null });
    await page.context().route(/\/lab\/data\//, () => {});
    await page.emulateMedia({ reducedMotion: motion });
    const lab = new Lab(page, site);
    await lab.open(SMALL.replace('data=digits', 'data=mnist'));
    await lab.run();
    await lab.reach('training');
    await expect(lab.root.locator('#bar')).not.toHaveAttribute('value');
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(expected);
  });
}

test('the figure follows the colors of the system and of the choice', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  const picture = () => lab.chart.evaluate((canvas) => canvas.toDataURL());
  const light = await picture();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(picture, 'dark, by the system').not.toBe(light);
  const dark = await picture();
  expect(await lab.curves(), 'curves on a dark ground').toBe(3);
  await lab.root.locator('#theme').selectOption('light');
  await expect.poll(picture, 'light, by choice').toBe(light);
  await expect.poll(() => lab.search()).toContain('theme=light');
  await lab.root.locator('#theme').selectOption('auto');
  await expect.poll(picture).toBe(dark);
});

test('in print the figure and the table stay, and controls do not', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  await page.emulateMedia({ media: 'print' });
  await expect(lab.chart).toBeVisible();
  await expect(lab.rows.first()).toBeVisible();
  await expect(lab.verdict).toBeVisible();
  for (const gone of ['#parts', '#toolbar', '#figure-tools', '#scenarios', '#add-variant']) {
    await expect(lab.root.locator(gone), gone).toBeHidden();
  }
});

test('a dark figure is printed in light colors', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  const picture = () => lab.chart.evaluate((canvas) => canvas.toDataURL());
  const light = await picture();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(picture).not.toBe(light);
  const dark = await picture();
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  expect(await picture(), 'on paper').toBe(light);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await expect.poll(picture, 'on the screen again').toBe(dark);
});
