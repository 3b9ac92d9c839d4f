// The presentation: the figure in large type, for a projector.

import { expect, test } from '../fixtures.mjs';
import { keepTexts, screenshot, texts } from '../lab.mjs';

/** The font sizes of all visible texts of the page, in CSS pixels, with the texts. */
const sizes = (page) =>
  page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const { parentElement: element, textContent } = walker.currentNode;
      const { width, height } = element.getBoundingClientRect();
      const clipped = getComputedStyle(element).clipPath !== 'none' || element.closest('.unseen, thead');
      if (textContent.trim() && width > 1 && height > 1 && !clipped && element.checkVisibility({ opacityProperty: true })) {
        found.push([parseFloat(getComputedStyle(element).fontSize), textContent.trim()]);
      }
    }
    return found;
  });

test.use({ viewport: { width: 1920, height: 1080 } });

test('P presents in large type, and Escape ends it', async ({ lab, page }) => {
  await keepTexts(page);
  await lab.open();
  await lab.shows('recorded');
  await page.keyboard.press('p');
  await expect(lab.html).toHaveAttribute('data-present');
  for (const gone of ['#header', '#scenarios', '#figure-tools', '#multiples']) {
    await expect(lab.root.locator(gone), gone).toBeHidden();
  }
  // Figure, values and transport are on the screen at once.
  for (const there of [lab.chart, lab.rows.last(), lab.verdict, lab.button('Run'), lab.scrubber]) {
    await expect(there).toBeInViewport({ ratio: 1 });
  }
  const small = (await sizes(page)).filter(([size]) => size < 24);
  expect(small, 'texts below 24 px').toEqual([]);
  await expect.poll(async () => Math.min(...(await texts(lab.chart)).map(({ size }) => size)), 'on the figure').toBeGreaterThanOrEqual(24);
  await expect(lab.chart, 'its title is on it').toHaveAttribute('aria-label', /^Test accuracy/);
  expect((await texts(lab.chart)).map(({ text }) => text)).toContain('Test accuracy');
  const [content, width] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(width);
  await screenshot(page, 'present');
  await page.keyboard.press('Escape');
  await expect(lab.html).not.toHaveAttribute('data-present');
  await expect(lab.root.locator('#header')).toBeVisible();
  expect(await page.evaluate(() => document.fullscreenElement), 'nor the full screen').toBeNull();
});

test('the arrows walk the scenarios in the order of their cards', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  const names = await lab.root.locator('#scenarios [data-scenario]').evaluateAll((cards) => cards.map(({ dataset }) => dataset.scenario));
  await lab.root.locator('#present').click();
  await page.keyboard.press('ArrowLeft');
  const pressed = lab.root.locator('#scenarios [aria-pressed="true"]');
  await expect(pressed, 'the last one comes before the first').toHaveAttribute('data-scenario', names.at(-1));
  for (const name of names.slice(0, 8)) {
    await page.keyboard.press('ArrowRight');
    await expect(pressed).toHaveAttribute('data-scenario', name);
    await expect(lab.verdict).toContainText(await lab.card(name).locator('strong').textContent());
  }
  expect(page.workers().length, 'nothing is computed').toBe(0);
});

test('Space runs and pauses in the presentation', async ({ lab, page }) => {
  await lab.open('data=digits&train=512&test=128&model=mlp:16&seeds=2&steps=100000&device=cpu');
  await lab.reach('ready');
  await page.keyboard.press('p');
  await page.keyboard.press('Space');
  await lab.plotted(2);
  await page.keyboard.press('Space');
  await lab.reach('paused');
  await expect(lab.html).toHaveAttribute('data-present');
});
