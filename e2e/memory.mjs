// How much memory the page takes: that of the worker's WebAssembly, and the resident set of the renderer.

import { readFile, readdir } from 'node:fs/promises';

/** Makes the worker remember the memories of every module that it instantiates, from any of its scripts. */
export async function exposeMemories(page) {
  const remember = `
    for (const name of globalThis.wasmMemories ? [] : ['instantiate', 'instantiateStreaming']) {
      const original = WebAssembly[name];
      WebAssembly[name] = async (...all) => {
        const made = await original.apply(WebAssembly, all);
        const { exports } = made.instance ?? made;
        wasmMemories.push(...Object.values(exports).filter((one) => one instanceof WebAssembly.Memory));
        return made;
      };
    }
    globalThis.wasmMemories ??= [];
  `;
  await page.route(/\/lab\/[^?]*worker[^/?]*\.js(\?.*)?$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${remember.replace(/\s+/g, ' ')}${await response.text()}` });
  });
}

/** Bytes of these memories, in the worker. */
export function wasmBytes() {
  return (globalThis.wasmMemories ?? []).reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

/** The largest resident set of any renderer of this browser, page and worker together; null outside Linux. */
export async function rendererPeak() {
  const names = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const processes = new Map(await Promise.all(names.map(async (id) => [Number(id), await processOf(id)])));
  const descends = (id) => id === process.pid || (processes.has(id) && descends(processes.get(id).parent));
  const ours = [...processes].filter(([id, { command }]) => command.includes('--type=renderer') && descends(id));
  return ours.length > 0 ? Math.max(...ours.map(([, { peak }]) => peak)) / 1e3 : null;
}

async function processOf(id) {
  const [command, status] = await Promise.all(
    ['cmdline', 'status'].map((file) => readFile(`/proc/${id}/${file}`, 'latin1').catch(() => '')),
  );
  const field = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  return { command, parent: field('PPid'), peak: field('VmHWM') * 1.024 };
}
