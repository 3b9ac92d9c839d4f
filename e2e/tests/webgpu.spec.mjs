// WebGPU on the software adapter: the same experiment as on the CPU, up to rounding. Its shaders take seconds to compile, so the experiment
// is as small as possible.

import { expect, mirror, needsData, test } from '../fixtures.mjs';
import { patchGpuWorker } from '../faults.mjs';
import { Lab, runsOf, screenshot } from '../lab.mjs';

const TINY = 'data=digits&train=512&test=128&model=mlp:32,32&batch=32&steps=5&eval=5&seeds=1';
/** Five steps of f32 sums in another order: measured differences are of the order of 1e-6, those of a wrong kernel 1e-1. */
const TOLERANCE = 1e-3;

test('five steps on WebGPU agree with the CPU', async ({ hosted, page }) => {
  test.setTimeout(180_000);
  const cpu = await hosted.finish(`${TINY}&device=cpu`);
  expect(cpu.environment.backend).toBe('cpu');

  const webgpu = await hosted.finish(`${TINY}&device=webgpu`, 150_000);
  expect(await hosted.backend(), 'data-backend').toBe('webgpu');
  expect(webgpu.environment.backend).toBe('webgpu');
  await screenshot(page, 'webgpu');

  const [ours, reference] = [runsOf(webgpu), runsOf(cpu)];
  expect(ours.length, 'runs').toBe(3);
  ours.forEach((run, index) => {
    const other = reference[index];
    expect(run.weights_sha256, `initial weights of ${run.name}`).toBe(other.weights_sha256);
    expect(run.train_loss.length, `steps of ${run.name}`).toBe(5);
    const worst = Math.max(...run.train_loss.map(([, loss], at) => Math.abs(loss - other.train_loss[at][1])));
    expect(worst, `largest difference of the losses of ${run.name}`).toBeLessThan(TOLERANCE);
  });
  expect(webgpu.receipt, 'same data in the same order').toEqual(cpu.receipt);

  // A GPU can be opened only once per worker: a run on the CPU in between must not lose it.
  for (const device of ['cpu', 'webgpu']) {
    await hosted.ask('run', { query: `${TINY.replace('steps=5', 'steps=1')}&device=${device}` });
    await hosted.reach('finished', 60_000);
    expect(await hosted.backend(), `device=${device}`).toBe(device);
  }
});

test('where the CPU is faster than the GPU, it computes by itself, and the page says why', async ({ hosted, page, site }) => {
  test.setTimeout(120_000);
  const results = await hosted.finish(`${TINY}&device=auto`, 90_000);
  expect(results.environment.backend).toBe('cpu');
  expect(await hosted.backend()).toBe('cpu');
  const { webgpu_microseconds: webgpu, cpu_microseconds: cpu } = results.step_times;
  expect(cpu, 'measured').toBeGreaterThan(0);
  expect(cpu).toBeLessThan(webgpu);
  await expect(hosted.root.locator('#reason')).toHaveText(/^GPU [\d.]+ ms, CPU [\d.]+ ms a step$/);
  // It is known from now on, also for other seeds and more steps.
  site.hits.length = 0;
  await hosted.ask('run', { query: `${TINY.replace('steps=5', 'steps=6')}&seed=7&device=auto` });
  await hosted.reach('finished', 60_000);
  expect(await hosted.backend()).toBe('cpu');
  expect(site.hits.filter((path) => path.includes('worker_gpu')), 'the large worker is not fetched again').toEqual([]);
});

