// Tuned initializations, which run the network before step 1, in the real worker: they report their cost and progress, and
// can be stopped.

import { expect, test } from '../fixtures.mjs';
import { runsOf } from '../lab.mjs';

const TINY = 'data=digits&train=512&test=100&model=mlp:16&batch=64&steps=4&eval=4&seeds=2&device=cpu';
/** One of every kind, with the fewest iterations that still have an effect. */
const SCHEMES = [
  'xavier_normal',
  'kaiming_normal',
  'zero',
  'custom(std=sqrt(2/fan_in))',
  'emergence(kaiming_normal;alpha=1.5)',
  'lrmatch(emergence(kaiming_normal;alpha=1.5))',
  'shuffle(emergence(kaiming_normal;alpha=0.8))',
  'lsuv',
  'datadep',
  'metainit(kaiming_normal;steps=3)',
  'gradinit(kaiming_normal;steps=4)',
  'nio(kaiming_normal;steps=3)',
];

test('every initialization trains and reports its cost', async ({ hosted }) => {
  const results = await hosted.finish(`${TINY}&init=${SCHEMES.join(',')}`);
  expect(results.variants.map(({ name }) => name)).toEqual(SCHEMES);
  for (const run of runsOf(results)) {
    expect(run.diverged_at, run.name).toBeNull();
    expect(run.layers.length, `layers of ${run.name}`).toBe(2);
    for (const layer of run.layers) {
      expect(layer.gradient_norm, `gradient of ${run.name}`).toBeGreaterThan(0);
      expect(layer.step_size, `first step of ${run.name}`).toBeGreaterThan(0);
    }
  }
  const cost = Object.fromEntries(results.variants.map(({ name, init }) => [name.split('(')[0], init]));
  for (const free of ['xavier_normal', 'kaiming_normal', 'zero', 'custom', 'emergence', 'lrmatch', 'shuffle']) {
    expect(cost[free], free).toEqual({ seconds: 0, forward_passes: 0, gradient_evaluations: 0 });
  }
  expect(cost.lsuv.forward_passes, 'one pass before and one after rescaling, for two layers').toBeGreaterThanOrEqual(2);
  expect(cost.datadep.forward_passes, 'ten batches for two layers').toBe(20);
  expect(cost.metainit.gradient_evaluations, 'nine an iteration').toBe(27);
  expect(cost.gradinit.gradient_evaluations, 'two or three an iteration').toBeGreaterThanOrEqual(8);
  expect(cost.nio.gradient_evaluations, 'three for each of two parts').toBe(18);
  for (const tuned of ['lsuv', 'datadep', 'metainit', 'gradinit', 'nio']) {
    expect(cost[tuned].seconds, `seconds of ${tuned}`).toBeGreaterThan(0);
  }
  expect(results.random_activity.points.length, 'a table of random activity').toBeGreaterThan(10);
  const note = hosted.root.locator('#control-note');
  await expect(note, 'a rescaling is listed with its rate control').toBeVisible();
  await expect(note).toContainText('must coincide');
});

test('tuning shows its progress, and Reset stops it', async ({ lab }) => {
  await lab.open(`${TINY}&init=kaiming_normal,gradinit(kaiming_normal;steps=10000)`);
  await lab.run();
  await expect(lab.root.locator('#steps')).toContainText(/GradInit.*: [\d,]+ of 10,000/);
  await lab.button('Reset').click();
  await lab.reach('ready', 5_000);
  // The same worker continues with another experiment immediately.
  await lab.rows.nth(1).hover();
  await lab.rows.nth(1).locator('.remove').click();
  await lab.run();
  await lab.reach('finished');
  expect(await lab.step()).toBe(4);
});
