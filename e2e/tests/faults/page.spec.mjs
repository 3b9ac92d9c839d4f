// A page whose own program is trapped must not look alive: the net under it says so, ends the worker, and keeps what was measured.

import { readFile } from 'node:fs/promises';
import { capMemoryAt, stored } from '../../faults.mjs';
import { expect, test } from '../../fixtures.mjs';
import { SMALL, screenshot } from '../../lab.mjs';

const APP = /-app_bg\.wasm(\?.*)?$/;
/** Many measurements: three variants, every step measured. */
const LONG = SMALL.replace('steps=400', 'steps=100000').replace('seeds=1', 'seeds=4');

test('a page that runs out of memory says so, ends its worker, and keeps its results', async ({ lab, page, context, tolerate }) => {
  test.setTimeout(90_000);
  tolerate(/./);
  await capMemoryAt(context, APP, 96 * 65_536);
  await lab.open(LONG);
  await lab.run();
  await stored(page, { training: true });
  // A text of 16 MB in a field is more than fits.
  await lab.field('train').evaluate((field) => {
    Object.defineProperty(field, 'value', { get: () => '1'.repeat(1 << 24) });
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await expect(lab.html).toHaveAttribute('data-state', 'failed');
  await expect(lab.notices).toContainText('The page has stopped because its memory is full. Measurements so far can be saved');
  await expect(lab.notices.locator('small'), 'the words of the browser').toHaveText(/unreachable|memory/);
  await expect.poll(() => page.workers().length, 'workers').toBe(0);
  await screenshot(page, 'page-stopped');
  const saved = page.waitForEvent('download');
  await lab.offer('Save').click();
  const results = JSON.parse(await readFile(await (await saved).path(), 'utf8'));
  expect(results.schema).toBe('emergence-lab/1');
  expect(results.variants[0].runs[0].train_loss.length, 'losses').toBeGreaterThan(0);
  await context.unroute(APP);
  await lab.offer('Reload').click();
  await expect(lab.html, 'the new page').toHaveAttribute('data-state', 'training', { timeout: 30_000 });
  await expect(lab.notices).toContainText('Continuing from step');
});

test('a page that an error has stopped says so in its language', async ({ lab, tolerate }) => {
  tolerate(/./);
  await lab.open(`${SMALL}&lang=zh`);
  await lab.reach('ready');
  // An exception of the browser in the middle of an action.
  await lab.field('train').evaluate((field) => {
    Object.defineProperty(field, 'value', {
      get: () => {
        throw new Error('thrown on purpose');
      },
    });
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await expect(lab.html).toHaveAttribute('data-state', 'failed');
  await expect(lab.notices).toContainText('页面已停止，因为其程序出错。');
  await expect(lab.notices, 'there are no results').not.toContainText('已有的测量结果可以保存');
  await expect(lab.notices.locator('small')).toHaveText(/thrown on purpose/);
  await expect(lab.notices.getByRole('button', { name: '重新加载' })).toBeVisible();
});
