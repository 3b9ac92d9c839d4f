// The table of variants is the list, the legend and the results at once; variants are added and changed in a dialog.

import { expect, test } from '../fixtures.mjs';
import { screenshot } from '../lab.mjs';

/** An experiment of a second. */
const TINY = 'data=digits&train=512&test=128&model=mlp:16&seeds=2&batch=64&steps=10&device=cpu';
const THREE = `${TINY}&init=kaiming_normal,emergence(kaiming_normal;alpha=1.5),xavier_normal`;
const EMERGENCE = 'emergence(kaiming_normal;alpha=1.5)';

/** The color of each variant in the table, by its text form. */
const colors = (lab) =>
  lab.rows.evaluateAll((rows) =>
    Object.fromEntries(rows.map((row) => [row.dataset.variant, getComputedStyle(row.querySelector('.sample')).color])),
  );

/** Presses a button of a row, which may be shown only while the pointer is there. */
async function press(lab, variant, button) {
  await lab.row(variant).hover();
  await lab.row(variant).locator(`.${button}`).click();
}

/** The hues that were drawn and have less than a fifth of their pixels left. */
function lost(before, after) {
  return [...before.keys()].filter((hue) => before[hue] >= 60 && after[hue] < before[hue] / 5);
}

test('the table hides the line of a variant and shows it again', async ({ lab }) => {
  await lab.open();
  await lab.shows('recorded');
  await expect(lab.toggles).toHaveCount(3);
  const drawn = (await lab.ink()).hues;
  expect(await lab.curves(), 'curves before').toBe(3);

  // Pixels of the three, hidden in turn: hiding each removes one hue and adds nothing in its place.
  const gone = new Set();
  for (const index of [0, 1, 2]) {
    await lab.toggles.nth(index).click();
    await expect(lab.toggles.nth(index)).toHaveAttribute('aria-pressed', 'false');
    const hidden = lost(drawn, (await lab.ink()).hues);
    expect(hidden.length, 'one hue is gone').toBe(1);
    gone.add(hidden[0]);
    await lab.toggles.nth(index).click();
    expect(lost(drawn, (await lab.ink()).hues), 'all hues are back').toEqual([]);
  }
  expect(gone.size, 'hues of the three').toBe(3);
});

test('a variant keeps its color when others are removed, moved and added', async ({ lab }) => {
  await lab.open(THREE);
  await lab.run();
  await lab.reach('finished');
  const before = await colors(lab);
  expect(new Set(Object.values(before)).size, 'three colors').toBe(3);
  const drawn = (await lab.ink()).hues;

  await press(lab, 'kaiming_normal', 'remove');
  await press(lab, 'xavier_normal', 'raise');
  await lab.run();
  await lab.reach('finished');
  await expect(lab.rows.locator('.name')).toHaveText(['Xavier normal', 'Emergence α 1.5 (Kaiming normal)']);
  const { kaiming_normal: removed, ...others } = before;
  expect(await colors(lab), 'in the table').toEqual(others);
  expect(lost(drawn, (await lab.ink()).hues).length, 'one hue is gone from the figure, and the others are as before').toBe(1);

  await lab.pick('kaiming_normal', 'base');
  await lab.add().click();
  await lab.closeDialog();
  await lab.run();
  await lab.reach('finished');
  expect(await colors(lab), 'also when it comes back').toEqual({ ...others, kaiming_normal: removed });
  expect(lost(drawn, (await lab.ink()).hues)).toEqual([]);
});

test('the table has a value, a spread and a dot per seed for every variant, and a difference from the baseline', async ({ lab }) => {
  await lab.open();
  await lab.shows('recorded');
  await expect(lab.root.locator('#results caption')).toHaveText(/Test accuracy\s+at step 300/);
  await expect(lab.rows.locator('.value b')).toHaveText([/^9\d\.\d %$/, /^9\d\.\d %$/, /^9\d\.\d %$/]);
  await expect(lab.rows.locator('.spread')).toHaveText([/^± \d\.\d$/, /^± \d\.\d$/, /^± \d\.\d$/]);
  for (const row of await lab.rows.all()) {
    await expect(row.locator('.dots i'), 'a dot per seed').toHaveCount(5);
  }
  const difference = /^[+−]\d\.\d \[[+−]\d\.\d+; [+−]\d\.\d+\] (better|worse|practically equal|undecided)/;
  await expect(lab.rows.locator('.comparison')).toHaveText(['baseline', difference, difference]);
});

