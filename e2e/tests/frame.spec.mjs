// A frame that is the figure alone (`embed=1&show=…`): any size, a recorded result at once, the worker at the first press.

import { expect, test } from '../fixtures.mjs';
import { Lab, keepTexts, screenshot, texts } from '../lab.mjs';

const TINY = 'data=digits&train=512&test=128&model=mlp:16&init=kaiming_normal,orthogonal&seeds=2&batch=64&steps=10&device=cpu';

/** Whether the whole of an element is inside the window. */
const inside = (locator) =>
  locator.evaluate((element) => {
    const { top, left, bottom, right } = element.getBoundingClientRect();
    return top >= 0 && left >= 0 && bottom <= innerHeight + 0.5 && right <= innerWidth + 0.5;
  });

for (const [width, height] of [[280, 240], [420, 300], [700, 420]]) {
  test(`a frame of ${width} × ${height} is filled by the figure`, async ({ lab, page }) => {
    await keepTexts(page);
    await page.setViewportSize({ width, height });
    await lab.open('embed=1&show=accuracy');
    await lab.shows('recorded');
    const content = await page.evaluate(() => {
      const { scrollWidth, scrollHeight } = document.scrollingElement;
      return [scrollWidth <= innerWidth, scrollHeight <= innerHeight];
    });
    expect(content, 'no scroll bars').toEqual([true, true]);
    for (const [name, part] of Object.entries({ figure: lab.canvas, play: lab.play, source: lab.source, credit: lab.root.locator('#credit') })) {
      await expect(part, name).toBeVisible();
      expect(await inside(part), `${name} is inside`).toBe(true);
    }
    for (const gone of ['#side', '#figure-tools', '#toolbar', '#verdict', '#multiples', '#header', '#scenarios']) {
      await expect(lab.root.locator(gone), gone).toBeHidden();
    }
    const figure = await lab.canvas.boundingBox();
    expect(figure.width, 'the whole width').toBeGreaterThanOrEqual(width - 4);
    expect(figure.height, 'half of the height at least').toBeGreaterThanOrEqual(height / 2);
    expect(await lab.curves(40), 'curves').toBe(3);
    const written = await texts(lab.chart);
    expect(written.map(({ text }) => text), 'a title').toContain('Test accuracy');
    expect(Math.min(...written.map(({ size }) => size)), 'type').toBeGreaterThanOrEqual(12);
    await expect(lab.readout, 'values without a table').toHaveText(/^step 300: Kaiming normal 9\d\.\d %/);
    const [readout, box] = await lab.readout.evaluate((line) => [line.scrollWidth, line.clientWidth]);
    expect(readout, 'all of them').toBeLessThanOrEqual(box);
    await screenshot(page, `frame-${width}`);
  });
}

test('its ground is that of the host', async ({ lab }) => {
  await lab.open('embed=1&show=accuracy');
  await lab.shows('recorded');
  const grounds = await lab.html.evaluate((root) =>
    [root, document.body, document.querySelector('.chart.large')].map((element) => getComputedStyle(element).backgroundColor),
  );
  expect(grounds).toEqual(Array(3).fill('rgba(0, 0, 0, 0)'));
  const corner = await lab.chart.evaluate((canvas) => [...canvas.getContext('2d').getImageData(2, 2, 1, 1).data]);
  expect(corner[3], 'the figure has none either').toBe(0);
});

