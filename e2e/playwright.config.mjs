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
  use: { viewport: { width: 1280, height: 900 }, colorScheme: 'light', trace: 'off' },
  projects: [
    { name: 'cpu', testIgnore: '**/webgpu.spec.mjs', use: launch(CPU_ARGS) },
    { name: 'webgpu', testMatch: '**/webgpu.spec.mjs', use: launch(WEBGPU_ARGS) },
  ],
});