test('a star makes a variant the baseline without another run', async ({ lab, page, site }) => {
  await lab.open();
  await lab.shows('recorded');
  const values = await lab.rows.locator('.value').allInnerTexts();
  const verdict = await lab.row(EMERGENCE).locator('.comparison').innerText();
  site.hits.length = 0;
  await lab.row('xavier_normal').locator('.baseline').click();
  await expect(lab.row('xavier_normal').locator('.comparison')).toHaveText('baseline');
  await expect(lab.row('kaiming_normal').locator('.comparison')).toHaveText(/^\+0\.4 \[/);
  await expect(lab.row(EMERGENCE).locator('.comparison')).not.toHaveText(verdict);
  await expect(lab.rows.locator('.baseline')).toHaveText(['☆', '☆', '★']);
  expect(await lab.rows.locator('.value').allInnerTexts(), 'the values are as they were').toEqual(values);
  await expect.poll(() => lab.search()).toContain('baseline=3');
  expect(await lab.origin(), 'nothing was computed').toBe('recorded');
  expect(site.hits, 'nothing was fetched').toEqual([]);
  await expect(lab.edited, 'the experiment is the same').toBeHidden();
  await page.reload();
  await lab.shows('recorded');
  await expect(lab.row('xavier_normal').locator('.comparison')).toHaveText('baseline');
});

test('a variant moves up without another run', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  const values = Object.fromEntries(
    await lab.rows.evaluateAll((rows) => rows.map((row) => [row.dataset.variant, row.querySelector('.value').textContent])),
  );
  await press(lab, 'xavier_normal', 'raise');
  await expect(lab.rows.locator('.name')).toHaveText(['Kaiming normal', 'Xavier normal', 'Emergence α 1.5 (Kaiming normal)']);
  await expect(lab.row('xavier_normal').locator('.value')).toHaveText(values.xavier_normal);
  await expect(lab.edited, 'nothing to run').toBeHidden();
  expect(await lab.origin()).toBe('recorded');
  await expect.poll(() => lab.search()).toContain(`init=kaiming_normal,xavier_normal,${EMERGENCE}`);
  const figure = await lab.chart.evaluate((canvas) => canvas.toDataURL());
  // The baseline stays the same variant.
  await press(lab, 'xavier_normal', 'raise');
  await expect(lab.row('kaiming_normal').locator('.comparison')).toHaveText('baseline');
  await press(lab, 'kaiming_normal', 'raise');
  expect(await lab.chart.evaluate((canvas) => canvas.toDataURL())).toBe(figure);
  await page.reload();
  await lab.shows('recorded');
  await expect(lab.rows.locator('.name'), 'in the order of the address').toHaveText([
    'Kaiming normal',
    'Xavier normal',
    'Emergence α 1.5 (Kaiming normal)',
  ]);
});

test('what was added and removed is marked until it is run', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  await lab.pick('orthogonal', 'base');
  await lab.add().click();
  await lab.closeDialog();
  await press(lab, 'xavier_normal', 'remove');
  await expect(lab.row('orthogonal').locator('.value')).toHaveText('not run yet');
  await expect(lab.row('xavier_normal')).toHaveClass('removed');
  await expect(lab.row('xavier_normal').locator('.value'), 'its result is still shown').toHaveText(/9\d\.\d %/);
  await expect(lab.root.locator('#pending')).toHaveText('Changes of the list apply to the next run.');
  await screenshot(page, 'pending');
  // Its name brings back what was removed.
  await lab.row('xavier_normal').locator('.name').click();
  await expect(lab.row('xavier_normal')).not.toHaveClass('removed');
  await press(lab, 'orthogonal', 'remove');
  await expect(lab.rows).toHaveCount(3);
  await expect(lab.edited, 'the list is as it was').toBeHidden();
});

