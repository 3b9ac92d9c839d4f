// Keys that work everywhere, the dialogs, the parts of the page, and the refusal of a field.

import { expect, test } from '../fixtures.mjs';

const TINY = 'data=digits&train=512&test=128&model=mlp:16&init=kaiming_normal,orthogonal&seeds=1&batch=64&steps=10&device=cpu';
const PARTS = { compare: '#compare', layers: '#initial', inside: '#inside', emergence: '#paths', learn: '#article', about: '#about' };

test('one part is shown at a time, and the address names it', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  for (const [part, place] of Object.entries(PARTS)) {
    await lab.tab(part);
    await expect(lab.html).toHaveAttribute('data-part', part);
    await expect(lab.root.locator('main > .part:visible'), 'one').toHaveCount(1);
    await expect(lab.root.locator(place)).toBeVisible();
    await expect(lab.root.locator('#parts [aria-current]')).toHaveAttribute('data-to', part);
    expect(new URL(page.url()).hash, 'fragment').toBe(part === 'compare' ? '' : `#${part}`);
  }
  await page.reload();
  await expect(lab.html, 'after a reload').toHaveAttribute('data-part', 'about');
  await page.evaluate(() => (location.hash = '#layers'));
  await expect(lab.html, 'by the address').toHaveAttribute('data-part', 'layers');
  await lab.tab('compare');
  expect(await lab.curves(), 'the figure is drawn when its part is shown').toBe(3);
});

test('the question mark lists the keys, and Escape closes the list', async ({ lab, page }) => {
  await lab.open('data=digits&device=cpu');
  await lab.reach('ready');
  const keys = lab.root.locator('#keys');
  await page.keyboard.press('?');
  await expect(keys).toBeVisible();
  for (const text of ['Ctrl Enter', 'Space', 'P', 'S', '?']) {
    await expect(keys.locator('dt').filter({ hasText: text }).first(), text).toBeVisible();
  }
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
  // A key that comes in the same moment as the end of the list may still belong to it.
  await expect(async () => {
    await page.keyboard.press('s');
    await expect(lab.root.locator('#setup')).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await page.keyboard.press('Escape');
  await expect(lab.root.locator('#setup')).toBeHidden();
});

test('Ctrl and Enter run from anywhere', async ({ lab, page }) => {
  await lab.open(TINY);
  await lab.reach('ready');
  const ends = async (where) => {
    // The counter begins again with each run.
    await lab.html.evaluate((root) => root.removeAttribute('data-step'));
    await page.keyboard.press('Control+Enter');
    await expect(lab.html, `from ${where}`).toHaveAttribute('data-step', '10');
    await lab.reach('finished');
  };
  await lab.tab('learn');
  await ends('another part');
  await lab.tab('compare');
  await (await lab.reveal('lr')).focus();
  await ends('a field of the setup');
  await lab.closeDialog();
  await lab.openDialog('variant-dialog');
  await lab.root.locator('#scheme-search').focus();
  await ends('the search for schemes');
});

test('Enter in a field of the setup runs and closes it', async ({ lab, page }) => {
  await lab.open(TINY);
  await lab.reach('ready');
  const field = await lab.reveal('steps');
  await field.fill('5');
  await page.keyboard.press('Enter');
  await expect(lab.root.locator('#setup')).toBeHidden();
  await lab.reach('finished');
  expect(await lab.step()).toBe(5);
});

test('Space runs, pauses and resumes, except on what it presses itself', async ({ lab, page }) => {
  await lab.open(TINY.replace('steps=10', 'steps=100000'));
  await lab.reach('ready');
  await lab.canvas.focus();
  await page.keyboard.press('Space');
  await lab.plotted(2);
  await page.keyboard.press('Space');
  await lab.reach('paused');
  await page.keyboard.press('Space');
  await lab.reach('training');
  await lab.root.locator('[data-open="share"]').focus();
  await page.keyboard.press('Space');
  await expect(lab.share).toBeVisible();
  expect(await lab.state(), 'the button was meant').toBe('training');
});

test('a letter that is typed is no command', async ({ lab, page }) => {
  await lab.open(TINY);
  await lab.reach('ready');
  await lab.openDialog('variant-dialog');
  await lab.root.locator('#scheme-search').pressSequentially('sp? ');
  await expect(lab.root.locator('#setup')).toBeHidden();
  await expect(lab.root.locator('#keys')).toBeHidden();
  await expect(lab.html).not.toHaveAttribute('data-present');
  expect(await lab.state()).toBe('ready');
});

test('a link in a lesson shows its scenario without loading the page anew', async ({ lab, page }) => {
  await lab.open('theme=dark#learn');
  await lab.shows('recorded');
  await page.evaluate(() => (window.same = true));
  await lab.root.getByRole('link', { name: 'Too small, too large?' }).click();
  await expect(lab.html).toHaveAttribute('data-part', 'compare');
  await expect(lab.card('scale')).toHaveAttribute('aria-pressed', 'true');
  expect(await page.evaluate(() => window.same), 'the same page').toBe(true);
  await expect(lab.html).toHaveAttribute('data-theme', 'dark');
});

test('a refused field is said where Run is, with a link to it', async ({ lab }) => {
  await lab.open();
  await lab.shows('recorded');
  await lab.set({ lr: 'fast' });
  await expect(lab.status).toContainText('Cannot run');
  const link = lab.root.locator('#refused');
  await expect(link).toContainText(/learning rate/i);
  await link.click();
  await expect(lab.field('lr')).toBeFocused();
  await lab.closeDialog();
  await lab.set({ lr: '0.01' });
  await expect(link).toBeHidden();
  await expect(lab.status).toHaveText('Ready');
});

test('a press outside a dialog closes it, one inside does not', async ({ lab, page }) => {
  await lab.open(TINY);
  await lab.reach('ready');
  await lab.openDialog('share');
  const { x, y, width } = await lab.share.boundingBox();
  // Its own padding, where no other element is.
  await page.mouse.click(x + width / 2, y + 6);
  await expect(lab.share).toBeVisible();
  await page.mouse.click(x / 2, y + 6);
  await expect(lab.share).toBeHidden();
});
