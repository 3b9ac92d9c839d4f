// Around the form: the dialog of variants, the visitor's own files, sample images, and the estimate of an experiment's cost.

import { expect, test } from '../fixtures.mjs';
import { cifarBatch, screenshot } from '../lab.mjs';

test('augmentation is a check box', async ({ lab, page }) => {
  await lab.open('data=digits&device=cpu');
  await lab.reach('ready');
  await lab.set({ aug: true });
  await expect.poll(() => lab.search()).toBe('data=digits&aug=1&device=cpu');
  await page.reload();
  await lab.reach('ready');
  await expect(lab.field('aug')).toBeChecked();
  await lab.set({ aug: false });
  await expect.poll(() => lab.search()).toBe('data=digits&device=cpu');
});

test('the picker adds tuned initializations, and marks the mistake in a formula', async ({ lab, page }) => {
  await lab.open('data=digits&train=256&test=100&model=mlp:8&init=kaiming_normal&seeds=1&batch=64&steps=2&eval=2&device=cpu');
  await lab.reach('ready');
  await (await lab.pick('gradinit', 'steps')).fill('5');
  await lab.add().click();
  await expect(lab.pickerStatus).toHaveText('Added.');
  await expect.poll(() => lab.search()).toContain('init=kaiming_normal,gradinit(kaiming_normal;steps=5)&');

  const formula = await lab.pick('custom', 'formula');
  await formula.fill('sqrt(2 / fan_inn)');
  await expect(lab.pickerError).toContainText('Character 10: expected fan_in,');
  await expect(lab.pickerError.locator('mark')).toHaveText('fan_inn');
  await expect(formula).toHaveAttribute('aria-invalid', 'true');
  await screenshot(page, 'formula-mistake');
  await lab.picker.locator('#scheme').focus();
  // It is only marked as disabled, so that it can say why.
  await lab.add().click({ force: true });
  await expect(formula, 'the field to fix').toBeFocused();
  await expect(lab.rows).toHaveCount(2);
  await formula.fill('sqrt(2 / fan_in)');
  await expect(lab.pickerError).toBeHidden();
  await formula.press('Enter');
  await lab.closeDialog();
  await expect(lab.rows.locator('.name')).toHaveText(['Kaiming normal', 'GradInit (steps 5)', 'std = sqrt(2 / fan_in)']);

  await lab.set({ seeds: 'many' });
  await lab.pick('nio', 'steps');
  await lab.add().click();
  await expect(lab.pickerStatus, 'another field comes first').toContainText('Fix “seeds” first.');
  await expect(lab.rows, 'the list is as it was').toHaveCount(3);
  await lab.closeDialog();
  await lab.set({ seeds: 1 });
  const list = await lab.field('init').inputValue();
  await lab.set({ init: `${list},orth` });
  await lab.pick('nio', 'steps');
  await lab.add().click();
  await expect(lab.pickerStatus, 'so does the list that is being edited').toContainText('Fix “init” first.');
  await expect(lab.field('init'), 'which is left alone').toHaveValue(`${list},orth`);
  await lab.closeDialog();
  await lab.set({ init: list });

  await lab.run();
  await lab.reach('finished');
  await expect(lab.rows.locator('.value'), 'a value for each').toHaveText([/\d %/, /\d %/, /\d %/]);
});

test('the estimate follows the fields', async ({ lab }) => {
  await lab.open('data=digits&model=mlp:16&device=cpu');
  await lab.reach('ready');
  await expect(lab.estimate).toContainText('12,730 parameters per run, 15 runs');
  const model = await lab.reveal('model');
  const before = await lab.estimate.innerText();
  await model.fill('cnn:8,16');
  await expect(lab.estimate).toContainText('9,098 parameters per run');
  expect(await lab.estimate.innerText()).not.toBe(before);
  await model.fill('cnn:');
  await expect(lab.root.locator('#error-model')).toBeVisible();
  await expect(lab.estimate).toContainText('once all fields are valid');
});

test('the estimate warns where memory is scarce', async ({ lab, page }) => {
  // A property of the hardware, which nothing but this can change.
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'deviceMemory', { get: () => 0.25 }));
  await lab.open('data=digits&model=mlp:1024,1024&device=cpu');
  await lab.reach('ready');
  await expect(lab.estimate).toContainText(/about \d+ MB of memory, which may exceed that of this device · about/);
  await (await lab.reveal('model')).fill('mlp:16');
  await expect(lab.estimate).toContainText(/about \d+ MB of memory · about/);
});