test('the last variant cannot be removed', async ({ lab }) => {
  await lab.open(`${TINY}&init=kaiming_normal`);
  await lab.reach('ready');
  await expect(lab.rows).toHaveCount(1);
  await lab.row('kaiming_normal').hover();
  await expect(lab.row('kaiming_normal').locator('.remove')).toHaveCount(0);
});

test('a variant that is in the list already says so', async ({ lab }) => {
  await lab.open(`${TINY}&init=kaiming_normal,orthogonal`);
  await lab.reach('ready');
  await lab.pick('orthogonal', 'base');
  await expect(lab.root.locator('#scheme-says')).toHaveText('In the list: orthogonal');
  await expect(lab.add()).toHaveAttribute('aria-disabled', 'true');
  // It is only marked as disabled, so that it can say why.
  await lab.add().click({ force: true });
  await expect(lab.pickerStatus).toContainText('already in the list');
  await expect(lab.rows).toHaveCount(2);
});

test('a variant has a learning rate of its own', async ({ lab, hosted }) => {
  await lab.open(`${TINY}&init=kaiming_normal`);
  await lab.reach('ready');
  const rate = lab.root.locator('#own-rate');
  await lab.pick('kaiming_normal', 'base');
  await rate.fill('fast');
  await expect(lab.pickerError).toContainText('got “fast”');
  await expect(rate).toHaveAttribute('aria-invalid', 'true');
  await rate.fill('0,03');
  await expect(lab.pickerError).toBeHidden();
  await expect(lab.root.locator('#scheme-text')).toHaveText('kaiming_normal@lr=0.03');
  await lab.add().click();
  await lab.closeDialog();
  await expect.poll(() => lab.search()).toContain('init=kaiming_normal,kaiming_normal@lr=0.03&');
  await expect(lab.rows.locator('.name')).toHaveText(['Kaiming normal', 'Kaiming normal, lr 0.03']);

  await lab.rows.nth(1).locator('.name').click();
  await expect(rate, 'the dialog shows it').toHaveValue('0.03');
  await rate.fill('0.1');
  await lab.root.locator('#replace').click();
  await lab.closeDialog();
  await expect.poll(() => lab.search()).toContain('init=kaiming_normal,kaiming_normal@lr=0.1&');

  const results = await hosted.finish(lab.search());
  const [plain, own] = results.variants.map(({ runs }) => runs[0]);
  expect(own.weights_sha256, 'the same weights').toBe(plain.weights_sha256);
  expect(own.train_loss[0], 'and the same first loss').toEqual(plain.train_loss[0]);
  expect(own.train_loss.at(-1), 'but other steps').not.toEqual(plain.train_loss.at(-1));
});

test('the search finds a scheme by its name, its other names and its kind', async ({ lab }) => {
  await lab.open(`${TINY}&init=kaiming_normal`);
  await lab.reach('ready');
  await lab.openDialog('variant-dialog');
  const search = lab.root.locator('#scheme-search');
  const scheme = lab.picker.locator('#scheme');
  // The placeholder of the field names these.
  for (const [typed, found] of [['orthogonal', 'orthogonal'], ['he', 'kaiming_normal'], ['tuned', 'lsuv']]) {
    await search.fill(typed);
    await expect(scheme, `“${typed}”`).toHaveValue(found);
    await expect(lab.picker.locator(`#cards [data-for="${found}"]`), 'its card').toBeVisible();
  }
  await search.fill('gradinit');
  await expect(lab.picker.locator('[data-for~="gradinit"] [data-parameter="steps"]'), 'its constants').toBeVisible();
});

test('a control of a rescaling is added from its entry', async ({ lab }) => {
  await lab.open(`${TINY}&init=kaiming_normal,${EMERGENCE}`);
  await lab.reach('ready');
  await lab.row(EMERGENCE).locator('.name').click();
  await lab.add('control').click();
  await lab.add('shuffle').click();
  await lab.closeDialog();
  await expect
    .poll(() => lab.search())
    .toContain(`init=kaiming_normal,${EMERGENCE},lrmatch(${EMERGENCE}),shuffle(${EMERGENCE})&`);
  await expect(lab.root.locator('#control-note')).toContainText('must coincide');
});
