// Where the CPU spends its time while an experiment trains: shares of the page and of the worker that talks to it (not of its helpers, which
// do the same) by kind of work, and the largest functions.
// Functions have names only in a page that wasm-opt has not optimized (`trunk build --release`, or `cargo xtask e2e`).
//
//   node profile.mjs QUERY [--cores N] [--after SECONDS] [--seconds N] [--functions N]        (needs the built page in ../dist)

import { chromium } from '@playwright/test';
import { parseArgs } from 'node:util';
import { CPU_ARGS, chromiumPath } from './chromium.mjs';
import { Host } from './lab.mjs';
import { serve } from './server.mjs';

/** Kinds of work by the names of functions; the first that fits counts. The module with relaxed SIMD has no names. */
const KINDS = {
  idle: /^\(idle\)$/,
  'matrix products and convolutions': /^wasm-function|add_to_tile|scalar_products|kernels::product|convolution|dense::cpu/,
  'packing matrices': /kernels::panels/,
  'activation functions and loss': /activation|Activations|CrossEntropy|loss/,
  'updates of the parameters': /Optimizer|optimizer/,
  'examples, their order and checksum': /dataset|batches|sha2|digest|chacha/,
  'emergence and layers': /emergence::emergence|emergence_lab::emergence|layer_probe/,
  'messages and turns of the event loop': /postMessage|onmessage|scope|MessagePort|Promise/,
  'graph of operations, memory': /autodiff|alloc|free|dlmalloc|memcpy|memset|burn/,
};
const OTHER = 'other';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cores: { type: 'string', default: '1' },
    after: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '4' },
    functions: { type: 'string', default: '12' },
  },
});
const [query, more] = positionals;
if (!query || more) {
  console.error("expected one query, like 'data=digits&device=cpu&steps=100000'");
  process.exit(2);
}

const site = await serve();
const browser = await chromium.launch({ executablePath: chromiumPath(), args: CPU_ARGS });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.addInitScript((cores) => localStorage.setItem('emergence-lab/cores', cores), options.cores);
  const host = new Host(page, site);
  await host.open(query);
  await host.run();
  await host.reach('training');
  await page.waitForTimeout(1000 * Number(options.after));
  for (const { title, profile } of await profiles(page)) {
    print(title, profile);
  }
} finally {
  await browser.close();
  await site.close();
}

/** The profiles of the page and of the worker that talks to it, taken at the same time. */
async function profiles(page) {
  const session = await page.context().newCDPSession(page);
  const [workers, waiting] = [[], new Map()];
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => workers.push({ sessionId, targetInfo }));
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(id)?.(result);
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  await page.waitForTimeout(300);
  const toWorker = ({ sessionId }) => (method, params = {}) => {
    const id = waiting.size + 1;
    const answer = new Promise((resolve) => waiting.set(id, resolve));
    session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params }) });
    return answer;
  };
  const threads = [
    { title: 'page', send: (method, params) => session.send(method, params) },
    ...workers.map((worker) => ({ title: worker.targetInfo.type, send: toWorker(worker) })),
  ];
  for (const { send } of threads) {
    await send('Profiler.enable');
    await send('Profiler.setSamplingInterval', { interval: 500 });
    await send('Profiler.start');
  }
  await page.waitForTimeout(1000 * Number(options.seconds));
  const taken = [];
  for (const { title, send } of threads) {
    taken.push({ title, profile: (await send('Profiler.stop')).profile });
  }
  return taken;
}

function print(title, { nodes, samples, timeDeltas }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName || '(anonymous)']));
  const [functions, kinds] = [new Map(), new Map()];
  let total = 0;
  samples.forEach((id, index) => {
    const [name, time] = [names.get(id), timeDeltas[index]];
    const kind = Object.keys(KINDS).find((each) => KINDS[each].test(name)) ?? OTHER;
    functions.set(name, (functions.get(name) ?? 0) + time);
    kinds.set(kind, (kinds.get(kind) ?? 0) + time);
    total += time;
  });
  console.log(`\n${title}, ${(total / 1e6).toFixed(1)} s`);
  for (const shares of [kinds, functions]) {
    const largest = [...shares].toSorted((one, other) => other[1] - one[1]).slice(0, Number(options.functions));
    largest.forEach(([name, time]) => console.log(`${((100 * time) / total).toFixed(1).padStart(6)} %  ${name.slice(0, 120)}`));
    console.log();
  }
}
