// What is left of a run after a reload, a closed tab, damaged or missing storage: everything, or a sentence that says what is lost.

import { anotherTab, choose, damageStates, exported, pauseAt, stored } from '../../faults.mjs';
import { expect, test } from '../../fixtures.mjs';
import { curvesOf, screenshot } from '../../lab.mjs';

/** Takes a few seconds, with a batch normalization, an optimizer with two moments, and a schedule. */
const SHORT =
  'data=digits&train=512&test=128&model=cnn:4,6&init=kaiming_normal,orthogonal&seeds=2&batch=32&opt=adam&lr=0.001&eval=20&steps=120&device=cpu';
/** Takes longer than any test. */
const LONG = SHORT.replace('steps=120', 'steps=100000').replace('eval=20', 'eval=1000');

test('after a reload a run goes on by itself, and ends as if nothing had happened', async ({ lab, page }) => {
  test.setTimeout(120_000);
  await choose(page, 2);
  await lab.open(SHORT);
  await lab.run();
  await lab.reach('finished');
  const undisturbed = await exported(lab);

  const slow = SHORT.replace('steps=120', 'steps=4000').replace('eval=20', 'eval=500');
  await lab.open(slow);
  await lab.run();
  await stored(page, { training: true });
  const before = await lab.step();
  await page.reload();
  await lab.reach('training');
  await expect(lab.notices).toContainText(/Continuing from step [\d,]+/);
  const from = Number(/step ([\d,]+)/.exec(await lab.notices.innerText())[1].replace(',', ''));
  expect(from, 'the step of the checkpoint').toBeGreaterThan(1);
  expect(from, 'no later than what was shown').toBeLessThanOrEqual(before + 500);
  await screenshot(page, 'resumed');
  // Some of the run is enough: that it ends with the same numbers is compared on the short one below.
  await lab.button('Reset').click();
  await lab.reach('ready');

  // The run that was reset is interrupted, too.
  await pauseAt(lab, SHORT, 20, 2);
  await page.reload();
  await lab.reach('paused');
  await lab.button('Resume').click();
  await lab.reach('finished');
  expect(curvesOf(await exported(lab)), 'the results').toEqual(curvesOf(undisturbed));
  await expect(lab.root.locator('#interrupted li'), 'the finished run is on the shelf').toHaveCount(1);
});

test('a run of a closed tab is listed, goes on in another one, and can be deleted', async ({ lab, page }) => {
  test.setTimeout(90_000);
  await choose(page, 1);
  await pauseAt(lab, SHORT, 20);
  const step = await lab.step();
  const other = await anotherTab(lab, '');
  await page.close();
  const entries = other.root.locator('#interrupted li');
  await expect(entries).toHaveCount(1);
  await expect(entries).toContainText('cnn:4,6');
  await expect(entries).toContainText(`step ${step} of 120`);
  await expect(entries, 'a date').toContainText(String(new Date().getFullYear()));
  await other.openDialog('setup');
  await expect(other.root.locator('#interrupted-total'), 'the form says how much they take').toContainText(/\d (KB|MB)/);
  await other.closeDialog();
  await screenshot(other.page, 'interrupted');
  await entries.getByRole('button', { name: 'Continue' }).click();
  await other.reach('finished');
  expect(await other.step()).toBe(120);
  await expect(entries).toHaveCount(0);

  await pauseAt(other, SHORT, 10);
  await other.button('Reset').click();
  await expect(entries).toHaveCount(1);
  await entries.getByRole('button', { name: 'Delete' }).click();
  await expect(entries).toHaveCount(0);
});

test('after a crash of its tab a run is listed, and ends as if nothing had happened', async ({ lab, page, context, tolerate }) => {
  test.setTimeout(90_000);
  tolerate(/crashed/);
  await choose(page, 1);
  await lab.open(SHORT);
  await lab.run();
  await lab.reach('finished');
  const undisturbed = await exported(lab);
  await pauseAt(lab, SHORT, 20);
  const step = await lab.step();
  await lab.button('Resume').click();
  await lab.plotted(step + 5);
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  session.send('Page.crash').catch(() => undefined);
  await crashed;
  const other = await anotherTab(lab, '');
  const entries = other.root.locator('#interrupted li');
  await expect(entries).toHaveCount(1);
  await expect(entries).toContainText('cnn:4,6');
  await expect(entries).toContainText(`step ${step} of 120`);
  await expect(entries, 'a date').toContainText(String(new Date().getFullYear()));
  await entries.getByRole('button', { name: 'Continue' }).click();
  await expect(other.notices).toContainText(`Continuing from step ${step}.`);
  await other.reach('finished');
  expect(curvesOf(await exported(other)), 'the results').toEqual(curvesOf(undisturbed));
});

test('the last five runs are kept', async ({ lab }) => {
  test.setTimeout(90_000);
  for (let run = 1; run <= 6; run += 1) {
    await pauseAt(lab, LONG.replace('lr=0.001', `lr=0.000${run}`), 1, Math.min(run, 5));
    await lab.button('Reset').click();
    await lab.reach('ready');
  }
  const entries = lab.root.locator('#interrupted li');
  await expect(entries).toHaveCount(5);
  await expect(entries.first(), 'the latest is the first').toContainText('0.0006');
  await expect(entries.last(), 'the first one is gone').toContainText('0.0002');
});

test('a damaged state is not used, and the page says so', async ({ lab, page }) => {
  await pauseAt(lab, SHORT, 20);
  await damageStates(page);
  await page.reload();
  await expect(lab.notices).toContainText(/could not be read.*SHA-256/);
  await lab.reach(['ready', 'failed'], 20_000).catch(() => undefined);
  await lab.button('Run').click();
  await lab.reach('finished');
});

test('without room for a checkpoint the run goes on, the page says so, and leaving asks first', async ({ lab, page }) => {
  test.setTimeout(90_000);
  const session = await page.context().newCDPSession(page);
  await lab.open(LONG);
  await session.send('Storage.overrideQuotaForOrigin', { origin: lab.site.origin, quotaSize: 1000 });
  await lab.run();
  await expect(lab.notices).toContainText(/could not store the run \(.*QuotaExceededError/, { timeout: 30_000 });
  expect(await lab.state()).toBe('training');
  await page.waitForTimeout(20_000);
  const asked = page.waitForEvent('dialog');
  const closed = page.waitForEvent('close');
  void page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  // A page that stays open after its question cannot always be closed at the end of the test.
  await dialog.accept();
  await closed;
});

test('a run that is too large to be kept goes on without checkpoints, and the page says so', async ({ lab, page }) => {
  test.setTimeout(240_000);
  await choose(page, 1);
  // 24 million parameters with two moments each: 291 MB.
  await lab.open(
    'data=digits&train=64&test=16&model=mlp:4096,5120&init=kaiming_normal&seeds=1&batch=4&opt=adam&steps=100000&eval=100000&device=cpu',
  );
  await lab.run();
  await lab.plotted(1, 180_000);
  await lab.button('Pause').click();
  await lab.reach('paused', 60_000);
  const told = lab.notices.locator('> *').filter({ hasText: /too large to be kept \(\d+ MB\)/ });
  await expect(told).toHaveCount(1);
  await told.getByRole('button', { name: 'Dismiss' }).click();
  await lab.button('Resume').click();
  await lab.reach('training');
  await lab.button('Pause').click();
  await lab.reach('paused', 60_000);
  await expect(told, 'once').toHaveCount(0);
  await expect(stored(page, { training: false }), 'nothing is stored').rejects.toThrow('stored: []');
});
