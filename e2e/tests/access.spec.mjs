// Keyboard, small screens, and what a screen reader gets.

import { expect, test } from '../fixtures.mjs';
import { SMALL, screenshot } from '../lab.mjs';

test('the keyboard alone starts a run', async ({ lab, page }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=40'));
  await lab.reach('ready');
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
  let presses = 0;
  do {
    await page.keyboard.press('Tab');
    presses += 1;
  } while (!/^Run\b/.test(await focused()) && presses < 80);
  await expect(lab.button('Run'), `after ${presses} presses of Tab`).toBeFocused();
  const outline = await lab.button('Run').evaluate((button) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(button);
    return { outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0, shadowed: boxShadow !== 'none' };
  });
  expect(outline.outlined || outline.shadowed, 'focus can be seen').toBe(true);
  await page.keyboard.press('Enter');
  await lab.reach('finished');
});

test('a 360 px phone needs no sideways scrolling', async ({ lab, page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await lab.open(SMALL.replace('steps=400', 'steps=100'));
  await lab.run();
  await lab.reach('finished');
  const [content, screen] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  expect(content, 'width of the content').toBeLessThanOrEqual(screen);
  await screenshot(page, 'narrow-360');
});

test('the legend hides a variant and shows it again', async ({ lab }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=100'));
  await lab.run();
  await lab.reach('finished');
  const entries = lab.legend.getByRole('button').or(lab.legend.getByRole('checkbox'));
  await expect(entries).toHaveCount(3);
  const drawn = (await lab.ink()).hues;
  const [most] = [...drawn.keys()].toSorted((one, other) => drawn[other] - drawn[one]);
  expect(await lab.curves(), 'curves before').toBeGreaterThanOrEqual(3);

  // Pixels of the three hidden in turn: each takes a hue of its own away and nothing comes in its place.
  const gone = new Set();
  for (const index of [0, 1, 2]) {
    await entries.nth(index).click();
    await expect.poll(async () => lost(drawn, (await lab.ink()).hues).length, 'a hue that is gone').toBeGreaterThan(0);
    lost(drawn, (await lab.ink()).hues).forEach((hue) => gone.add(hue));
    await entries.nth(index).click();
    await expect.poll(async () => lost(drawn, (await lab.ink()).hues), 'all hues are back').toEqual([]);
  }
  expect(gone, 'the most used hue belongs to one of them').toContain(most);
  expect(gone.size, 'hues of the three').toBeGreaterThanOrEqual(3);
});

test('every field has a label, every chart a description, and the table the numbers', async ({ lab }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=40'));
  await lab.run();
  await lab.reach('finished');
  const nameless = await lab.html.evaluate(() =>
    [...document.querySelectorAll('form input, form select, form textarea')]
      .filter((field) => field.type !== 'hidden' && !field.labels?.length && !field.getAttribute('aria-label'))
      .map((field) => field.name || field.outerHTML),
  );
  expect(nameless, 'fields without a label').toEqual([]);
  const silent = await lab.html.evaluate(() =>
    [...document.querySelectorAll('canvas')]
      .filter((canvas) => !canvas.closest('[aria-hidden="true"]'))
      .filter((canvas) => !canvas.getAttribute('aria-label') && !canvas.getAttribute('aria-labelledby'))
      .map((canvas) => canvas.id),
  );
  expect(silent, 'charts without a description').toEqual([]);
  await expect(lab.root.locator('#results')).toContainText(/kaiming_normal|Kaiming/);
});

/** The hues that were drawn and of which less than a fifth is left. */
function lost(before, after) {
  return [...before.keys()].filter((hue) => before[hue] >= 60 && after[hue] < before[hue] / 5);
}
