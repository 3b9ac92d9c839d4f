// What is shown and what is edited are two states: an edit changes nothing that is shown until it is run.

import { expect, test } from '../fixtures.mjs';
import { screenshot } from '../lab.mjs';

const TINY = 'data=digits&train=512&test=128&model=mlp:16&init=kaiming_normal,orthogonal&seeds=2&batch=64&steps=10&device=cpu';

/** Everything that belongs to what is shown. */
async function shown(lab) {
  await lab.openDialog('share');
  const link = await lab.root.locator('#share-link').inputValue();
  const code = await lab.root.locator('#share-code').inputValue();
  await lab.closeDialog();
  return {
    link,
    code,
    address: lab.page.url(),
    origin: await lab.origin(),
    source: await lab.source.innerText(),
    verdict: await lab.verdict.innerText(),
    values: await lab.rows.locator('.value').allInnerTexts(),
    picture: await lab.chart.evaluate((canvas) => canvas.toDataURL()),
    command: await lab.root.locator('#about-command').textContent(),
  };
}

test('an edit is said, changes nothing that is shown, and Revert takes it back', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  await expect(lab.edited).toBeHidden();
  const before = await shown(lab);
  await lab.set({ lr: '0.02', act: 'tanh' });
  await expect(lab.edited).toBeVisible();
  await expect(lab.edited).toContainText('Edited, not run.');
  await expect(lab.root.locator('#edited-what')).toHaveText('act tanh, lr 0.02');
  await expect(lab.root.locator('#setup-summary'), 'the next run').toContainText('tanh · SGD 0.02');
  await screenshot(page, 'edited');
  expect(await shown(lab)).toEqual(before);
  await lab.root.locator('#revert').click();
  await expect(lab.edited).toBeHidden();
  await expect(lab.field('lr')).toHaveValue('0.01');
  await expect(lab.field('act')).toHaveValue('relu');
  expect(await shown(lab)).toEqual(before);
});

test('an edit that is taken back by hand is none, and the device is none', async ({ lab }) => {
  await lab.open();
  await lab.shows('recorded');
  await lab.set({ steps: 200 });
  await expect(lab.edited).toBeVisible();
  await lab.set({ steps: 300 });
  await expect(lab.edited).toBeHidden();
  await lab.set({ device: 'cpu' });
  await expect(lab.edited, 'the device changes no statement').toBeHidden();
});

test('Run in the bar runs what was edited; address and exports follow then', async ({ lab }) => {
  await lab.open(TINY);
  await lab.run();
  await lab.reach('finished');
  const before = await shown(lab);
  expect(before.address).not.toContain('lr=');
  await lab.set({ lr: '0.05' });
  expect(await shown(lab), 'not yet').toEqual(before);
  await lab.edited.getByRole('button', { name: 'Run' }).click();
  await lab.reach('finished');
  await expect(lab.edited).toBeHidden();
  const after = await shown(lab);
  for (const place of ['link', 'code', 'address', 'command']) {
    expect(after[place], place).toContain('lr=0.05');
  }
  expect(after.values).not.toEqual(before.values);
  expect(after.picture).not.toBe(before.picture);
});

test('while a run is computed an edit waits, and a pause lets it run', async ({ lab }) => {
  await lab.open(TINY.replace('steps=10', 'steps=100000'));
  await lab.run();
  await lab.plotted(5);
  await lab.set({ steps: 10, lr: '0.05' });
  await expect(lab.edited).toBeVisible();
  const run = lab.edited.getByRole('button', { name: 'Run' });
  await expect(run, 'not before a pause').toHaveAttribute('aria-disabled', 'true');
  await lab.button('Pause').click();
  await lab.reach('paused');
  await expect(run).not.toHaveAttribute('aria-disabled', 'true');
  await run.click();
  await lab.reach('finished');
  expect(await lab.step()).toBe(10);
  expect(lab.search()).toContain('lr=0.05');
});

test('Reset shows empty charts, and the address follows the form again', async ({ lab }) => {
  await lab.open(TINY);
  await lab.run();
  await lab.reach('finished');
  await lab.button('Reset').click();
  await lab.reach('ready');
  expect(await lab.origin()).toBe('nothing');
  expect(await lab.step()).toBe(0);
  expect(await lab.curves()).toBe(0);
  await expect(lab.source).toHaveText('No result yet.');
  await lab.set({ lr: '0.05' });
  await expect(lab.edited, 'nothing is shown that could differ').toBeHidden();
  await expect.poll(() => lab.search()).toContain('lr=0.05');
});

test('Defaults and scenarios can be undone', async ({ lab }) => {
  await lab.open('data=digits&lr=0.05&steps=123&device=cpu');
  await lab.reach('ready');
  const undo = lab.root.locator('#undo');
  await expect(undo).toBeHidden();
  await lab.openDialog('setup');
  await lab.root.locator('#defaults').click();
  await expect(lab.field('steps')).toHaveValue('300');
  await expect(lab.field('lr')).toHaveValue('0.01');
  await lab.closeDialog();
  await undo.click();
  await expect(lab.field('steps')).toHaveValue('123');
  await expect(lab.field('lr')).toHaveValue('0.05');
  await expect(undo, 'once').toBeHidden();
  await expect.poll(() => lab.search()).toBe('data=digits&lr=0.05&steps=123&device=cpu');

  await lab.card('zeros').click();
  await lab.shows('recorded');
  await expect(lab.field('steps')).toHaveValue('200');
  await undo.click();
  await expect(lab.field('steps')).toHaveValue('123');
  await expect(lab.edited, 'the recording stays, and the form is another').toBeVisible();
});

test('the defaults, when they are the scenario that is shown first, are shown as recorded', async ({ lab }) => {
  await lab.open('lr=0.02');
  await lab.reach('ready');
  expect(await lab.origin(), 'another rate was never recorded').toBe('nothing');
  await lab.set({ lr: '0.01' });
  await lab.card('emergence').click();
  await lab.shows('recorded');
  await expect(lab.edited).toBeHidden();
});
