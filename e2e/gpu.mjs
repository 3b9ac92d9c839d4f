// The time of training steps on WebGPU, compared with jax-js, in a browser whose software adapter computes on the CPU: a yardstick for the number
// of dispatches, for stacking and for the start, not for real GPUs.
//
//   node gpu.mjs [ROUNDS]      prints the figures as JSON (needs the built page in ../dist)

import { chromium } from '@playwright/test';
import { fileURLToPath } from 'node:url';
import { WEBGPU_ARGS, chromiumPath } from './chromium.mjs';
import { patchGpuWorker } from './faults.mjs';
import { Host, Lab, runsOf } from './lab.mjs';
import { serve } from './server.mjs';

const COMMON = 'data=digits&train=4096&test=128&init=kaiming_normal&opt=sgd&lr=0.01&momentum=0&batch=64&eval=1000000&device=webgpu';
const RUNS = 12;
const PATIENCE = 240_000;

/** What counts the dispatches of a worker. */
const COUNTER = `
  self.dispatches = 0;
  const { dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...all) {
    self.dispatches += 1;
    return dispatchWorkgroups.apply(this, all);
  };
`;

/** Medians over these many rounds, in which the programs take turns. */
export async function gpuSteps(site, rounds) {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: WEBGPU_ARGS });
  const inPage = async (visit) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    try {
      return await visit(await context.newPage());
    } finally {
      await context.close();
    }
  };
  try {
    const all = { jax: [], one: [], stacked: [] };
    for (let round = 0; round < rounds; round += 1) {
      all.jax.push(await inPage((page) => jaxStep(page, site)));
      all.one.push((await inPage((page) => ourStep(page, site, 'mlp:256,256', 1, 30))).ms);
      all.stacked.push((await inPage((page) => ourStep(page, site, 'mlp:256,256', RUNS, 5))).ms);
    }
    const dispatches = {};
    for (const [model, runs] of [['mlp:256,256', RUNS], ['cnn:16,32', 2]]) {
      dispatches[`${model}, ${runs} runs`] = (await inPage((page) => ourStep(page, site, model, runs, 4))).dispatches;
    }
    const starts = [];
    for (let round = 0; round < 3; round += 1) {
      starts.push(await inPage((page) => firstStep(page, site)));
    }
    const [jax, one, stacked] = [all.jax, all.one, all.stacked].map(median);
    return {
      ms_per_step: { 'jax-js 0.1.25, whole step jitted': jax, 'ours, R = 1': one, [`ours, R = ${RUNS}`]: stacked },
      times_faster: jax / one,
      stacked_against_single: stacked / (RUNS * one),
      dispatches_per_step: dispatches,
      first_point_secs: median(starts),
    };
  } finally {
    await browser.close();
  }
}

async function jaxStep(page, site) {
  await page.goto(`${site.origin}/bench/jax.html?jit=step&device=webgpu&model=mlp&warmup=5&blocks=3&steps=10`);
  await page.waitForFunction(() => window.result, null, { timeout: PATIENCE });
  const { error, ms_per_step: ms } = await page.evaluate(() => window.result);
  if (error) {
    throw new Error(`jax-js on WebGPU: ${error}`);
  }
  return ms;
}

/** Milliseconds and dispatches per step of all runs; the first experiment compiles the shaders. */
async function ourStep(page, site, model, runs, steps) {
  await patchGpuWorker(page, COUNTER);
  const host = new Host(page, site);
  const counts = [];
  let results;
  for (const length of [steps, steps, 2 * steps]) {
    const query = `model=${model}&${COMMON}&seeds=${runs}&steps=${length}`;
    await (counts.length === 0 ? host.open(query).then(() => host.run()) : host.ask('run', { query }));
    await host.reach('finished', PATIENCE);
    results = await host.results();
    const [worker] = page.workers();
    counts.push(await worker.evaluate(() => self.dispatches));
  }
  if (results.timing.runs !== runs || results.environment.backend !== 'webgpu' || runsOf(results)[0].train_loss.length !== 2 * steps) {
    throw new Error(`ours: measured ${results.timing.runs} runs on ${results.environment.backend}`);
  }
  // What is measured before the first step and after the last is the same in the last two.
  const [first, second, third] = counts;
  return { ms: results.timing.ms_per_step, dispatches: (third - second - (second - first)) / steps };
}

/** Seconds from the press to the first step on the page, default experiment on generated digits. */
async function firstStep(page, site) {
  const lab = new Lab(page, site);
  await lab.open('data=digits&device=webgpu');
  await lab.reach('ready');
  const start = Date.now();
  await lab.button('Run').click();
  await lab.plotted(1, PATIENCE);
  return (Date.now() - start) / 1000;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const site = await serve();
  try {
    console.log(JSON.stringify(await gpuSteps(site, Number(process.argv[2] ?? 3)), null, 2));
  } finally {
    await site.close();
  }
}