test('a press computes it live, and the worker is loaded only then', async ({ lab, page, site }) => {
  site.hits.length = 0;
  // Without device=cpu, so that the page asks the browser for a graphics adapter.
  await lab.open(`embed=1&show=accuracy&${TINY.replace('&device=cpu', '')}`);
  await lab.reach('ready');
  expect(site.hits.filter((path) => /worker|\/data\//.test(path)), 'before the press').toEqual([]);
  await expect(lab.play).toHaveText('▶ Run live');
  await lab.play.click();
  await lab.reach('finished');
  expect(await lab.origin()).toBe('live');
  expect(site.hits.filter((path) => path.endsWith('worker_loader.js')), 'after the press').toHaveLength(1);
  expect(site.hits.filter((path) => path.includes('worker_gpu')), 'there is no adapter').toEqual([]);
  await expect(lab.source).toHaveText('Computed here on the CPU, 4 runs.');
  expect(await lab.curves(40)).toBe(2);
});

test('until the first live point the recorded result stays', async ({ lab, page }) => {
  let release;
  const held = new Promise((go) => (release = go));
  await page.route(/worker_bg\.wasm/, async (route) => {
    await held;
    await route.continue();
  });
  await lab.open('embed=1&show=accuracy');
  await lab.shows('recorded');
  const picture = () => lab.chart.evaluate((canvas) => canvas.toDataURL());
  const before = await picture();
  // Not by a click, which would leave a cursor on the figure.
  await lab.play.focus();
  await page.keyboard.press('Enter');
  await lab.reach('loading');
  expect(await lab.origin()).toBe('recorded');
  expect(await picture(), 'the poster').toBe(before);
  release();
  await lab.shows('live');
});

test('hide=run leaves out the button', async ({ lab, page }) => {
  await lab.open('embed=1&show=accuracy&hide=run');
  await lab.shows('recorded');
  await expect(lab.play).toBeHidden();
  await expect(lab.source, 'nor does a text offer it').toHaveText(/^Recorded on the CPU, \d{4}-\d\d-\d\d, 15 runs\.$/);
  await page.keyboard.press('Space');
  await page.keyboard.press('Control+Enter');
  expect(await lab.state(), 'nor do keys start it').toBe('ready');
  await lab.open('hide=run');
  await lab.shows('recorded');
  for (const id of ['run', 'step', 'more-seeds']) {
    await expect(lab.root.locator(`#${id}`), id).toBeHidden();
  }
});

test('a host gets the recorded results as soon as it asks, and the figure follows what it sets', async ({ hosted }) => {
  await hosted.open('embed=1&show=accuracy');
  await expect.poll(() => hosted.types()).toContain('ready');
  const { results, error } = await hosted.ask('results');
  expect(error).toBeUndefined();
  expect(results.variants).toHaveLength(3);
  await hosted.shows('recorded');
  await hosted.ask('config', { query: TINY });
  await expect(hosted.source, 'no curves of another experiment').toHaveText('No result yet.');
  await hosted.ask('config', { query: 'test=2000&model=mlp:64,64,64,64,64,64,64,64,64&init=kaiming_normal,custom(std=0.02),custom(std=0.5)&steps=200' });
  await hosted.shows('recorded');
  await expect(hosted.chart, 'the recording of that scenario').toHaveAttribute('aria-label', /std = 0\.02/);
});

test('several quantities are several figures', async ({ lab, page }) => {
  await page.setViewportSize({ width: 700, height: 420 });
  await lab.open('embed=1&show=accuracy,emergence_b');
  await lab.shows('recorded');
  await expect(lab.chart).toHaveAttribute('aria-label', /^Test accuracy: /);
  const second = lab.root.locator('#chart-small-1');
  await expect(second).toBeVisible();
  await expect(second).toHaveAttribute('aria-label', /^Emergence E_B: .*10\^\d/);
  await expect(lab.root.locator('#chart-small-2')).toBeHidden();
  expect(await inside(second)).toBe(true);
  const [width, height] = await page.evaluate(() => [document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]);
  expect([width, height], 'no scroll bars').toEqual([700, 420]);
  await screenshot(page, 'frame-two');
});

test('height= fixes the height of the figure', async ({ lab, page }) => {
  await page.setViewportSize({ width: 700, height: 600 });
  await lab.open('embed=1&show=accuracy&height=260');
  await lab.shows('recorded');
  const height = await page.evaluate(() => Math.ceil(document.body.getBoundingClientRect().height));
  expect(height, 'all of the content').toBe(260);
  await lab.open('height=500');
  await lab.shows('recorded');
  expect((await lab.canvas.boundingBox()).height, 'on the page, of the chart').toBe(500);
});

test('credit and link lead to the same figure on the full page', async ({ lab, page, context }) => {
  await lab.open('embed=1&show=accuracy&lr=0.02');
  await lab.reach('ready');
  const link = lab.root.locator('#full-link');
  await expect(link).toHaveText('Emergence Lab');
  const opened = context.waitForEvent('page');
  await link.click();
  const full = new Lab(await opened, { url: '', origin: '' });
  await full.reach('ready');
  await expect(full.root.locator('#header')).toBeVisible();
  expect(full.search()).toContain('lr=0.02');
  expect(full.search()).not.toContain('embed');
  await expect(lab.root.locator('#credit')).toContainText('Li, George & Silva 2024');
});

test('the colors are those of the address or of the host, who may change them', async ({ hosted, lab }) => {
  await hosted.open('embed=1&show=accuracy&theme=from-parent');
  await hosted.shows('recorded');
  const picture = () => hosted.chart.evaluate((canvas) => canvas.toDataURL());
  const light = await picture();
  expect((await hosted.ask('theme', { theme: 'dark' })).error).toBeUndefined();
  await expect(hosted.html).toHaveAttribute('data-theme', 'dark');
  expect(await picture(), 'drawn anew').not.toBe(light);
  await hosted.ask('theme', { theme: 'light' });
  expect(await picture()).toBe(light);
  expect((await hosted.ask('theme', { theme: 'pink' })).error).toMatch(/pink/);
  await hosted.open('embed=1&show=accuracy&theme=light');
  await hosted.shows('recorded');
  expect((await hosted.ask('theme', { theme: 'dark' })).error, 'the address has decided').toBeTruthy();
  await lab.open('embed=1&show=accuracy&theme=dark');
  await lab.shows('recorded');
  await expect(lab.html).toHaveAttribute('data-theme', 'dark');
});

test('a frame stays the figure when its address is written anew', async ({ lab, page }) => {
  // What it shows is the default of the page, whose key is not written.
  await lab.open('embed=1&show=accuracy,loss,emergence_b');
  await lab.shows('recorded');
  await expect(lab.html).toHaveAttribute('data-embed', 'figure');
  await page.reload();
  await lab.shows('recorded');
  await expect(lab.html).toHaveAttribute('data-embed', 'figure');
});

test('in print the figure stays, and buttons do not', async ({ lab, page }) => {
  await lab.open('embed=1&show=accuracy');
  await lab.shows('recorded');
  await page.emulateMedia({ media: 'print' });
  await expect(lab.canvas).toBeVisible();
  await expect(lab.play).toBeHidden();
});
