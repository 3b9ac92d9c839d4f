// Sentences as visitors have them: own files, and Multi30k, which is downloaded only after its license was accepted.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, needsData, test } from '../fixtures.mjs';
import { Lab, screenshot } from '../lab.mjs';
import { DATA } from '../server.mjs';

const MIRROR = 'https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/';
const FILES = ['train.de.gz', 'train.en.gz', 'test_2016_flickr.de.gz', 'test_2016_flickr.en.gz'];
/** Small enough for every browser test. */
const TINY = 'model=transformer:16x1&length=12&init=xavier_normal,fairseq&batch=16&steps=4&eval=2&device=cpu';

const WHO = [['Der Hund', 'The dog'], ['Die Katze', 'The cat'], ['Ein Kind', 'A child'], ['Der Mann', 'The man'], ['Eine Frau', 'A woman']];
const WHAT = [['läuft', 'runs'], ['schläft', 'sleeps'], ['spielt', 'plays'], ['wartet', 'waits']];
const WHERE = [['im Garten', 'in the garden'], ['am Fluss', 'at the river'], ['im Haus', 'in the house']];

/** Sixty sentences with their translations, and one that is too long. */
function pairs() {
  const all = WHO.flatMap((who) => WHAT.flatMap((what) => WHERE.map((where) => [0, 1].map((side) => `${who[side]} ${what[side]} ${where[side]}.`))));
  return [...all, ['lang '.repeat(40).trim(), 'long '.repeat(40).trim()]];
}

const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

test('a table of sentences is read, learned and translated', async ({ lab, page }) => {
  await lab.open('data=digits&device=cpu');
  await lab.reach('ready');
  const table = pairs().map((pair) => `${pair.join('\t')}\tCC-BY`).join('\n');
  await page.locator('#file-input').setInputFiles([file('deu.txt', table)]);
  await expect(lab.field('data'), 'sentences, not images').toHaveValue('text');
  await expect(page.locator('#files-status')).toContainText('pairs of sentences');
  await expect(await lab.reveal('vocab')).toBeVisible();
  await expect(lab.field('pair').locator('option:not([hidden])')).toHaveCount(2);
  await lab.closeDialog();
  await lab.set({ model: 'transformer:16x1', vocab: '120', length: '12', batch: '16', steps: '4', eval: '2' });
  await lab.run();
  await lab.reach('finished');
  await expect(lab.choice('show'), 'the figure shows what is compared').toHaveValue('accuracy');
  await expect(page.locator('#results')).toContainText('Token accuracy');
  await expect(page.locator('#samples-place'), 'what is left out is said').toContainText(/\d+ of 51 training pairs/);
  expect(lab.search()).toContain('data=text');

  await lab.tab('inside');
  await page.locator('#sentence').fill('Die Katze wartet');
  const lines = page.locator('#translations tbody tr');
  await expect(lines).toHaveCount(3);
  await expect(page.locator('#sentence-note')).toContainText('▁');
  await page.locator('#translate [data-pick="next"]').click();
  await expect(page.locator('#sentence-note')).toContainText('Test sentence 0');
  await expect(lines.first().locator('td').nth(1)).toContainText('chrF');
  await screenshot(page, 'texts-inside');
});

test('two gzipped files whose lines correspond are read, and translated in the other direction', async ({ lab, page }) => {
  await lab.open(`data=text&pair=back&vocab=120&${TINY}`);
  await expect(lab.field('pair')).toHaveValue('back');
  const side = (index) => gzipSync(pairs().map((pair) => pair[index]).join('\n'));
  await page.locator('#file-input').setInputFiles([
    { name: 'train.de.gz', mimeType: 'application/gzip', buffer: side(0) },
    { name: 'train.en.gz', mimeType: 'application/gzip', buffer: side(1) },
  ]);
  await expect(page.locator('#files-status')).toContainText('pairs of sentences');
  await expect(lab.field('pair'), 'the direction stays').toHaveValue('back');
  await lab.run();
  await lab.reach('finished');
  await expect(page.locator('#samples-place li').first()).toContainText(/The|A/);
  const bleu = await page.evaluate(() => document.querySelector('[data-figure="show"] option[value="bleu"]').hidden);
  expect(bleu, 'BLEU is offered').toBe(false);
});

test('files that are no pairs are refused, and say why', async ({ lab, page }) => {
  await lab.open('data=text&device=cpu');
  await lab.reach('ready');
  await page.locator('#file-input').setInputFiles([file('only.txt', 'a sentence\nanother one\n')]);
  await expect(page.locator('#files-refused')).toContainText('only.txt: expected a sentence, a tab and its translation');
  await page.locator('#file-input').setInputFiles([file('a.de', 'x\ny\n'), file('a.en', 'x\n')]);
  await expect(page.locator('#files-refused')).toContainText('a.en: expected 2 lines, one for each line of a.de, got 1');
});

test('Multi30k is downloaded only after its license was accepted', async ({ page, host, tolerate }) => {
  needsData('multi30k');
  test.setTimeout(90_000);
  tolerate(/Failed to load resource.*404.*\/lab\/data\//);
  const site = await host({ data: null });
  const asked = [];
  await page.context().route(`${MIRROR}**`, async (route) => {
    const name = route.request().url().slice(MIRROR.length);
    asked.push(name);
    const headers = { 'access-control-allow-origin': '*', 'content-type': 'application/octet-stream' };
    await route.fulfill({ body: await readFile(join(DATA, 'multi30k', name)), headers });
  });
  const lab = new Lab(page, site);
  await lab.open(`data=multi30k&${TINY}&vocab=1000&train=200&test=20`);
  await lab.run();
  await expect(lab.notices).toContainText('CC BY-NC-SA 4.0');
  await expect(lab.notices).toContainText('raw.githubusercontent.com');
  expect(asked, 'nothing was downloaded').toEqual([]);
  await screenshot(page, 'license');
  await lab.offer('Accept and download').click();
  await lab.reach('finished');
  expect(asked.toSorted(), 'all files').toEqual(FILES.toSorted());
  await expect(page.locator('#samples-place')).toContainText('of 29,000 training pairs');
  await expect(page.locator('#samples-place')).toContainText('1,000 symbols');
});

test('a page that has Multi30k beside it asks nothing', async ({ lab, page }) => {
  needsData('multi30k');
  await lab.open(`data=multi30k&${TINY}&vocab=1000&train=200&test=20`);
  await lab.run();
  await lab.reach('finished');
  await expect(lab.notices).not.toContainText('CC BY');
  await lab.tab('inside');
  await expect(page.locator('#translated-samples li')).toHaveCount(5);
});
