// Measures the figures of docs/benchmarks.md in one browser session: the speed of the innermost loop, milliseconds per training step
// compared with jax-js and TensorFlow.js, the gain from stacking and from workers, the cost of tuned initializations, the time to the first
// point, the cost of evaluation, the workers' memory, and file sizes.
//
//   node bench.mjs [--quick] [--json FILE]        (or `cargo xtask bench`; needs the built page in ../dist)

import { chromium } from '@playwright/test';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { CPU_ARGS, chromiumPath } from './chromium.mjs';
import { firstPoint, startOfPage } from './first.mjs';
import { gpuSteps } from './gpu.mjs';
import { Host, Lab, runsOf } from './lab.mjs';
import { exposeMemories, rendererPeak, wasmBytes } from './memory.mjs';
import { DATA, DIST, ISOLATED, serve } from './server.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const COMMON = [
  'data=digits&train=4096&test=128&init=kaiming_normal&opt=sgd&lr=0.01&momentum=0&batch=64',
  'eval=1000000&device=cpu',
].join('&');
/** By their names in bench/problem.mjs; `stacked` lists the numbers of runs to train side by side. */
const MODELS = {
  mlp: { title: 'MLP 784-256-256-10', query: `model=mlp:256,256&${COMMON}`, stacked: [4, 12], faster_goal: 2, stacking_goal: 0.45 },
  cnn: { title: 'CNN 16-32, 3x3, on 28x28', query: `model=cnn:16,32&${COMMON}`, stacked: [6], faster_goal: 2.5, stacking_goal: 0.55 },
};
/** `ours` is in steps of one run. The libraries' pages do their own warm-up; for ours, a first run serves as warm-up. */
const FULL = {
  rounds: 5,
  mlp: { ours: 400, theirs: 'warmup=20&blocks=5&steps=40' },
  cnn: { ours: 100, theirs: 'warmup=5&blocks=5&steps=8' },
  experiment: 'steps=1000',
  translation: '',
};
const QUICK = {
  rounds: 1,
  mlp: { ours: 60, theirs: 'warmup=5&blocks=3&steps=10' },
  cnn: { ours: 40, theirs: 'warmup=3&blocks=3&steps=4' },
  experiment: 'steps=100',
  translation: '&steps=50',
};

/** The cost of each tuned initialization, in training steps of the same network; the goals are those of the project. */
const TUNED = {
  'gradinit(kaiming_normal;steps=100)': 400,
  lsuv: 20,
  datadep: null,
  'nio(kaiming_normal;steps=100)': null,
  'metainit(kaiming_normal;steps=100)': null,
};

