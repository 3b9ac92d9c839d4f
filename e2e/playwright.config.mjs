// Browser tests of the built page (`cargo xtask dist` first). Each test starts from a fresh profile; the tests start the
// host themselves, see fixtures.mjs.

import { defineConfig } from '@playwright/test';
import { CPU_ARGS, WEBGPU_ARGS, chromiumPath } from './chromium.mjs';

const launch = (args) => ({ launchOptions: { executablePath: chromiumPath(), args } });

export default defineConfig({
  testDir: 'tests',
  outputDir: 'results/traces',
  // Training uses one core fully, and the page needs the other one.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: 'results/report.json' }]],
  // The service worker fetches the whole page in the background: only its own tests let it.
  use: { viewport: { width: 1280, height: 900 }, colorScheme: 'light', trace: 'off', serviceWorkers: 'block' },
  projects: [
    { name: 'cpu', testIgnore: ['**/webgpu.spec.mjs', '**/faults/**'], use: launch(CPU_ARGS) },
    { name: 'webgpu', testMatch: '**/webgpu.spec.mjs', use: launch(WEBGPU_ARGS) },
    { name: 'faults', testMatch: '**/faults/*.spec.mjs', use: launch(CPU_ARGS) },
  ],
});
