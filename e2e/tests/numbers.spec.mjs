// Transformers: numbers are translated, in the figure, the table and the section "Inside a run".

import { expect, test } from '../fixtures.mjs';
import { screenshot } from '../lab.mjs';

/** Small enough for every browser test, long enough that something is learned: names of digits, one layer in each stack. */
const TINY =
  'data=numbers&pair=digits-en&model=transformer:16x1&init=xavier_normal,fairseq&train=2000&test=40&seeds=1&steps=40&eval=20&device=cpu&run=1';

test('a transformer is trained and compared by exact match', async ({ lab, page }) => {
  await lab.open(TINY);
  await lab.reach('finished');
  await expect(lab.choice('show'), 'the figure shows what is compared').toHaveValue('exact_match');
  await expect(lab.rows).toHaveCount(2);
  await expect(page.locator('#results')).toContainText('Exact match');
  expect(await lab.curves(20), 'two curves').toBeGreaterThanOrEqual(2);
});

test('all variants translate what is typed, and show where they look', async ({ lab, page }) => {
  await lab.open(`${TINY}#inside`);
  await lab.reach('finished');
  await expect(page.locator('#filters'), 'nothing of images').toBeHidden();
  await expect(page.locator('#ask')).toBeHidden();

  await page.locator('#sentence').fill('4 2');
  const lines = page.locator('#translations tbody tr');
  await expect(lines).toHaveCount(2);
  await expect(page.locator('#sentence-note')).toContainText('forty two');
  for (const line of await lines.all()) {
    await expect(line.locator('td').nth(1)).toHaveText(/^[✓✗] /);
    await expect(line.locator('td').nth(2)).toHaveText(/^[−-]?\d+\.\d+$/);
  }
  // A row for every symbol of the translation and its end; two digits were typed.
  const attention = page.locator('#attention');
  await expect(attention.locator('thead th')).toHaveText(['4', '2']);
  await expect(attention.locator('tbody tr').last().locator('th')).toHaveText('</s>');
  const shares = await attention.locator('tbody tr').first().locator('td').allInnerTexts();
  expect(shares.map(Number).reduce((sum, share) => sum + share, 0), 'shares of all symbols').toBeCloseTo(100, -1);
  await expect(page.locator('#attention-head option')).toHaveCount(5);
  await page.locator('#attention-head').selectOption({ index: 2 });
  await expect(attention.locator('thead th')).toHaveText(['4', '2']);

  await page.locator('#sentence').fill('4 banana');
  await expect(page.locator('#sentence-note')).toContainText('1 word');
  await page.locator('#translate [data-pick="next"]').click();
  await expect(page.locator('#sentence-note')).toContainText('Test sentence 0');
  await screenshot(page, 'translations');
});

test('translations of test sentences are kept at every evaluation', async ({ lab, page }) => {
  await lab.open(`${TINY}#inside`);
  await lab.reach('finished');
  const sentences = page.locator('#translated-samples li');
  await expect(sentences).toHaveCount(5);
  await expect(page.locator('#translated-note')).toContainText('step 40');
  const slider = page.locator('#inside [data-scrubber]');
  await lab.scrub(0, slider);
  await expect(page.locator('#translated-note')).toContainText('step 0');
  await expect(sentences.first().locator('tr')).toHaveCount(2);
});

test('the choice of data brings the experiment of its kind', async ({ lab }) => {
  await lab.open('data=digits&device=cpu');
  await lab.reach('ready');
  await lab.set({ data: 'numbers' });
  await expect(lab.field('model')).toHaveValue('transformer:32');
  await expect(lab.field('norm')).toHaveValue('pre');
  expect(lab.search(), 'nothing else is written').toContain('data=numbers');
  expect(lab.search()).not.toContain('model=');
  await lab.set({ data: 'digits' });
  await expect(lab.field('model')).toHaveValue(/^(mlp|cnn|resnet):/);
});
