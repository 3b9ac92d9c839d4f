// The path explorer: a small network as a graph, whose paths are counted.

import { expect, test } from '../fixtures.mjs';
import { screenshot } from '../lab.mjs';

test('the path explorer counts what the visitor switches on', async ({ lab, page }) => {
  await lab.open('data=digits&device=cpu#emergence');
  const counts = async (a, b) => {
    await expect(lab.root.locator('#paths-a-count')).toHaveText(a);
    await expect(lab.root.locator('#paths-b-count')).toHaveText(b);
  };
  const list = lab.root.locator('#paths-b-list li');
  await expect(list, 'paths of the network it begins with').toHaveCount(30);
  const height = () => lab.root.locator('#paths').evaluate((section) => section.offsetHeight);
  const before = await height();
  await page.getByRole('button', { name: 'All inactive' }).click();
  await counts('0', '0');
  const node = page.getByRole('button', { name: '4.1: layer 4, node 1,' });
  await expect(node).toHaveAttribute('aria-pressed', 'false');
  await node.focus();
  await page.keyboard.press('Space');
  await expect(node, 'the focus stays').toBeFocused();
  await expect(node).toHaveAccessibleName('4.1: layer 4, node 1, active');
  await expect(node).toHaveAttribute('aria-pressed', 'true');
  // All paths to it: 3 of one edge, 9 of two, 27 of three.
  await counts('3', '39');
  await expect(lab.root.locator('#paths-b-gained')).toHaveText('+39 new');
  await expect(lab.root.locator('#paths-b-more')).toHaveText('and 9 more');
  // The thirteenth has three edges.
  const lit = lab.root.locator('#paths-edges .lit');
  await list.nth(12).hover();
  await expect(lit).toHaveCount(3);
  await page.getByRole('button', { name: 'Largest EB' }).click();
  await expect(lit, 'the path may be gone').toHaveCount(0);
  await counts('36', '144');
  await expect(lab.root.locator('#paths-b-most')).toHaveText('of at most 144');
  // One tab stop for both lists, arrow keys within them.
  await list.first().getByRole('radio').focus();
  await page.keyboard.press('ArrowDown');
  await expect(list.nth(1).getByRole('radio')).toBeChecked();
  await expect(lit).toHaveCount(1);
  await screenshot(page, 'paths');
  await lab.root.locator('#paths-layers').selectOption('6');
  await lab.root.locator('#paths-width').selectOption('5');
  await page.getByRole('button', { name: 'Largest EB' }).click();
  await counts('775', '24,025');
  expect(await height(), 'nothing moves').toBe(before);
});
