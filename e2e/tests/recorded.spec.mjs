// A result is always on the screen: scenarios have recorded ones, drawn before anything is computed; Run replaces them live.

import { gzipSync } from 'node:zlib';
import { expect, test } from '../fixtures.mjs';
import { screenshot } from '../lab.mjs';

/** Everything that belongs to training: the page needs none of it before the first run. */
const WORKER = /worker|\/data\//;
/** A scenario that takes seconds, and whose numbers do not depend on how sums are rounded, as those of very deep networks do. */
const SHORT = 'zeros';

/** Records the responses of a page: their paths, and their sizes as a host that compresses would send them. */
function responsesOf(page) {
  const responses = [];
  page.on('response', (response) => responses.push(response));
  return async () => {
    const sizes = responses.map(async (response) => {
      const body = await response.body().catch(() => Buffer.alloc(0));
      return { path: new URL(response.url()).pathname, gzip: gzipSync(body, { level: 9 }).length };
    });
    return Promise.all(sizes);
  };
}

/** The accuracies in the table, in percent. */
const accuracies = async (lab) => (await lab.rows.locator('.value b').allInnerTexts()).map(parseFloat);

/** Milliseconds from the navigation until the recorded figure is drawn, as measured in the page. */
function watchFigure() {
  new MutationObserver(() => {
    if (document.documentElement.dataset.origin === 'recorded') {
      // The figure is drawn in the same task; it is on the screen at the next frame.
      requestAnimationFrame(() => (window.figureDrawn ??= performance.now()));
    }
  }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-origin'] });
}

for (const [what, query] of [
  ['the page', ''],
  ['a frame', 'embed=1&show=accuracy'],
]) {
  test(`${what} shows a recorded result with less than 500 KB and without the worker`, async ({ lab, page }) => {
    const responses = responsesOf(page);
    await lab.open(query);
    await lab.shows('recorded');
    await page.waitForLoadState('networkidle');
    expect(await lab.curves(), 'curves').toBe(3);
    expect(page.workers().length, 'workers').toBe(0);
    const all = await responses();
    expect(all.filter(({ path }) => WORKER.test(path)), 'requests for training').toEqual([]);
    expect(all.filter(({ path }) => path.endsWith('.bin')), 'one recording').toHaveLength(1);
    const bytes = all.reduce((sum, { gzip }) => sum + gzip, 0);
    expect(bytes, `bytes of ${JSON.stringify(all)}`).toBeLessThan(500_000);
  });
}

test('the recorded figure is drawn within two seconds', async ({ lab, page }) => {
  // One second is the goal; the test leaves room for what else the machine does.
  await page.addInitScript(watchFigure);
  await lab.open();
  await lab.shows('recorded');
  await expect.poll(() => page.evaluate(() => window.figureDrawn ?? 0)).toBeGreaterThan(0);
  expect(await page.evaluate(() => window.figureDrawn), 'ms').toBeLessThan(2000);
});

test('a recorded result says where it comes from, and the page what to do with it', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  expect(await lab.state()).toBe('ready');
  expect(await lab.step(), 'the last recorded step').toBe(300);
  await expect(lab.source).toHaveText(/^Recorded on the CPU, \d{4}-\d\d-\d\d, 15 runs\. Run live computes it here\.$/);
  await expect(lab.verdict).toContainText('Emergence-promoting or Kaiming?');
  await expect(lab.card('emergence')).toHaveAttribute('aria-pressed', 'true');
  await expect(lab.button('Run')).toHaveText('Run live');
  await expect(lab.button('Run')).toHaveAttribute('aria-disabled', 'false');
  await expect(lab.root.locator('#facts')).toContainText('15 runs of');
  await screenshot(page, 'recorded');
});