const THEIRS = {
  'jax-js 0.1.25, whole step jitted': '/bench/jax.html?jit=step',
  'jax-js 0.1.25, whole step jitted, isolated page': `${ISOLATED}jax.html?jit=step`,
  'jax-js 0.1.25, gradients jitted': '/bench/jax.html?jit=gradient',
  'TensorFlow.js 4.22, wasm': '/bench/tfjs.html?',
};

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
if (!existsSync(join(DIST, 'index.html'))) {
  console.error(`no built page in ${DIST}: run \`cargo xtask dist\` first, or set EMERGENCE_LAB_DIST`);
  process.exit(1);
}
const plan = options.quick ? QUICK : FULL;
const site = await serve();
const browser = await chromium.launch({ executablePath: chromiumPath(), args: CPU_ARGS });
try {
  const report = {
    machine: { cpu: cpus()[0]?.model, cores: cpus().length, browser: `Chromium ${browser.version()}` },
    quick: options.quick,
    tiles: await tiles(),
    steps: await trainingSteps(),
    gpu: await gpuSteps(site, Math.min(plan.rounds, 3)),
    tuning: await tuning(),
    start: await inPage((page) => startOfPage(page, site)),
    first_point: await medianOfThree(() => inPage((page) => firstPoint(page, site))),
    experiment: await experiment(),
    translation: await translation(),
    sizes: await sizes(),
  };
  print(report);
  const file = options.json ?? join(HERE, 'results', 'bench.json');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nwritten to ${relative(process.cwd(), file)}`);
} finally {
  await browser.close();
  await site.close();
}

/** Calls `visit` with a page in a fresh profile of the one browser. */
async function inPage(visit) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(`page: ${error}`));
  try {
    return await visit(page);
  } finally {
    await context.close();
  }
}

/** GFLOP/s of the innermost loop, by instruction and shape: the ceiling of this machine for our kernels. */
function tiles() {
  return inPage(async (page) => {
    await page.goto(`${site.origin}/bench/tiles.html`);
    await page.waitForFunction(() => window.result, null, { timeout: 180_000 });
    const { error, gflops } = await page.evaluate(() => window.result);
    if (error) {
      throw new Error(`tiles: ${error}`);
    }
    return gflops;
  });
}

/** All programs in turn, for several rounds, so that other load on the machine affects all equally; reports the median. */
async function trainingSteps() {
  const measured = Object.fromEntries(Object.keys(MODELS).map((model) => [model, {}]));
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const [model, all] of Object.entries(measured)) {
      await measureRound(model, all);
    }
    console.error(`round ${round + 1} of ${plan.rounds}`);
  }
  return Object.fromEntries(Object.entries(measured).map(([model, all]) => [model, summary(model, all)]));
}

/** Adds to `all`, by name, the time that each of them takes for one step. */
async function measureRound(model, all) {
  for (const [name, address] of Object.entries(THEIRS)) {
    (all[name] ??= []).push(await theirStep(name, `${address}&model=${model}&${plan[model].theirs}`));
  }
  for (const [runs, cores] of shapes(model)) {
    (all[ours(runs, cores)] ??= []).push(await ourStep(model, runs, cores));
  }
}

/** What is measured of ours: numbers of runs with one worker, and the largest one with more workers. */
function shapes(model) {
  const most = Math.max(...MODELS[model].stacked);
  const more = [2, 4, 8].filter((cores) => cores <= cpus().length);
  return [...[1, ...MODELS[model].stacked].map((runs) => [runs, 1]), ...more.map((cores) => [most, cores])];
}

function ours(runs, cores) {
  return `ours, R = ${runs}, ${cores === 1 ? '1 worker' : `${cores} workers`}`;
}

function summary(model, rounds) {
  const ms = Object.fromEntries(Object.entries(rounds).map(([name, all]) => [name, median(all)]));
  const one = ms[ours(1, 1)];
  return {
    ms_per_step: ms,
    rounds,
    times_faster: Object.fromEntries(Object.keys(THEIRS).map((name) => [name, ms[name] / one])),
    stacked_against_single: Object.fromEntries(
      shapes(model).filter(([runs]) => runs > 1).map(([runs, cores]) => [ours(runs, cores), ms[ours(runs, cores)] / (runs * one)]),
    ),
  };
}

function theirStep(name, address) {
  return inPage(async (page) => {
    await page.goto(`${site.origin}${address}`);
    await page.waitForFunction(() => window.result, null, { timeout: 180_000 });
    const result = await page.evaluate(() => window.result);
    if (result.error) {
      throw new Error(`${name}: ${result.error}`);
    }
    learned(name, result.first_loss, result.last_loss);
    return result.ms_per_step;
  });
}

function ourStep(model, runs, cores) {
  return inPage(async (page) => {
    await useCores(page, cores);
    const host = new Host(page, site);
    // About as many steps of all runs together as fit into the same time; the first experiment is only a warm-up.
    const steps = Math.max(20, Math.round(plan[model].ours / Math.sqrt(runs)));
    await host.open(`${MODELS[model].query}&seeds=${runs}&steps=${steps}`);
    await host.run();
    await host.reach('finished', 180_000);
    await host.button('Reset').click();
    await host.run();
    await host.reach('finished', 180_000);
    const results = await host.results();
    for (const run of runsOf(results)) {
      const losses = run.train_loss.map(([, loss]) => loss);
      learned(`ours, seed ${run.seed}`, mean(losses.slice(0, 5)), mean(losses.slice(-5)));
    }
    if (results.timing.runs !== runs || results.environment.backend !== 'cpu') {
      throw new Error(`ours: measured ${results.timing.runs} runs on ${results.environment.backend}`);
    }
    return results.timing.ms_per_step;
  });
}

/** The setting of the field *Cores*, before the page loads. */
function useCores(page, cores) {
  return page.addInitScript((chosen) => localStorage.setItem('emergence-lab/cores', chosen), String(cores));
}

async function tuning() {
  const measured = {};
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const scheme of Object.keys(TUNED)) {
      (measured[scheme] ??= []).push(await tuningInSteps(scheme));
    }
  }
  return Object.fromEntries(Object.entries(measured).map(([scheme, all]) => [scheme, median(all)]));
}

/** One run; the first experiment is only a warm-up. */
function tuningInSteps(scheme) {
  return inPage(async (page) => {
    const host = new Host(page, site);
    const data = 'data=digits&train=4096&test=128&model=mlp:128,128,128&batch=128&eval=1000000&device=cpu';
    await host.open(`${data}&seeds=1&steps=100&init=${scheme}`);
    await host.run();
    await host.reach('finished', 180_000);
    await host.button('Reset').click();
    await host.run();
    await host.reach('finished', 180_000);
    const { timing, variants } = await host.results();
    return (1000 * variants[0].init.seconds) / timing.ms_per_step;
  });
}

/** If a library does not learn, it does not do the work that is timed. */
function learned(name, first, last) {
  if (!(last < 0.97 * first)) {
    throw new Error(`${name}: the loss went from ${first} to ${last}; that is not training`);
  }
}

/** Loading and drawing happen once per page, so other load on the machine has its full effect: the median of three. */
async function medianOfThree(measure) {
  const all = [await measure(), await measure(), await measure()];
  return all.toSorted((one, other) => one.ink_secs - other.ink_secs)[1];
}

/**
 * A whole experiment with as many workers as there are cores: the seconds from the press to its end, loading included; what
 * evaluation adds to it; and the memory of the page at its end. A linear memory never shrinks, so the final size is the peak.
 */
function experiment() {
  return inPage(async (page) => {
    await useCores(page, cpus().length);
    await exposeMemories(page);
    const lab = new Lab(page, site);
    const query = `data=${DATA ? 'mnist' : 'digits'}&device=cpu&seeds=3&${plan.experiment}`;
    const seconds = async (evaluation) => {
      await lab.open(`${query}&eval=${evaluation}`);
      const start = Date.now();
      await lab.run();
      await lab.reach('finished', 300_000);
      return (Date.now() - start) / 1000;
    };
    const [rare, often] = [[], []];
    for (let round = 0; round < Math.min(plan.rounds, 3); round += 1) {
      rare.push(await seconds(1_000_000));
      often.push(await seconds(50));
    }
    const [without, secs] = [median(rare), median(often)];
    const wasm = await Promise.all(page.workers().map((worker) => worker.evaluate(wasmBytes)));
    if (!wasm.every((bytes) => bytes > 0)) {
      throw new Error(`memory: expected some in each of the page's workers, got ${wasm}`);
    }
    return {
      experiment: `${query}&eval=50`,
      secs,
      evaluation_share: 1 - without / secs,
      workers_wasm_mb: wasm.map((bytes) => bytes / 1e6),
      renderer_peak_rss_mb: await rendererPeak(),
    };
  });
}

