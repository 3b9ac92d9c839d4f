// The content security policy: the whole suite runs under it as a header (server.mjs); here, what it refuses, and what a page says that cannot start
// under a stricter one, or in a sandbox.

import { expect, test } from '../fixtures.mjs';
import { Lab, SMALL } from '../lab.mjs';

const QUICK = SMALL.replace('steps=400', 'steps=40');

test('the page states its policy itself, for hosts that send none', async ({ page, host, tolerate }) => {
  tolerate(/Executing inline script violates/);
  const site = await host({ headers: { 'content-security-policy': '' } });
  const lab = new Lab(page, site);
  await lab.open(QUICK);
  await lab.run();
  await lab.reach('finished');
  const refused = await page.evaluate(
    () =>
      new Promise((done) => {
        addEventListener('securitypolicyviolation', ({ effectiveDirective }) => done(effectiveDirective));
        const script = document.createElement('script');
        script.textContent = 'window.intruded = true';
        document.body.append(script);
      }),
  );
  expect(refused).toBe('script-src-elem');
  expect(await page.evaluate(() => window.intruded)).toBeUndefined();
});

test('nothing on the page violates the policy, whatever is shown', async ({ page, site }) => {
  await page.addInitScript(() => {
    window.violations = [];
    addEventListener('securitypolicyviolation', (event) => window.violations.push([event.effectiveDirective, event.sourceFile, event.sample]));
  });
  const lab = new Lab(page, site);
  await lab.open(QUICK);
  await lab.run();
  await lab.reach('finished');
  for (const part of ['layers', 'inside', 'emergence', 'learn', 'about', 'compare']) {
    await lab.tab(part);
    await page.waitForTimeout(150);
  }
  for (const dialog of ['setup', 'variant-dialog', 'share']) {
    await lab.openDialog(dialog);
    await lab.closeDialog();
  }
  expect(await page.evaluate(() => window.violations)).toEqual([]);
});

test('a page whose scripts are blocked says so', async ({ page, host, tolerate }) => {
  tolerate(/Content Security Policy|violates/i);
  // Without wasm-unsafe-eval WebAssembly is not compiled.
  const site = await host({ headers: { 'content-security-policy': "script-src 'self'" } });
  const lab = new Lab(page, site);
  await lab.open(QUICK);
  await expect(lab.html).toHaveAttribute('data-state', 'failed');
  await expect(lab.notices).toContainText(/content security policy|could not be loaded/i);
});

for (const cors of [false, true]) {
  test(`a sandboxed frame says what is missing, ${cors ? 'with' : 'without'} CORS`, async ({ page, host, tolerate }) => {
    tolerate(/CORS|Failed to load|origin 'null'|sandboxed|SecurityError/);
    const site = await host({ headers: cors ? { 'access-control-allow-origin': '*' } : {} });
    await page.goto(`${site.origin}/pages/sandbox.html?sandbox=allow-scripts&${QUICK}`);
    const lab = new Lab(page, site, page.frameLocator('iframe'));
    await expect(lab.html).toHaveAttribute('data-state', 'failed');
    await expect(lab.notices).toContainText('allow-same-origin');
    await expect(lab.notices.locator('.notice'), 'once').toHaveCount(1);
  });
}

test('with allow-same-origin a sandboxed frame trains', async ({ page, site }) => {
  await page.goto(`${site.origin}/pages/sandbox.html?sandbox=allow-scripts allow-same-origin&${QUICK}`);
  const lab = new Lab(page, site, page.frameLocator('iframe'));
  await lab.run();
  await lab.reach('finished');
});