test('without files data=upload is explained before any start', async ({ lab }) => {
  await lab.open('data=upload&device=cpu');
  await lab.reach('ready');
  await expect(lab.estimate).toContainText('once the files have been read');
  await lab.button('Run').click();
  await expect(lab.filesRefused).toContainText('No files chosen yet');
  await expect(lab.root.locator('#choose-files')).toBeFocused();
  expect(await lab.state()).toBe('ready');
  await lab.field('data').selectOption('digits');
  await expect(lab.filesRefused).toBeHidden();
});

test('dropping a wrong file shows a sentence and keeps what was there', async ({ lab, page }) => {
  await lab.open('data=digits&device=cpu');
  await lab.reach('ready');
  const address = page.url();
  const drop = await lab.drag('notes.txt', Buffer.from('This is no data set.'));
  await expect(lab.dropZone).toBeVisible();
  await screenshot(page, 'drop-zone');
  await drop();
  await expect(lab.dropZone).toBeHidden();
  await expect(lab.filesRefused).toContainText('notes.txt');
  await expect(lab.filesRefused, 'where it can be seen').toBeVisible();
  await expect(lab.field('data')).toHaveValue('digits');
  expect(page.url(), 'the browser stays').toBe(address);
});

test('files are read, shown, and given to the next worker too', async ({ lab, page }) => {
  await lab.open('data=digits&model=mlp:8&init=pytorch&seeds=1&batch=100&steps=4&eval=4&device=cpu');
  await lab.reach('ready');
  const drop = await lab.drag('data_batch_1.bin', cifarBatch(240));
  await drop();
  await expect(lab.filesStatus).toContainText(/Your files: [\d,]+ training and [\d,]+ test examples, 32 × 32 color/);
  await expect(lab.field('data')).toHaveValue('upload');
  await expect.poll(() => lab.search()).toContain('data=upload');
  await lab.openDialog('setup');
  await screenshot(page, 'own-files');
  await lab.closeDialog();
  await lab.tab('inside');
  await expect(lab.samples.first()).toBeVisible();
  await lab.tab('compare');
  await lab.button('Run').click();
  await lab.reach('finished');
  // A wrong file later leaves them unchanged.
  await page.locator('#file-input').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no') });
  await expect(lab.filesRefused).toContainText('notes.txt');
  await expect(lab.field('data')).toHaveValue('upload');
  await expect(lab.filesStatus).toContainText('Your files');
});

test('a few images are shown once the data is loaded', async ({ lab }) => {
  await lab.open('data=digits&train=1000&test=100&model=mlp:8&init=pytorch&seeds=1&steps=2&eval=2&device=cpu');
  await lab.reach('ready');
  await expect(lab.root.locator('#samples-place')).toContainText('once the data is loaded');
  await lab.run();
  await lab.reach('finished');
  await lab.tab('inside');
  expect(await lab.samples.count()).toBeGreaterThan(9);
  await expect(lab.samples.first()).toHaveAttribute('aria-label', '0');
  const ink = await lab.samples.first().evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return Math.max(...data.filter((_, index) => index % 4 < 3)) - Math.min(...data.filter((_, index) => index % 4 < 3));
  });
  expect(ink, 'from dark to bright').toBeGreaterThan(60);
});

test('a worker that takes another’s place is given the files again', async ({ lab, page }) => {
  await lab.open('data=digits&model=mlp:8&init=pytorch&seeds=1&batch=100&steps=100000&eval=1000&device=cpu');
  await lab.reach('ready');
  await (await lab.drag('data_batch_1.bin', cifarBatch(240)))();
  await expect(lab.field('data')).toHaveValue('upload');
  await lab.button('Run').click();
  await lab.plotted(1);
  // What the worker's panic hook sends.
  await page.workers()[0].evaluate(() => postMessage('crashed: The training worker has crashed: test.'));
  await expect(lab.html).toHaveAttribute('data-state', 'failed');
  await lab.button('Run').click();
  await lab.plotted(1);
  await expect(lab.field('data')).toHaveValue('upload');
});
