// The example of an article with the element <emergence-lab>: www/examples/blog.html.

import { expect, test } from '../fixtures.mjs';
import { screenshot } from '../lab.mjs';

/** An experiment of about a second on the CPU. */
const QUERY = 'data=digits&train=1024&test=256&seeds=1&steps=20&eval=10&device=cpu&init=kaiming_normal';
/** Posters are made together with the recordings; where they are missing, their alternative texts are shown. */
const POSTER = /404.*recorded\/.*\.svg/s;

for (const width of [1280, 360]) {
  test(`the example shows its recorded figures at ${width} px`, async ({ page, site, tolerate }) => {
    tolerate(POSTER);
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${site.url}examples/blog.html`);
    for (const place of ['figure > iframe', '#low', '#high', '#control']) {
      await page.locator(place).scrollIntoViewIfNeeded();
      const root = page.frameLocator(place.includes('iframe') ? place : `${place} iframe`).locator('html');
      await expect(root.locator('body'), place).toContainText(/recorded on/i);
      expect(await root.evaluate(({ scrollWidth }) => scrollWidth - innerWidth), `${place} is as wide as its frame`).toBe(0);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth), 'no sideways scrolling').toBe(width);
    await page.getByRole('button', { name: 'Compare the results' }).click();
    await expect(page.locator('#outcome')).toHaveText(/plain 92.* rescaled (94\.\d+ %), rate control \1\./);
    await screenshot(page, `blog-${width}`);
  });
}

test('in the example the second of two linked figures runs after the first', async ({ page, site, tolerate }) => {
  test.setTimeout(120_000);
  tolerate(POSTER);
  await page.goto(`${site.url}examples/blog.html`);
  // The same figures with an experiment of a second.
  for (const id of ['low', 'high']) {
    await page.locator(`#${id}`).evaluate((lab, query) => {
      for (const [name, value] of new URLSearchParams(query)) if (name !== 'init') lab.setAttribute(name, value);
    }, QUERY);
  }
  // The lower one may take less time than there is between two looks.
  await page.locator('#comparison').evaluate((place) => {
    window.said = [];
    new MutationObserver(() => window.said.push(place.textContent)).observe(place, { childList: true, characterData: true, subtree: true });
  });
  await page.getByRole('button', { name: 'Run both' }).click();
  const outcome = /^Lead of α = 2 .*: −?\d+\.\d above, −?\d+\.\d below\.$/;
  await expect(page.locator('#comparison')).toHaveText(outcome, { timeout: 60_000 });
  const said = await page.evaluate(() => window.said);
  const first = (text) => said.findIndex((one) => one.startsWith(text));
  expect(first('Above: step'), said.join(' | ')).toBeGreaterThan(-1);
  expect(first('Below: step'), said.join(' | ')).toBeGreaterThan(first('Above: step'));
});