test('Run replaces the recorded result live, point by point', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  await lab.card(SHORT).click();
  await expect(lab.card(SHORT)).toHaveAttribute('aria-pressed', 'true');
  await expect(lab.rows).toHaveCount(3);
  const recorded = await accuracies(lab);
  const before = await lab.ink();
  await lab.button('Run').click();
  // Until the first live point comes, the recorded result stays.
  await expect(lab.html).toHaveAttribute('data-state', /loading|training/);
  expect(await lab.origin()).toBe('recorded');
  expect(await lab.step()).toBe(200);

  await lab.shows('live');
  await lab.plotted(5);
  expect(await lab.step(), 'from the first step on').toBeLessThan(200);
  await expect(lab.source).toHaveText(/^Live on the CPU, 15 runs\.$/);
  await expect(lab.card(SHORT), 'the recording is no longer shown').toHaveAttribute('aria-pressed', 'false');
  await lab.button('Pause').click();
  await lab.reach('paused');
  const half = (await lab.ink()).hues;
  expect(half.reduce((sum, pixels) => sum + pixels, 0), 'shorter lines').toBeLessThan(
    before.hues.reduce((sum, pixels) => sum + pixels, 0),
  );
  await lab.button('Resume').click();
  await lab.reach('finished');
  await expect(lab.source).toHaveText(/^Computed here on the CPU, 15 runs\.$/);
  const live = await accuracies(lab);
  live.forEach((value, index) => expect(Math.abs(value - recorded[index]), `variant ${index}`).toBeLessThan(0.3));
});

test('every scenario shows its recording, its question and its answer', async ({ lab, page, site }) => {
  await lab.open();
  await lab.shows('recorded');
  site.hits.length = 0;
  const names = await lab.root.locator('#scenarios [data-scenario]').evaluateAll((cards) =>
    cards.map(({ dataset }) => dataset.scenario),
  );
  expect(names.length).toBe(27);
  for (const name of names) {
    const card = lab.card(name);
    await card.click();
    await expect(card, name).toHaveAttribute('aria-pressed', 'true');
    expect(await lab.origin(), name).toBe('recorded');
    const texts = await card.evaluate((button) => ['strong', '.answer'].map((part) => button.querySelector(part).textContent));
    await expect(lab.verdict, name).toHaveText(texts.join(' '));
    expect(await lab.curves(20), `${name}: a curve at least`).toBeGreaterThan(0);
    expect(await lab.rows.locator('.value b').allInnerTexts(), name).toContainEqual(expect.stringMatching(/\d\.\d %/));
    await expect(lab.edited, `${name}: the form has it, too`).toBeHidden();
  }
  expect(page.workers().length, 'nothing was computed').toBe(0);
  expect(site.hits.filter((path) => WORKER.test(path))).toEqual([]);
  expect(site.hits.filter((path) => path.endsWith('.bin')).length, 'a small file each').toBe(27);
});

test('the address of a scenario shows its recording, too', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  await lab.card('scale').click();
  await expect(lab.card('scale')).toHaveAttribute('aria-pressed', 'true');
  const address = page.url();
  expect(lab.search()).toContain('custom(std=0.5)');
  await page.goto('about:blank');
  await page.goto(address);
  await lab.shows('recorded');
  await expect(lab.card('scale')).toHaveAttribute('aria-pressed', 'true');
  // The device changes no statement about initializations.
  await page.goto(`${address}&device=cpu`);
  await lab.shows('recorded');
  await expect(lab.card('scale')).toHaveAttribute('aria-pressed', 'true');
});

test('a recording that is missing is said, and Run computes it', async ({ lab, page, tolerate }) => {
  tolerate(/Failed to load resource.*404.*recorded/);
  await page.route(/recorded\/.*\.bin/, (route) => route.fulfill({ status: 404, body: 'not found' }));
  await lab.open();
  await expect(lab.notices).toContainText('could not be downloaded. Run computes it here.');
  expect(await lab.origin()).toBe('nothing');
  await expect(lab.button('Run')).toHaveAttribute('aria-disabled', 'false');
});

test('a recording that is damaged is said', async ({ lab, page }) => {
  await page.route(/recorded\/.*\.bin/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.body()).subarray(0, 2000) });
  });
  await lab.open();
  await expect(lab.notices).toContainText('The recorded result is damaged');
  expect(await lab.state()).toBe('ready');
});

test('without JavaScript the page shows a picture of the result', async ({ browser, site }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(site.url);
  const poster = page.locator('img.poster');
  await expect(poster).toBeVisible();
  expect(await poster.evaluate((image) => image.naturalWidth), 'the picture is there').toBeGreaterThan(0);
  await context.close();
});
