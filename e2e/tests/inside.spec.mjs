// The section "Inside a run": filters, confusion matrix, misclassified images, and images for all networks to classify.

import { expect, test } from '../fixtures.mjs';
import { screenshot } from '../lab.mjs';

const TINY = 'data=digits&train=2000&test=200&model=mlp:32&seeds=1&steps=40&eval=20&batch=64&device=cpu&run=1';

/** Number of colors on a canvas, at most 50. */
const colors = (canvas) =>
  canvas.evaluate((element) => {
    const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
    const seen = new Set();
    for (let at = 0; at < data.length && seen.size < 50; at += 4) {
      seen.add(data.slice(at, at + 4).join());
    }
    return seen.size;
  });

/** The positions of the section's parts in the document, in whole pixels. */
const places = (page) =>
  page.locator('#inside :is(h3, select, #pad, #answers, .canvas):not([hidden] *)').evaluateAll((elements) =>
    elements.map((element) => {
      const { top, height } = element.getBoundingClientRect();
      return [element.id || element.textContent, Math.round(top + scrollY), Math.round(height)].join(' ');
    }),
  );

/** Draws something like a one. */
async function drawStroke(page) {
  const pad = page.locator('#pad');
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await pad.boundingBox();
  await page.mouse.move(x + width * 0.5, y + height * 0.2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.52, y + height * 0.8, { steps: 8 });
  await page.mouse.up();
}

test('the part says that there is nothing yet, and then shows a run', async ({ lab, page }) => {
  await lab.open(TINY.replace('&run=1', ''));
  await lab.reach('ready');
  await lab.tab('inside');
  await expect(page.locator('#filters')).toHaveAttribute('aria-label', /not available yet/);
  await expect(page.locator('#ask-hint')).toContainText('Run');
  // The keys work in every part.
  await page.keyboard.press('Control+Enter');
  await lab.reach('finished');

  const runs = page.locator('#inside-run');
  await expect(runs.locator('option')).toHaveText([
    'Xavier normal, seed 0',
    'Kaiming normal, seed 0',
    'Emergence α 1.5 (Kaiming normal), seed 0',
  ]);
  const pictures = page.locator('#filters canvas');
  await expect(pictures, 'a picture per hidden unit').toHaveCount(32);
  await expect.poll(() => colors(pictures.first()), 'weights of many sizes').toBeGreaterThan(20);
  await expect(page.locator('#filters')).toHaveAttribute('aria-label', /Xavier normal, seed 0.*28 × 28 weights at step 40/);

  await expect(page.locator('#active li'), 'hidden layer and output').toHaveText([/hidden 1\s*\d+\.\d %/, /output\s*\d+\.\d %/]);

  const matrix = page.locator('#chart-confusion');
  await expect(matrix).toHaveAttribute('aria-label', /of 200 correct \(\d+\.\d %\) at step 40\..*classified as|No errors/);
  expect(await colors(matrix), 'the matrix is drawn').toBeGreaterThan(5);
  await expect(page.locator('#mistakes-note')).toContainText(/misclassified image/);
  await expect(page.locator('#mistakes li').first()).toContainText(/\d classified as \d/);
  await screenshot(page, 'inside');

  // Another run has other weights; the selection survives a reset.
  const before = await pictures.first().evaluate((canvas) => canvas.toDataURL());
  await runs.selectOption({ index: 2 });
  await expect(page.locator('#filters')).toHaveAttribute('aria-label', /Emergence/);
  expect(await pictures.first().evaluate((canvas) => canvas.toDataURL()), 'other pictures').not.toBe(before);
  await lab.tab('compare');
  await lab.button('Reset').click();
  await lab.reach('ready');
  await lab.run();
  await lab.reach('finished');
  await lab.tab('inside');
  await expect(page.locator('#filters')).toHaveAttribute('aria-label', /Emergence.*at step 40/);
  await expect(matrix).toHaveAttribute('aria-label', /Emergence.*at step 40/);
});

