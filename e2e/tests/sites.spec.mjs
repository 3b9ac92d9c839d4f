// Embeds in a browser as visitors have it: on pages of different sites, whose storage it keeps apart, and in a tab that is not seen.

import { Lab, SMALL } from '../lab.mjs';
import { expect, test } from '../visitor.mjs';

const LONG = `embed=1&${SMALL.replace('steps=400', 'steps=100000')}`;

/** A page of `site` that shows the lab, which is on a site of its own, in a frame. */
const hostOf = (site, name) => `${site.origin.replace('127.0.0.1', `${name}.localhost`)}/pages/host.html?${LONG}`;

/** Opens such a page in a window of its own, and starts its lab. */
async function train(visitor, site, name) {
  const page = await visitor.newWindow(hostOf(site, name));
  await page.evaluate((src) => (document.querySelector('iframe').src = src), `${site.url.replace('127.0.0.1', 'lab.localhost')}?${LONG}`);
  const lab = new Lab(page, site, page.frameLocator('iframe'));
  await lab.run();
  await lab.plotted(5);
  return lab;
}

test('embeds on one site give way to each other, on two sites both compute', async ({ visitor, site }) => {
  test.setTimeout(90_000);
  const first = await train(visitor, site, 'first');
  const second = await train(visitor, site, 'first');
  await first.reach('paused');
  expect(await second.state(), 'the last one goes on').toBe('training');
  const elsewhere = await train(visitor, site, 'second');
  await elsewhere.plotted(20);
  const step = await second.step();
  await second.plotted(step + 20);
  expect(await Promise.all([second, elsewhere].map((lab) => lab.state()))).toEqual(['training', 'training']);
  await first.button('Resume').click();
  await second.reach('paused');
  expect(await elsewhere.state(), 'on the other site').toBe('training');
});

test('with run=1 an embed in a tab that is not seen begins once it is', async ({ visitor, site }) => {
  const page = await visitor.openBehind(`${site.origin}/pages/host.html?run=1&${LONG}`);
  const lab = new Lab(page, site, page.frameLocator('iframe'));
  await lab.reach('paused');
  const step = await lab.step();
  await page.waitForTimeout(2000);
  expect(await lab.step(), 'what is not seen does not train').toBe(step);
  await page.bringToFront();
  await lab.reach('training');
});
