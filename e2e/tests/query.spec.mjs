// The address bar and the form hold the experiment.

import { expect, test } from '../fixtures.mjs';
import { screenshot } from '../lab.mjs';

test('the address bar holds the canonical query', async ({ lab }) => {
  await lab.open('steps=200&seeds=5&v=1&device=cpu&data=digits&lr=0.010');
  await lab.reach('ready');
  await expect.poll(() => lab.search()).toBe('data=digits&steps=200&device=cpu');
});

test('a malformed value is named, and its default used', async ({ lab, page }) => {
  await lab.open('data=digits&lr=banana&device=cpu');
  await lab.reach('ready');
  await expect(lab.notices).toContainText(/\blr\b/);
  await expect(lab.notices).toContainText('banana');
  await expect.poll(() => lab.search()).toBe('data=digits&device=cpu');
  await screenshot(page, 'notice');
});

test('a value that exceeds a joint limit is replaced by its default', async ({ lab }) => {
  await lab.open('data=digits&device=cpu&lr=0.003&seeds=200');
  await lab.reach('ready');
  await expect(lab.notices).toContainText(/\bseeds\b/);
  await expect.poll(() => lab.search()).toBe('data=digits&lr=0.003&device=cpu');
});

test('an error is shown under its field and prevents a run', async ({ lab }) => {
  await lab.open('data=digits&device=cpu');
  await lab.reach('ready');
  const field = await lab.reveal('lr');
  await field.fill('fast');
  const error = lab.root.locator('#error-lr');
  await expect(error).toContainText('fast');
  const [above, below] = await Promise.all([field.boundingBox(), error.boundingBox()]);
  expect(below.y - above.y - above.height, 'pixels below the field').toBeLessThan(12);
  await lab.closeDialog();
  await expect(lab.status).toContainText('Cannot run');
  await lab.button('Run').click();
  await expect(field, 'the field to fix, in its dialog').toBeFocused();
  expect(await lab.state()).toBe('ready');
});

test('a decimal comma in a number field is a point, but not in the address', async ({ lab, page }) => {
  await lab.open('data=digits&device=cpu&lr=0,02');
  await lab.reach('ready');
  await expect(lab.notices, 'the address is strict').toContainText('got “0,02”');
  await expect.poll(() => lab.search()).toBe('data=digits&device=cpu');

  const error = lab.root.locator('#error-lr');
  await (await lab.reveal('lr')).fill('0,05');
  await expect.poll(() => lab.search()).toBe('data=digits&lr=0.05&device=cpu');
  await expect(error).toBeHidden();
  await lab.field('lr').fill('1,000.5');
  await expect(error).toContainText('got “1,000.5”');
  await lab.field('lr').fill('0,05');
  await expect(error).toBeHidden();
  await page.reload();
  await expect(lab.field('lr'), 'written as in the address').toHaveValue('0.05');
  await lab.set({ model: 'mlp:64,32' });
  await expect.poll(() => lab.search(), 'a list keeps its commas').toContain('model=mlp:64,32');
});

test('a decimal comma in the picker is a point, but not in a formula', async ({ lab }) => {
  await lab.open('data=digits&device=cpu&init=kaiming_normal');
  await lab.reach('ready');
  const formula = await lab.pick('custom', 'formula');
  await formula.fill('0,5');
  await expect(lab.pickerError).toBeVisible();
  await (await lab.pick('emergence', 'alpha')).fill('1,25');
  await expect(lab.pickerError).toBeHidden();
  await lab.add().click();
  await expect.poll(() => lab.search()).toContain('init=kaiming_normal,emergence(kaiming_normal;alpha=1.25)');
});

test('a language without texts is named in a notice', async ({ lab }) => {
  await lab.open('data=digits&device=cpu&lang=tlh');
  await lab.reach('ready');
  await expect(lab.notices).toContainText(/“lang”: expected one of .*“en”.*; got “tlh”/);
  await expect.poll(() => lab.search()).toBe('data=digits&device=cpu');
});

test('what a notice quotes is not translated', async ({ lab }) => {
  await lab.open('data=digits&device=cpu&act=linear');
  await lab.reach('ready');
  const quoted = lab.notices.locator('p [translate="no"]');
  await expect(quoted).toHaveText(['act', 'relu', 'tanh', 'gelu', 'sigmoid', 'linear']);
});

test('an unknown key is noted and ignored', async ({ lab }) => {
  await lab.open('data=digits&bogus=1&device=cpu');
  await lab.reach('ready');
  await expect(lab.notices).toContainText('bogus');
  await expect.poll(() => lab.search()).toBe('data=digits&device=cpu');
});

test('a change in the form goes to the address bar and back', async ({ lab, page }) => {
  await lab.open('data=digits&device=cpu');
  await lab.reach('ready');
  await lab.set({ steps: 150 });
  await expect.poll(() => lab.search()).toBe('data=digits&steps=150&device=cpu');
  await page.reload();
  await expect(lab.field('steps')).toHaveValue('150');
});

test('the form stays usable while the worker is loading', async ({ lab, page }) => {
  let release;
  const held = new Promise((go) => (release = go));
  await page.route(/\/lab\/[^?]*worker[^/?]*\.wasm(\?.*)?$/, async (route) => {
    await held;
    await route.continue();
  });
  await lab.open('data=digits&train=1000&test=200&model=mlp:16&seeds=1&steps=20&eval=10&device=cpu');
  await lab.run();
  await lab.reach('loading');
  await expect(lab.status).toHaveText('Loading, then starting …');
  await lab.set({ steps: 30 });
  await expect.poll(() => lab.search(), 'the next run has its steps').toContain('steps=30');
  await screenshot(page, 'loading');
  release();
  await lab.reach('finished');
  expect(await lab.step(), 'the steps of the experiment that was started').toBe(20);
});

test('run=1 starts at once', async ({ lab }) => {
  await lab.open('data=digits&train=1000&test=200&model=mlp:16&seeds=1&steps=20&eval=10&device=cpu&run=1');
  await lab.reach('finished');
  expect(await lab.step()).toBe(20);
});