test('data are asked for and arrive while the GPU is tested', async ({ host, page, tolerate }) => {
  needsData('mnist');
  test.setTimeout(120_000);
  tolerate(/Failed to load resource.*404.*\/lab\/data\//);
  // Nothing comes back from the GPU before the mirror is asked for a file.
  await patchGpuWorker(
    page,
    `
    const { fetch } = self;
    let open;
    const opened = new Promise((resolve) => { open = resolve; });
    self.fetch = function (resource, ...others) {
      const { origin } = new URL(resource.url ?? resource, self.location);
      if (origin !== self.location.origin) open();
      return fetch.call(this, resource, ...others);
    };
    const { mapAsync } = GPUBuffer.prototype;
    GPUBuffer.prototype.mapAsync = async function (...all) {
      await opened;
      return mapAsync.apply(this, all);
    };
  `,
  );
  const site = await host({ data: null });
  await mirror(page.context());
  const lab = new Lab(page, site);
  await lab.open('data=mnist&train=512&test=128&model=mlp:32,32&batch=32&steps=2&eval=2&seeds=1&device=webgpu');
  await lab.run();
  // The test of the GPU, which has not ended, is given up for the question, and begins again after it.
  await lab.offer('Download').click();
  await lab.reach('finished', 90_000);
  expect(await lab.backend()).toBe('webgpu');
});

test('a shader of ours that computes wrong numbers is found by the self-test', async ({ lab, page }) => {
  test.setTimeout(120_000);
  await patchGpuWorker(
    page,
    `
    const { createShaderModule } = GPUDevice.prototype;
    GPUDevice.prototype.createShaderModule = function ({ code, ...others }) {
      return createShaderModule.call(this, { code: code.replaceAll('fma(vec4<f32>(left_', '0.99 * fma(vec4<f32>(left_'), ...others });
    };
  `,
  );
  await lab.open(`${TINY}&device=auto`);
  await lab.run();
  await lab.reach('finished', 90_000);
  expect(await lab.backend()).toBe('cpu');
  await expect(page.locator('#reason')).toContainText(/self-test/);
});

/** Trains on the CPU and on WebGPU for three steps, and compares weights and losses; resolves to the runs of both, pair by pair. */
async function comparedRuns(hosted, query) {
  const [cpu, webgpu] = [
    await hosted.finish(`${query}&steps=3&eval=3&seeds=1&device=cpu`, 60_000),
    await hosted.finish(`${query}&steps=3&eval=3&seeds=1&device=webgpu`, 240_000),
  ];
  expect(webgpu.environment.backend).toBe('webgpu');
  const pairs = runsOf(webgpu).map((run, index) => [run, runsOf(cpu)[index]]);
  for (const [run, other] of pairs) {
    expect(run.weights_sha256).toBe(other.weights_sha256);
    expect(run.train_loss.length, 'steps').toBe(3);
    const worst = Math.max(...run.train_loss.map(([, loss], at) => Math.abs(loss - other.train_loss[at][1])));
    expect(worst, `largest difference of the losses of ${run.name}`).toBeLessThan(TOLERANCE);
    expect(Math.abs(run.test_loss.at(-1)[1] - other.test_loss.at(-1)[1]), 'test loss').toBeLessThan(TOLERANCE);
  }
  return pairs;
}

for (const model of ['cnn:4k5a,6s2p', 'resnet:4,6']) {
  test(`three steps of ${model} on WebGPU agree with the CPU`, async ({ hosted }) => {
    test.setTimeout(320_000);
    const init = 'kaiming_normal,emergence(kaiming_normal;alpha=1.5)';
    // At larger rates rounding separates the networks within three steps, as it does on CPUs with another arithmetic.
    await comparedRuns(hosted, `data=patterns&train=64&test=32&model=${model}&norm=batch&batch=16&lr=0.001&init=${init}`);
  });
}

test('three steps of a transformer on WebGPU agree with the CPU', async ({ hosted }) => {
  test.setTimeout(320_000);
  const init = 'xavier_normal,emergence(xavier_normal;alpha=1.1)';
  const query = `data=numbers&train=64&test=16&model=transformer:8h2x1&batch=8&init=${init}`;
  for (const [run, other] of await comparedRuns(hosted, query)) {
    expect(run.exact_match, 'exact match').toEqual(other.exact_match);
    // A unit at the threshold may be active on one of them only.
    expect(Math.abs(run.emergence_b.at(-1)[1] - other.emergence_b.at(-1)[1]), 'emergence').toBeLessThan(0.05);
  }
});

const TUNED = [
  'lsuv',
  'datadep(kaiming_normal;batches=2)',
  'metainit(kaiming_normal;steps=1)',
  'gradinit(kaiming_normal;steps=2)',
  'nio(kaiming_normal;steps=1)',
];

test('tuning on WebGPU agrees with the CPU', async ({ hosted }) => {
  test.setTimeout(300_000);
  const tiny = `data=patterns&train=64&test=32&model=cnn:3&norm=batch&batch=16&steps=1&eval=1&seeds=1`;
  const query = `${tiny}&init=${TUNED.join(',')}`;
  const [cpu, webgpu] = [
    await hosted.finish(`${query}&device=cpu`, 60_000),
    await hosted.finish(`${query}&device=webgpu`, 240_000),
  ];
  expect(webgpu.environment.backend).toBe('webgpu');
  runsOf(webgpu).forEach((run, index) => {
    const other = runsOf(cpu)[index];
    run.layers.forEach(({ scales }, layer) => {
      for (const [part, scale] of Object.entries(scales)) {
        const difference = Math.abs(scale - other.layers[layer].scales[part]);
        expect(difference, `${part} of layer ${layer + 1}, ${run.name}`).toBeLessThan(TOLERANCE);
      }
    });
  });
  const costs = ({ variants }) => variants.map(({ init: { seconds, ...counts } }) => counts);
  expect(costs(webgpu), 'as many passes and gradients').toEqual(costs(cpu));
});

test('a GPU that computes wrong numbers is not used, and the page says so', async ({ lab, page }) => {
  test.setTimeout(120_000);
  await corruptReadback(page);
  await lab.open(`${TINY}&device=auto`);
  await lab.run();
  await lab.reach('finished', 90_000);
  expect(await lab.backend()).toBe('cpu');
  await expect(lab.badge).toContainText('CPU');
  await expect(page.locator('#reason')).toContainText(/self-test/);
  await screenshot(page, 'self-test-failed');
});

test('if the large worker cannot be loaded, the small one computes, and the page says why', async ({ lab, page, site, tolerate }) => {
  tolerate(/./);
  await page.route(/\/lab\/[^/]*worker_gpu\.js(\?.*)?$/, (route) => route.abort());
  site.hits.length = 0;
  await lab.open(`${TINY}&device=auto`);
  await lab.run();
  await lab.reach('finished', 60_000);
  expect(await lab.backend()).toBe('cpu');
  await expect(page.locator('#reason')).not.toBeEmpty();
  expect(site.hits.filter((path) => path.endsWith('worker_gpu_loader.js')), 'it was tried first').toHaveLength(1);
});

/** Every value that the worker reads back from its GPU is slightly wrong, as with a broken driver. */
async function corruptReadback(page) {
  const corrupt = `
    const { getMappedRange } = GPUBuffer.prototype;
    GPUBuffer.prototype.getMappedRange = function (...all) {
      const range = getMappedRange.apply(this, all);
      if (this.usage & GPUBufferUsage.MAP_READ) new Float32Array(range)[0] += 0.01;
      return range;
    };
  `;
  await patchGpuWorker(page, corrupt);
}
