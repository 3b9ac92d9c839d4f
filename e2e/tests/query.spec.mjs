// The address bar and the form hold the experiment.

import { expect, test } from '../fixtures.mjs';
import { screenshot } from '../lab.mjs';

test('the address bar holds the canonical query', async ({ lab }) => {
  await lab.open('steps=200&seeds=3&v=1&device=cpu&data=digits&lr=0.010');
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
  await lab.open('data=digits&device=cpu&lr=0.003&seeds=64');
  await lab.reach('ready');
  await expect(lab.notices).toContainText(/\bseeds\b/);
  await expect.poll(() => lab.search()).toBe('data=digits&lr=0.003&device=cpu');
});

test('an error is shown under its field and prevents a run', async ({ lab }) => {
  await lab.open('data=digits&device=cpu');
  await lab.reach('ready');
  await lab.field('lr').fill('fast');
  await expect(lab.root.locator('#error-lr')).toContainText('fast');
  const [field, error] = await Promise.all([lab.field('lr').boundingBox(), lab.root.locator('#error-lr').boundingBox()]);
  expect(error.y - field.y - field.height, 'pixels below the field').toBeLessThan(12);
  await lab.button('Run').click();
  await expect(lab.field('lr'), 'the field to fix').toBeFocused();
  expect(await lab.state()).toBe('ready');
});

test('lang=zh is answered honestly', async ({ lab }) => {
  await lab.open('data=digits&device=cpu&lang=zh');
  await lab.reach('ready');
  await expect(lab.notices).toContainText(/English only/);
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
  await lab.field('steps').fill('150');
  await lab.field('steps').blur();
  await expect.poll(() => lab.search()).toBe('data=digits&steps=150&device=cpu');
  await page.reload();
  await expect(lab.field('steps')).toHaveValue('150');
});

test('the form is usable before the worker has loaded', async ({ lab, page }) => {
  let release;
  const held = new Promise((go) => (release = go));
  await page.route(/\/lab\/[^?]*worker[^/?]*\.wasm(\?.*)?$/, async (route) => {
    await held;
    await route.continue();
  });
  await lab.open('data=digits&device=cpu');
  await expect(lab.field('steps')).toBeEditable();
  await lab.field('steps').fill('120');
  await lab.field('steps').blur();
  await expect.poll(() => lab.search(), 'bound before the worker is there').toContain('steps=120');
  expect(await lab.state(), 'the worker is still on its way').toBe('loading');
  await screenshot(page, 'loading');
  release();
  await lab.reach('ready');
});

test('run=1 starts at once', async ({ lab }) => {
  await lab.open('data=digits&train=1000&test=200&model=mlp:16&seeds=1&steps=20&eval=10&device=cpu&run=1');
  await lab.reach('finished');
  expect(await lab.step()).toBe(20);
});
