// What fits where: phones, frames, and large screens.

import { expect, test } from '../fixtures.mjs';
import { SMALL, keepTexts, screenshot, texts } from '../lab.mjs';

const PARTS = ['compare', 'layers', 'inside', 'emergence', 'learn', 'about'];
const DIALOGS = ['setup', 'variant-dialog', 'share', 'keys'];
const QUICK = SMALL.replace('steps=400', 'steps=40');

/** Nothing is wider than the screen. */
async function fits(page, when) {
  const [content, screen] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  expect(content, `width of the content ${when}`).toBeLessThanOrEqual(screen);
}

test('a 360 px phone needs no sideways scrolling in any part, dialog and state', async ({ lab, page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await lab.open(`${QUICK.replace('&device=cpu', '')}&bogus=1`);
  await lab.reach('ready');
  await fits(page, 'ready, with a notice');
  for (const id of DIALOGS) {
    await lab.openDialog(id);
    await lab.root.locator(`#${id}`).evaluate((dialog) => {
      dialog.querySelectorAll('details').forEach((details) => (details.open = true));
    });
    await fits(page, `with the dialog ${id}`);
    const [content, box] = await lab.root.locator(`#${id}`).evaluate((dialog) => [dialog.scrollWidth, dialog.clientWidth]);
    expect(content, `width of the content of ${id}`).toBeLessThanOrEqual(box);
    await screenshot(page, `narrow-360-${id}`);
    await lab.closeDialog();
  }
  await lab.set({ lr: 'much too fast' });
  await fits(page, 'with an error');
  await lab.set({ lr: '0.01' });
  await lab.run();
  await lab.reach('finished');
  for (const part of PARTS) {
    await lab.tab(part);
    await fits(page, `finished, in ${part}`);
    await screenshot(page, `narrow-360-${part}`);
  }
  await lab.tab('compare');
  await lab.set({ lr: '0.02' });
  await expect(lab.edited).toBeVisible();
  await fits(page, 'edited');
  await lab.button('Reset').click();
  await lab.reach('ready');
  await fits(page, 'ready again');
});

test('an embed of 320 px needs no sideways scrolling', async ({ lab, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await lab.open(`embed=1&${QUICK}`);
  await lab.reach('ready');
  await fits(page, 'ready');
  await lab.run();
  await lab.reach('finished');
  await fits(page, 'finished');
});

test('1280 px show the variants beside the figure, without scrolling sideways in the table', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  await fits(page, 'with the recorded result');
  const [side, figure] = await Promise.all(['#side', '#figure'].map((id) => lab.root.locator(id).boundingBox()));
  expect(side.x + side.width, 'the table is beside the figure').toBeLessThanOrEqual(figure.x);
  expect(Math.abs(figure.y - side.y), 'and not below it').toBeLessThanOrEqual(40);
  const [content, box] = await lab.root.locator('#side .scroll').evaluate((table) => [table.scrollWidth, table.clientWidth]);
  expect(content, 'width of the table').toBeLessThanOrEqual(box);
});

for (const [width, height] of [[1280, 900], [360, 740]]) {
  test(`the first screen of ${width} × ${height} has the scenarios, the figure, the verdict and Run`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height });
    await lab.open();
    await lab.shows('recorded');
    await expect(lab.card('emergence'), 'a question').toBeInViewport({ ratio: 1 });
    await expect(lab.canvas, 'the figure').toBeInViewport({ ratio: 1 });
    await expect(lab.button('Run')).toBeInViewport({ ratio: 1 });
    await expect(lab.source, 'where the result comes from').toBeInViewport({ ratio: 1 });
    // At least its first line, and not under the buttons at the bottom.
    const line = await lab.verdict.evaluate((verdict) => {
      const { left, top } = verdict.getBoundingClientRect();
      const { lineHeight } = getComputedStyle(verdict);
      const bottom = top + parseFloat(lineHeight) - 2;
      return { bottom: bottom <= innerHeight, seen: verdict.contains(document.elementFromPoint(left + 20, bottom)) };
    });
    expect(line, 'the verdict').toEqual({ bottom: true, seen: true });
    await screenshot(page, `first-${width}`);
  });

  test(`nothing moves at ${width} × ${height} while a recording arrives and a run is trained`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height });
    await page.addInitScript(() => {
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const { hadRecentInput, value, sources } of list.getEntries()) {
          if (!hadRecentInput) {
            const moved = sources.map(({ node }) => node?.id || node?.className || node?.parentElement?.id || node?.nodeName);
            window.shifts.push({ value, moved: moved.join(' ') });
          }
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
    const shifted = async () => (await page.evaluate(() => window.shifts)).reduce((sum, { value }) => sum + value, 0);
    const said = async () => JSON.stringify(await page.evaluate(() => window.shifts));
    await lab.open();
    await lab.shows('recorded');
    expect(await shifted(), `while it loads: ${await said()}`).toBeLessThan(0.02);

    await lab.open(`${SMALL.replace('steps=400', 'steps=100').replace('seeds=1', 'seeds=2')}&run=1`);
    await lab.reach('finished');
    // What moves after the end is a defect as well; layout shifts are reported with the next frame.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect(await shifted(), `while it trains: ${await said()}`).toBeLessThan(0.02);
  });
}

test('at 200 % nothing scrolls sideways, and nothing that stays in place takes a fifth of the window', async ({ lab, page }) => {
  // 1280 × 900 at 200 %.
  await page.setViewportSize({ width: 640, height: 450 });
  await lab.open();
  await lab.shows('recorded');
  for (const part of PARTS) {
    await lab.tab(part);
    await fits(page, part);
    const stuck = await page.evaluate(() =>
      [...document.querySelectorAll('body *')]
        .filter((element) => /^(fixed|sticky)$/.test(getComputedStyle(element).position) && element.checkVisibility())
        .filter((element) => element.localName !== 'th')
        .map((element) => element.getBoundingClientRect().height),
    );
    expect(Math.max(0, ...stuck), `the tallest that stays, in ${part}`).toBeLessThan(90);
  }
});

test('type is large enough: 12 px, and 16 px on the figure of a large screen', async ({ lab, page }) => {
  await keepTexts(page);
  await lab.open();
  await lab.shows('recorded');
  const smallest = async () => Math.min(...(await texts(lab.chart)).map(({ size }) => size));
  for (const [width, height, least] of [[360, 740, 12], [1280, 900, 12], [1920, 1080, 16]]) {
    await page.setViewportSize({ width, height });
    await expect.poll(smallest, `on the figure at ${width}`).toBeGreaterThanOrEqual(least);
  }
  for (const part of PARTS) {
    await lab.tab(part);
    const small = await page.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = [];
      while (walker.nextNode()) {
        const { parentElement: element, textContent } = walker.currentNode;
        // Formulas have subscripts.
        if (textContent.trim() && element.checkVisibility() && !element.closest('math, sub, sup')) {
          const size = parseFloat(getComputedStyle(element).fontSize);
          if (size < 12) {
            found.push(`${textContent.trim().slice(0, 30)}: ${size} px`);
          }
        }
      }
      return found;
    });
    expect(small, `texts below 12 px in ${part}`).toEqual([]);
  }
});
