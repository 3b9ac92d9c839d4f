// The visitor's own files: what each is used for, and formats that only other programs write.

import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from '../fixtures.mjs';
import { screenshot } from '../lab.mjs';

const START = 'data=digits&model=mlp:8&init=pytorch&seeds=1&batch=2&steps=2&eval=2&device=cpu';
const binary = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

/** CIFAR-10 records, one for each label. */
const batch = (...labels) => Buffer.concat(labels.map((label) => Buffer.concat([Buffer.from([label]), Buffer.alloc(3072, 20 * label)])));

/** A file of the native tests, which other programs have written. */
async function foreign(name) {
  const reference = JSON.parse(await readFile(new URL('../../tests/data/data_files_reference.json', import.meta.url), 'utf8'));
  return binary(name, Buffer.from(reference.files[name], 'hex'));
}

test('the use of each file is listed, and one click changes it', async ({ lab, page }) => {
  await lab.open(START);
  await lab.reach('ready');
  await page.locator('#file-input').setInputFiles([
    binary('train_1.bin', batch(0, 1, 2, 3, 4, 5)),
    binary('val.bin', batch(6, 7)),
    binary('._val.bin', Buffer.from('x')),
  ]);
  await expect(lab.filesStatus).toContainText('5 training and 1 test examples');
  await expect(lab.filesStatus).toContainText('._val.bin');
  await lab.openDialog('setup');
  const uses = page.locator('#files-list button');
  await expect(uses).toHaveText(['Training data', 'Left out']);
  await screenshot(page, 'own-files-uses');
  // Left out, training, test.
  await uses.nth(1).press('Enter');
  await expect(uses).toHaveText(['Training data', 'Training data']);
  await expect(lab.filesStatus).toContainText('7 training and 1 test examples');
  await expect(uses.nth(1), 'the focus stays').toBeFocused();
  await uses.nth(1).click();
  await expect(lab.filesStatus).toContainText('6 training and 2 test examples');
  await lab.closeDialog();
  await lab.run();
  await lab.reach('finished');
});

test('arrays of NumPy and gzip files of several members are read', async ({ lab, page }) => {
  await lab.open(START);
  await lab.reach('ready');
  await page.locator('#file-input').setInputFiles([await foreign('float32.npz')]);
  await expect(lab.filesStatus).toContainText('6 training and 2 test examples, 3 × 2 gray images of 3 classes');
  const records = batch(1, 2, 3);
  const members = Buffer.concat([gzipSync(records.subarray(0, 1000)), gzipSync(records.subarray(1000))]);
  await page.locator('#file-input').setInputFiles([binary('members.bin.gz', members)]);
  await expect(lab.filesStatus).toContainText('2 training and 1 test examples, 32 × 32 color');
  await page.locator('#file-input').setInputFiles([await foreign('sparse_gnu.tar.gz')]);
  await expect(lab.filesRefused).toContainText('hole.bin');
});

test('small gzip files in numbers take little memory', async ({ lab, page }) => {
  await lab.open(START);
  await lab.reach('ready');
  const files = Array.from({ length: 40 }, (_, index) => binary(`data_batch_${index}.bin.gz`, gzipSync(batch(index % 10, 1))));
  await page.locator('#file-input').setInputFiles(files);
  await expect(lab.filesStatus).toContainText('67 training and 13 test examples');
});

test('markup in the name of a file, a variant or a query stays text', async ({ lab, page }) => {
  const markup = '<img src=x onerror="document.title=1">';
  await lab.open(`data=digits&device=cpu&${encodeURIComponent(markup)}=1&init=custom(${encodeURIComponent(markup)})`);
  await lab.reach('ready');
  await expect(lab.notices).toContainText('<img');
  await page.locator('#file-input').setInputFiles([binary(`${markup}.bin`, batch(0, 1, 2, 3, 4, 5)), binary(`test${markup}.bin`, batch(6))]);
  await expect(lab.filesStatus).toContainText('6 training and 1 test examples');
  await lab.openDialog('setup');
  await expect(page.locator('#files-list')).toContainText('<img');
  expect(await page.locator('img[src="x"]').count(), 'elements that a name has made').toBe(0);
});
