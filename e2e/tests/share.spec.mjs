// Sharing: a link, the code of a frame, the figure as a picture, and the data. Everything belongs to what is shown.

import { readFile } from 'node:fs/promises';
import { expect, test } from '../fixtures.mjs';
import { Lab, screenshot } from '../lab.mjs';

const TINY = 'data=digits&train=512&test=128&model=mlp:16&init=kaiming_normal,orthogonal&seeds=2&batch=64&steps=10&device=cpu';

/** Presses a button of the dialog, and resolves to the file that it saves. */
async function download(lab, name) {
  const saved = lab.page.waitForEvent('download');
  await lab.share.locator(`[data-export="${name}"]`).click();
  const file = await saved;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

test('the link shows the same result in the same way', async ({ lab, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await lab.open();
  await lab.shows('recorded');
  await lab.choice('show').selectOption('difference');
  await lab.choice('zoom').selectOption('early');
  await lab.openDialog('share');
  const link = lab.root.locator('#share-link');
  expect(decodeURIComponent(await link.inputValue())).toBe(decodeURIComponent(page.url()));
  await screenshot(page, 'share');
  await lab.share.locator('[data-export="link"]').click();
  await expect(lab.root.locator('#export-status')).toHaveText('Link copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await link.inputValue());
  await lab.share.locator('[name="share-start"][value="run"]').check();
  await expect(link, 'a run at once').toHaveValue(/&run=1\b/);
  await lab.share.locator('[name="share-start"][value="recorded"]').check();
  await expect(link, 'the result alone').toHaveValue(/&hide=run\b/);
  await lab.share.locator('[name="share-start"][value="press"]').check();
  await expect(link).not.toHaveValue(/run/);
  await expect(lab.root.locator('#share-title')).toHaveValue('Test accuracy, difference from the baseline · Emergence Lab');
  await expect(lab.root.locator('#share-unrecorded'), 'a scenario travels with its result').toBeHidden();
  const picture = await lab.chart.evaluate((canvas) => canvas.toDataURL());
  await page.goto(await link.inputValue());
  await lab.shows('recorded');
  expect(await lab.chart.evaluate((canvas) => canvas.toDataURL()), 'the same picture').toBe(picture);
});

test('the code of a frame is a figure in another page', async ({ lab, page, context, site }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await lab.open();
  await lab.shows('recorded');
  await lab.openDialog('share');
  await lab.root.locator('#share-height').fill('300');
  await lab.root.locator('#share-title').fill('"Kaiming" & others');
  await lab.root.locator('#share-theme').selectOption('dark');
  await lab.share.locator('[data-export="embed"]').click();
  await expect(lab.root.locator('#export-status')).toHaveText('Embed code copied');
  const code = await page.evaluate(() => navigator.clipboard.readText());
  expect(code).toBe(await lab.root.locator('#share-code').inputValue());

  await page.goto(`${site.origin}/pages/two.html`);
  await page.evaluate((code) => (document.body.innerHTML = code), code);
  const frame = page.locator('iframe');
  await expect(frame).toHaveAttribute('title', '"Kaiming" & others');
  await expect(frame).toHaveAttribute('height', '300');
  await expect(frame).toHaveAttribute('loading', 'lazy');
  const figure = new Lab(page, site, page.frameLocator('iframe'));
  await figure.shows('recorded');
  await expect(figure.html).toHaveAttribute('data-embed', 'figure');
  await expect(figure.html).toHaveAttribute('data-theme', 'dark');
});

test('the dialog shows a preview of the frame', async ({ lab, page, site }) => {
  await lab.open();
  await lab.shows('recorded');
  await lab.card('scale').click();
  await expect(lab.card('scale')).toHaveAttribute('aria-pressed', 'true');
  await lab.openDialog('share');
  const frame = lab.share.locator('#share-frame');
  await expect(frame, 'not before it is wanted').not.toHaveAttribute('src');
  await lab.share.locator('#share-preview summary').click();
  const inner = new Lab(page, site, page.frameLocator('#share-frame'));
  await inner.shows('recorded');
  await expect(inner.html).toHaveAttribute('data-embed', 'figure');
  expect(await inner.curves(20), 'curves of the scenario').toBeGreaterThan(1);
  await lab.root.locator('#share-height').fill('300');
  await expect(frame).toHaveAttribute('height', '300');
  await lab.root.locator('#share-height').fill('many');
  await expect(frame, 'what is no height is ignored').toHaveAttribute('height', '420');
  await lab.root.locator('#share-theme').selectOption('dark');
  await expect(inner.html).toHaveAttribute('data-theme', 'dark');
});

test('the figure is saved as SVG and PNG, with names and marks', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  await lab.card('scale').click();
  await expect(lab.card('scale')).toHaveAttribute('aria-pressed', 'true');
  await lab.openDialog('share');
  const svg = await download(lab, 'figure');
  const text = svg.bytes.toString();
  expect(svg.name).toMatch(/^[a-z-]+-kaiming_normal-.*\.svg$/);
  expect(text).toMatch(/^<svg\b/);
  for (const word of ['Kaiming normal', 'std = 0.02', 'std = 0.5', 'diverged at step 2, 5 of 5', 'test accuracy (%)']) {
    expect(text, word).toContain(word);
  }
  expect(await page.evaluate((text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror'), text)).toBeNull();

  const png = await download(lab, 'png');
  expect(png.name).toMatch(/\.png$/);
  expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
  const [, width, height] = text.match(/^<svg[^>]* width="(\d+)" height="(\d+)"/).map(Number);
  expect([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)], 'the same at twice the resolution').toEqual([2 * width, 2 * height]);

  const sheet = (await download(lab, 'svg')).bytes.toString();
  for (const title of ['Test accuracy', 'Train loss', 'Emergence']) {
    expect(sheet, 'four figures').toContain(title);
  }
});

test('the data are saved as CSV and JSON, of what is shown and not of what is edited', async ({ lab }) => {
  await lab.open(TINY);
  await lab.run();
  await lab.reach('finished');
  await lab.set({ lr: '0.5' });
  await expect(lab.edited).toBeVisible();
  await lab.openDialog('share');
  await expect(lab.root.locator('#share-link')).not.toHaveValue(/lr=/);
  await expect(lab.root.locator('#share-unrecorded'), 'readers must run it').toBeVisible();
  const json = JSON.parse((await download(lab, 'json')).bytes.toString());
  expect(json.schema).toBe('emergence-lab/1');
  expect(json.query).toBe(TINY);
  const csv = (await download(lab, 'csv')).bytes.toString().trim().split('\n');
  const header = csv[0].split(',');
  expect(header).toEqual(['variant', 'seed', 'step', 'quantity', 'value']);
  const lines = csv.slice(1).filter((line) => line.includes('orthogonal') && line.includes('test_accuracy'));
  expect(lines.length, 'two seeds, evaluated at 0, 1, 2, 5 and 10').toBe(10);
  const last = json.variants[1].runs[1].test_accuracy.at(-1)[1];
  expect(lines.at(-1)).toContain(`${last}`.slice(0, 6));
});

test('every export of an unfinished run says how far it has come', async ({ lab }) => {
  await lab.open(TINY.replace('steps=10', 'steps=5000'));
  await lab.run();
  await lab.plotted(1);
  await lab.button('Pause').click();
  await lab.reach('paused');
  const step = await lab.step();
  await lab.openDialog('share');
  expect(JSON.parse((await download(lab, 'json')).bytes.toString()).unfinished_at).toBe(step);
  const [header, ...lines] = (await download(lab, 'csv')).bytes.toString().trim().split('\n');
  expect(header).toBe('variant,seed,step,quantity,value,unfinished_at,planned_steps');
  expect(lines.filter((line) => !line.endsWith(`,${step},5000`))).toEqual([]);
  for (const drawing of ['svg', 'figure']) {
    expect((await download(lab, drawing)).bytes.toString(), drawing).toContain(`Unfinished: step ${step} of 5000.</desc>`);
  }
});

test('before there is a result only links can be copied', async ({ lab }) => {
  await lab.open(TINY);
  await lab.reach('ready');
  await lab.openDialog('share');
  for (const name of ['link', 'embed']) {
    await expect(lab.share.locator(`[data-export="${name}"]`), name).toBeEnabled();
  }
  for (const name of ['figure', 'png', 'svg', 'csv', 'json']) {
    await expect(lab.share.locator(`[data-export="${name}"]`), name).toBeDisabled();
  }
});

test('without access to the clipboard the code is shown instead', async ({ lab, page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error('refused')) } });
  });
  await lab.open(TINY);
  await lab.reach('ready');
  await lab.openDialog('share');
  await lab.share.locator('[data-export="embed"]').click();
  await expect(lab.root.locator('#export-status')).toContainText('<iframe src=');
});
