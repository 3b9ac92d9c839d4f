// Parts around the form: presets, the visitor's own files, sample images, and the estimate of an experiment's cost.

import { expect, test } from '../fixtures.mjs';
import { screenshot } from '../lab.mjs';

/** CIFAR-10 records of dark and bright images; the page uses the last sixth of a single file for testing. */
function batch(records) {
  const bytes = Buffer.alloc(records * 3073);
  for (let record = 0; record < records; record += 1) {
    const label = record % 10;
    bytes[record * 3073] = label;
    bytes.fill(label * 25 + (record % 7), record * 3073 + 1, (record + 1) * 3073);
  }
  return bytes;
}

test('choosing a preset fills the form and the address', async ({ lab }) => {
  await lab.open('data=digits&device=cpu');
  await lab.reach('ready');
  await expect(lab.preset.locator('option:checked')).toHaveText('Custom');
  await lab.preset.selectOption({ label: 'CNN on CIFAR-10 with batch norm' });
  const query = 'data=cifar-10&test=1000&model=cnn:16,32&norm=batch&seeds=1&batch=64&steps=300&device=cpu';
  await expect.poll(() => lab.search(), 'the device is left alone').toBe(query);
  await expect(lab.field('data')).toHaveValue('cifar-10');
  await expect(lab.field('model')).toHaveValue('cnn:16,32');
  await expect(lab.field('norm')).toHaveValue('batch');
  await expect(lab.root.locator('#lesson')).toContainText('batch normalization');
  await lab.field('steps').fill('299');
  await expect(lab.preset.locator('option:checked')).toHaveText('Custom');
  await lab.field('steps').fill('300');
  await expect(lab.preset.locator('option:checked')).toHaveText('CNN on CIFAR-10 with batch norm');
});

test('the default is a preset, and augmentation is a check box', async ({ lab, page }) => {
  await lab.open();
  await lab.reach('ready');
  await expect(lab.preset.locator('option:checked')).toHaveText('MLP on MNIST');
  const details = lab.root.locator('#controls summary', { hasText: 'Network and data' });
  await details.click();
  await lab.field('aug').check();
  await expect.poll(() => lab.search()).toBe('aug=1');
  await page.reload();
  await expect(lab.field('aug')).toBeChecked();
  await details.click();
  await lab.field('aug').uncheck();
  await expect.poll(() => lab.search()).toBe('');
});

test('the picker adds tuned initializations, and marks the mistake in a formula', async ({ lab, page }) => {
  await lab.open('data=digits&train=256&test=100&model=mlp:8&init=kaiming_normal&seeds=1&batch=64&steps=2&eval=2&device=cpu');
  await lab.reach('ready');
  await (await lab.pick('gradinit', 'steps')).fill('5');
  await lab.button('Add').click();
  await expect.poll(() => lab.search()).toContain('init=kaiming_normal,gradinit(kaiming_normal;steps=5)&');

  const formula = await lab.pick('custom', 'formula');
  await formula.fill('sqrt(2 / fan_inn)');
  await expect(lab.pickerError).toContainText('Character 10: expected fan_in,');
  await expect(lab.pickerError.locator('mark')).toHaveText('fan_inn');
  await expect(formula).toHaveAttribute('aria-invalid', 'true');
  await screenshot(page, 'formula-mistake');
  await lab.field('init').focus();
  await lab.button('Add').click({ force: true });
  await expect(formula, 'the field to fix').toBeFocused();
  await expect(lab.variants).toHaveCount(2);
  await formula.fill('sqrt(2 / fan_in)');
  await expect(lab.pickerError).toBeHidden();
  await formula.press('Enter');
  await expect(lab.variants).toHaveText(['Kaiming normal×', 'GradInit (steps 5)×', 'std = sqrt(2 / fan_in)×']);

  const status = lab.root.locator('#scheme-status');
  await lab.field('seeds').fill('many');
  await lab.pick('nio', 'steps');
  await lab.button('Add').click();
  await expect(status, 'another field comes first').toContainText('Fix “seeds” first.');
  await expect(lab.variants, 'the list is as it was').toHaveCount(3);
  await lab.field('seeds').fill('1');
  const list = await lab.field('init').inputValue();
  await lab.field('init').fill(`${list},orth`);
  await lab.pick('nio', 'steps');
  await lab.button('Add').click();
  await expect(status, 'so does the list that is being edited').toContainText('Fix “init” first.');
  await expect(lab.field('init'), 'which is left alone').toHaveValue(`${list},orth`);
  await lab.field('init').fill(list);

  await lab.run();
  await lab.reach('finished');
  await expect(lab.root.locator('#results tbody tr'), 'a line for each').toHaveCount(3);
});

test('the estimate follows the fields', async ({ lab }) => {
  await lab.open('data=digits&model=mlp:16&device=cpu');
  await lab.reach('ready');
  await expect(lab.estimate).toContainText('12,730 parameters per run, 9 runs');
  const before = await lab.estimate.innerText();
  await lab.field('model').fill('cnn:8,16');
  await expect(lab.estimate).toContainText('9,098 parameters per run');
  expect(await lab.estimate.innerText()).not.toBe(before);
  await lab.field('model').fill('cnn:');
  await expect(lab.root.locator('#error-model')).toBeVisible();
  await expect(lab.estimate).toContainText('once all fields are valid');
});

test('without files data=upload is explained before any start', async ({ lab }) => {
  await lab.open('data=upload&device=cpu');
  await lab.reach('ready');
  await expect(lab.estimate).toContainText('once the files have been read');
  await lab.button('Run').click();
  await expect(lab.filesRefused).toContainText('No files chosen yet');
  await expect(lab.button('Choose files')).toBeFocused();
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
  await expect(lab.field('data')).toHaveValue('digits');
  expect(page.url(), 'the browser stays').toBe(address);
});

test('files are read, shown, and given to the next worker too', async ({ lab, page }) => {
  await lab.open('data=digits&model=mlp:8&init=pytorch&seeds=1&batch=100&steps=4&eval=4&device=cpu');
  await lab.reach('ready');
  const drop = await lab.drag('data_batch_1.bin', batch(240));
  await drop();
  await expect(lab.filesStatus).toContainText(/Your files: [\d,]+ training and [\d,]+ test examples, 32 × 32 color/);
  await expect(lab.field('data')).toHaveValue('upload');
  await expect.poll(() => lab.search()).toContain('data=upload');
  await expect(lab.samples.first()).toBeVisible();
  await screenshot(page, 'own-files');
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
  await lab.button('Run').click();
  await lab.reach('finished');
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
  await (await lab.drag('data_batch_1.bin', batch(240)))();
  await expect(lab.field('data')).toHaveValue('upload');
  await lab.button('Run').click();
  await lab.plotted(1);
  // What the worker's panic hook sends.
  const crash = { type: 'crashed', message: 'The training worker has crashed: test.' };
  await page.workers()[0].evaluate((text) => postMessage(text), JSON.stringify(crash));
  await expect(lab.html).toHaveAttribute('data-state', 'failed');
  await lab.button('Run').click();
  await lab.plotted(1);
  await expect(lab.field('data')).toHaveValue('upload');
});