test('every variant classifies a drawing and a test image', async ({ lab, page }) => {
  await lab.open(`${TINY}#inside`);
  await lab.reach('finished');
  const lines = page.locator('#answers tbody tr');
  await expect(lines, 'a line per variant').toHaveCount(3);
  await drawStroke(page);
  for (const line of await lines.all()) {
    await expect(line.locator('td').first()).toHaveText(/^\d, \d+\.\d %/);
    await expect(line.locator('.shares')).toHaveAttribute('aria-label', /^0 \d+\.\d %, 1 /);
  }
  await expect(page.locator('#asked-note')).toContainText('Your drawing');
  expect(await colors(page.locator('#asked-image')), 'ink with soft edges').toBeGreaterThan(3);

  await page.locator('#ask [data-pick="next"]').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('#asked-note')).toHaveText(/^Test image 0: \d$/);
  await expect(lines.first()).toContainText(/correct|true class: \d/);
  await page.locator('#ask [data-pick="previous"]').click();
  await expect(page.locator('#asked-note'), 'the last one comes before the first').toHaveText(/^Test image 199: \d$/);
  await page.locator('#ask [data-pick="clear"]').click();
  await expect(page.locator('#asked-note')).toHaveText('No image yet');
  await screenshot(page, 'asked');
});

test('nothing moves while it trains, pauses, and answers', async ({ lab, page }) => {
  await lab.open(`${TINY.replace('steps=40', 'steps=20000')}#inside`);
  await lab.reach('training');
  await expect(page.locator('#filters canvas')).toHaveCount(32);
  await expect(page.locator('#mistakes-note'), 'it comes, or has come, and says so').toContainText(/pauses or ends|misclassified/);
  await lab.plotted(20);
  const before = await places(page);
  await page.locator('#ask [data-pick="random"]').click();
  await expect(page.locator('#asked-note')).toHaveText(/^Test image/);
  const first = await page.locator('#filters').getAttribute('aria-label');
  await expect(page.locator('#filters'), 'the pictures follow the training').not.toHaveAttribute('aria-label', first);
  // Space belongs to a button that has the focus.
  await page.locator('#inside-heading').click();
  await page.keyboard.press('Space');
  await lab.reach('paused');
  await expect(page.locator('#chart-confusion')).toHaveAttribute('aria-label', /correct/);
  expect(await places(page), 'the positions are unchanged').toEqual(before);
  await lab.tab('compare');
  await lab.button('Reset').click();
  await lab.reach('ready');
  await lab.tab('inside');
  await expect(page.locator('#ask-hint')).toContainText('press Run');
  await expect(page.locator('#ask [data-pick="random"]')).toBeDisabled();
});

test('feature maps have measures of their own, and other networks none', async ({ lab, page }) => {
  const small = TINY.replace('steps=40', 'steps=4').replace('eval=20', 'eval=2').replace('train=2000', 'train=256');
  await lab.open(small.replace('mlp:32', 'cnn:4'));
  await lab.reach('finished');
  const chart = lab.chart;
  const maps = lab.choice('show').locator('[value="channel_emergence_b"]');
  await lab.choice('show').selectOption('emergence_b');
  await expect(page.locator('#measure-note')).toContainText('derived by this project');
  await expect(maps).not.toHaveAttribute('hidden');
  await lab.choice('show').selectOption('channel_emergence_b');
  await expect(chart).toHaveAttribute('aria-label', /E_B of feature maps: .*10\^/);
  await expect(page.locator('#measure-note')).toContainText('approximation');
  await lab.tab('inside');
  await expect(page.locator('#filters canvas'), 'a picture per filter').toHaveCount(4);
  await expect(page.locator('#active li')).toHaveText([/hidden 1/, /pool 1/, /output/]);
  await lab.tab('compare');

  await lab.button('Reset').click();
  await lab.reach('ready');
  await lab.set({ model: 'mlp:16' });
  await expect(maps, 'no feature maps, no such measure').toHaveAttribute('hidden');
  await expect(chart).toHaveAttribute('aria-label', /^Emergence E_B by/);
  await expect(lab.choice('show')).toHaveValue('emergence_b');
});

test('a 360 px phone shows all of it without sideways scrolling', async ({ lab, page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await lab.open(`${TINY}#inside`);
  await lab.reach('finished');
  await drawStroke(page);
  await expect(page.locator('#asked-note')).toContainText('Your drawing');
  const [content, screen] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  expect(content, 'width of the content').toBeLessThanOrEqual(screen);
  const [table, box] = await page.locator('#ask .scroll').evaluate((element) => [element.scrollWidth, element.clientWidth]);
  expect(table, 'width of the table of answers').toBeLessThanOrEqual(box);
  await screenshot(page, 'inside-360');
});

test('an embed has room for the charts only', async ({ lab, page }) => {
  await lab.open(`${TINY}&embed=1`);
  await lab.reach('finished');
  await expect(page.locator('#inside')).toBeHidden();
});