/** The default experiment on sentences with as many workers as there are cores: the seconds from the press to its end. */
function translation() {
  return inPage(async (page) => {
    await useCores(page, cpus().length);
    const lab = new Lab(page, site);
    const query = `data=numbers&device=cpu${plan.translation}`;
    await lab.open(query);
    const start = Date.now();
    await lab.run();
    await lab.reach('finished', 300_000);
    return { experiment: query, secs: (Date.now() - start) / 1000 };
  });
}

/** Gzipped bytes of the files that a visitor's browser loads: the page's own files, and the worker's. */
async function sizes() {
  const files = await readdir(DIST, { recursive: true });
  const loaded = files.filter((file) => /\.(html|js|css|wasm)$/.test(file) && !/^(examples|data)\//.test(file));
  const entries = await Promise.all(
    loaded.map(async (file) => ({ file, gzip: gzipSync(await readFile(join(DIST, file)), { level: 9 }).length })),
  );
  const kilobytes = (list) => sum(list.map(({ gzip }) => gzip)) / 1e3;
  const worker = entries.filter(({ file }) => file.includes('worker'));
  const page = entries.filter((entry) => !worker.includes(entry));
  return {
    page_kb: kilobytes(page.filter(({ file }) => /\.(js|css|wasm)$/.test(file))),
    page_with_html_kb: kilobytes(page),
    cpu_worker_kb: kilobytes(worker.filter(({ file }) => file.endsWith('worker_bg.wasm'))),
    worker_wasm_mb: kilobytes(worker.filter(({ file }) => file.endsWith('.wasm'))) / 1e3,
    files: entries,
  };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function mean(values) {
  return sum(values) / values.length;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** The lines about the steps of one model. The goal for stacking applies to the largest stack. */
function rowsOf({ title, stacked, faster_goal, stacking_goal }, { ms_per_step, times_faster, stacked_against_single }) {
  return [
    [`${title}, batch 64, SGD, CPU path`, 'ms per step', 'ours (R = 1) is faster by'],
    ...Object.entries(ms_per_step).map(([name, ms]) => {
      const faster = times_faster[name];
      return [name, ms.toFixed(2), faster ? `${faster.toFixed(2)}x (goal: at least ${faster_goal}x)` : ''];
    }),
    ...Object.entries(stacked_against_single).map(([name, ratio]) => {
      const goal = name === ours(Math.max(...stacked), 2) ? `goal: at most ${stacking_goal}x` : '';
      return [`${name}, against single steps`, `${ratio.toFixed(2)}x`, goal];
    }),
    [],
  ];
}

/** The lines about WebGPU on the software adapter. */
function gpuRows({ ms_per_step, times_faster, stacked_against_single, dispatches_per_step, first_point_secs }) {
  return [
    ['MLP 784-256-256-10, batch 64, SGD, WebGPU on the software adapter', 'ms per step', `ours (R = 1) is faster by ${times_faster.toFixed(2)}x (goal: at least 1.2x)`],
    ...Object.entries(ms_per_step).map(([name, ms]) => [name, ms.toFixed(1), '']),
    ['12 runs, against single steps', `${stacked_against_single.toFixed(2)}x`, 'goal: at most 0.8x'],
    ...Object.entries(dispatches_per_step).map(([name, count]) => [`dispatches per step, ${name}`, String(count), 'goal: at most 11 (MLP), 24 (CNN)']),
    ['Run to the first plotted point, digits, WebGPU', `${first_point_secs.toFixed(2)} s`, 'goal: at most 6 s'],
    [],
  ];
}

function print({ machine, tiles, steps, gpu, tuning, start, first_point, experiment, translation, sizes }) {
  const rows = [
    ['Innermost loop, rows x registers', 'GFLOP/s', ''],
    ...Object.entries(tiles).flatMap(([arithmetic, shapes]) => {
      return Object.entries(shapes).map(([shape, gflops]) => [`${shape}, ${arithmetic}`, gflops.toFixed(1), '']);
    }),
    [],
    ...Object.entries(steps).flatMap(([model, measured]) => rowsOf(MODELS[model], measured)),
    ...gpuRows(gpu),
    ['Tuning before step 0, MLP 784-128-128-128-10, batch 128', 'training steps', ''],
    ...Object.entries(tuning).map(([scheme, taken]) => {
      const goal = TUNED[scheme] ? `goal: at most ${TUNED[scheme]}` : '';
      return [scheme, taken.toFixed(1), goal];
    }),
    [],
    ['form usable', `${start.form_secs.toFixed(2)} s`, ''],
    ['recorded figure drawn', `${start.figure_secs.toFixed(2)} s`, 'goal: at most 1.0 s'],
    ['Run to the worker loaded', `${start.worker_secs.toFixed(2)} s`, 'goal: at most 0.5 s'],
    ['Run to the first plotted point, digits', `${first_point.ink_secs.toFixed(2)} s`, 'goal: at most 1.2 s'],
    [experiment.experiment, `${experiment.secs.toFixed(1)} s`, 'goal: at most 20 s'],
    ['evaluations in it (without: only before the first and after the last step)', `${(100 * experiment.evaluation_share).toFixed(0)} %`, 'goal: at most 20 %'],
    [
      `wasm memory of ${experiment.workers_wasm_mb.length} workers`,
      `${sum(experiment.workers_wasm_mb).toFixed(0)} MB`,
      'goal: at most 450 MB',
    ],
    [translation.experiment, `${translation.secs.toFixed(1)} s`, 'goal: at most 60 s'],
    ['renderer, largest resident set', `${experiment.renderer_peak_rss_mb?.toFixed(0) ?? '?'} MB`, 'page and workers'],
    ['page wasm + JS + CSS, gzipped', `${sizes.page_kb.toFixed(0)} KB`, 'goal: at most 330 KB'],
    ['worker for the CPU, wasm, gzipped', `${sizes.cpu_worker_kb.toFixed(0)} KB`, 'goal: at most 750 KB'],
    ['both workers, wasm, gzipped', `${sizes.worker_wasm_mb.toFixed(2)} MB`, 'goal: at most 4.8 MB'],
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  console.log(`\n${machine.cpu}, ${machine.cores} cores, ${machine.browser}\n`);
  for (const [name = '', value = '', note = ''] of rows) {
    console.log(`${name.padEnd(widths[0])}  ${value.padStart(widths[1])}  ${note}`.trimEnd());
  }
}
