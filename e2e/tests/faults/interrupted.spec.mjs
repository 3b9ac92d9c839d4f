// Interrupted runs that belong to something: other batches of their experiment, files of the visitor's own, another tab, another build.

import { anotherTab, choose, exported, pauseAt, stored } from '../../faults.mjs';
import { expect, test } from '../../fixtures.mjs';
import { Lab, cifarBatch, curvesOf } from '../../lab.mjs';

const SMALL = 'data=digits&train=256&test=64&model=mlp:8&init=kaiming_normal,orthogonal&batch=32&device=cpu';
/** More runs than are computed at once: 64 and 16 of them. */
const MANY = `${SMALL}&seeds=40&steps=1500&eval=500`;
/** Takes longer than any test. */
const LONG = `${SMALL}&seeds=1&steps=1000000&eval=1000`;

test('after a reload in the second batch the first one is still there, and the result is that of an undisturbed run', async ({ lab, page }) => {
  test.setTimeout(150_000);
  await choose(page, 2);
  const inSecond = () => expect(lab.source).toContainText('16 of 80 runs', { timeout: 60_000 });
  await lab.open(MANY);
  await lab.run();
  await inSecond();
  await lab.reach('training');
  await lab.button('Pause').click();
  await lab.reach('paused');
  await stored(page, { training: false });
  await page.reload();
  await lab.reach('paused');
  await inSecond();
  await lab.button('Resume').click();
  await lab.reach('finished', 60_000);
  await expect(lab.rows.first().locator('.dots i'), 'a dot per seed').toHaveCount(40);
  expect(lab.search()).toContain('seeds=40');
  await expect(lab.edited).toBeHidden();
  await expect(lab.root.locator('#interrupted li'), 'nothing is left').toHaveCount(0);
  const resumed = curvesOf(await exported(lab));

  await lab.button('Reset').click();
  await lab.reach('ready');
  await lab.run();
  await expect(lab.source).toHaveText('Computed here on the CPU, 80 runs.', { timeout: 90_000 });
  await lab.reach('finished');
  expect(curvesOf(await exported(lab)), 'the results').toEqual(resumed);
});

test('a run on files of one’s own goes on after a reload, without choosing them again', async ({ lab, page }) => {
  test.setTimeout(60_000);
  const query = 'data=digits&model=mlp:8&init=pytorch&seeds=1&batch=20&steps=100000&eval=1000&device=cpu';
  await lab.open(query);
  await lab.reach('ready');
  const file = { name: 'data_batch_1.bin', mimeType: 'application/octet-stream', buffer: cifarBatch(240) };
  await page.locator('#file-input').setInputFiles(file);
  await expect(lab.field('data')).toHaveValue('upload');
  await expect(lab.filesStatus).toContainText('Your files');
  await lab.button('Run').click();
  await lab.plotted(1);
  await lab.button('Pause').click();
  await lab.reach('paused');
  await stored(page, { training: false });
  const step = await lab.step();
  await page.reload();
  await lab.reach('paused');
  expect(await lab.step()).toBe(step);
  await expect(lab.filesStatus).toContainText('Your files');
  await lab.button('Resume').click();
  await lab.plotted(step + 1000);
  await lab.openDialog('setup');
  await expect(lab.root.locator('#interrupted-total'), 'the run in progress is none of them').toBeHidden();
});

test('a run that one tab computes is not continued in another one', async ({ lab, page }) => {
  test.setTimeout(90_000);
  await choose(page, 1);
  await lab.open(LONG);
  await lab.run();
  await stored(page, { training: true });

  const other = await anotherTab(lab, '');
  const entries = other.root.locator('#interrupted li');
  await expect(entries).toContainText(['open in another tab']);
  await expect(entries.getByRole('button')).toHaveCount(0);

  // A duplicate of the tab has a copy of its storage, which names the run.
  const [popup] = await Promise.all([page.waitForEvent('popup'), page.evaluate(() => void window.open(location.href))]);
  const duplicate = new Lab(popup, lab.site);
  await expect(duplicate.notices).toContainText('Another tab of this browser is computing this run.');
  await duplicate.reach('ready');
  const step = await lab.step();
  await expect.poll(() => lab.step(), 'the first one goes on').toBeGreaterThan(step);
  expect(await lab.state()).toBe('training');

  await page.close();
  await popup.close();
  await other.page.reload();
  await entries.getByRole('button', { name: 'Continue' }).click();
  await other.reach('training');
  await expect(other.notices).toContainText(/Continuing from step [\d,]+/);
});

test('a run that another version of the page has computed is listed, and can only be deleted', async ({ lab, page, context }) => {
  await choose(page, 1);
  await pauseAt(lab, LONG, 1000);
  await page.close();
  // The page's program as if other sources computed.
  await context.route('**/*_bg.wasm', async (route) => {
    const response = await route.fetch();
    const program = (await response.body()).toString('latin1');
    const other = program.replaceAll(/(\d\.\d\.\d\+)[0-9a-f]{16}/g, (_, version) => version + '0'.repeat(16));
    expect(other, 'the versions in the program').not.toBe(program);
    await route.fulfill({ response, body: Buffer.from(other, 'latin1') });
  });
  const other = new Lab(await context.newPage(), lab.site);
  await other.open('');
  const entries = other.root.locator('#interrupted li');
  await expect(entries).toContainText([/another version of this page; it cannot be continued.*\d [KM]B/]);
  await expect(entries.getByRole('button')).toHaveText(['Delete']);
  await entries.getByRole('button', { name: 'Delete' }).click();
  await expect(entries).toHaveCount(0);
});
