// Other builds of the page, made from the first one without compiling: the page has another title, and every name and every list that depends on the
// build another hash.

import { cp, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIST } from './server.mjs';

/** The scripts and the page, in which names of files stand. */
const TEXT = /\.(html|js)$/;

/** The text of a file of a build. */
export const textOf = (dist, name) => readFile(join(dist, name), 'utf8');

/** The name of a build, as its page states it. */
export async function buildOf(dist) {
  return /<meta name="build" content="([0-9a-f]{16})">/.exec(await textOf(dist, 'index.html'))[1];
}

/** A hash in the name of a file. */
const HASH = /[0-9a-f]{16}(?=-)/;

/** The names of all files of the page itself, without data. */
async function names(dist) {
  const folders = await Promise.all(['', 'texts/', 'recorded/'].map(async (folder) => [folder, await readdir(join(dist, folder), { withFileTypes: true })]));
  return folders.flatMap(([folder, all]) => all.filter((entry) => entry.isFile()).map(({ name }) => folder + name));
}

/** The hashes in the names of a build's files. */
export async function hashesOf(dist) {
  const found = (await names(dist)).map((name) => HASH.exec(name)?.[0]);
  return new Set(found.filter(Boolean));
}

/** Copies the built page into a folder of its own, which the caller removes, without data sets. */
export async function copyBuild(dist = DIST) {
  const folder = await mkdtemp(join(tmpdir(), 'emergence-lab-build-'));
  await cp(dist, folder, { recursive: true, filter: (path) => !path.startsWith(join(dist, 'data')) });
  return folder;
}

/**
 * Another build: every hash in names and lists has another first digit, by so much larger, and so has the page's own name; the title says which it is.
 */
export async function otherBuild(title, larger = 1) {
  const folder = await copyBuild();
  const hashes = new Set([await buildOf(folder), ...(await hashesOf(folder))]);
  const another = (hash) => ((parseInt(hash[0], 16) + larger) % 16).toString(16) + hash.slice(1);
  const other = (text) => text.replaceAll(/[0-9a-f]{16}/g, (hash) => (hashes.has(hash) ? another(hash) : hash));
  for (const name of await names(folder)) {
    const path = join(folder, name);
    if (TEXT.test(name)) await writeFile(path, other(await readFile(path, 'utf8')));
    if (other(name) !== name) await rename(path, join(folder, other(name)));
  }
  await retitle(folder, title);
  await relist(folder);
  return folder;
}

/** The title of the page. */
export async function titleOf(dist) {
  return /<title>([^<]*)/.exec(await textOf(dist, 'index.html'))[1];
}

async function retitle(folder, title) {
  const path = join(folder, 'index.html');
  await writeFile(path, (await readFile(path, 'utf8')).replace(/<title>[^<]*/, `<title>${title}`));
}

/** Writes the sums of changed files into the list of the service worker. */
export async function relist(folder) {
  const { createHash } = await import('node:crypto');
  const path = join(folder, 'service_worker.js');
  let script = await readFile(path, 'utf8');
  for (const [line, name] of script.matchAll(/^ {2}"([^"]+)": "[0-9a-f]{64}",$/gm)) {
    const sum = createHash('sha256').update(await readFile(join(folder, name))).digest('hex');
    script = script.replace(line, `  "${name}": "${sum}",`);
  }
  await writeFile(path, script);
}

/** A page whose worker for the CPU was compiled from other sources. */
export async function withWorkerOfOtherSources(version) {
  const folder = await copyBuild();
  const name = (await names(folder)).find((name) => name.endsWith('-worker_bg.wasm'));
  const bytes = await readFile(join(folder, name));
  const own = Buffer.from(version);
  let at = bytes.indexOf(own);
  if (at < 0) throw new Error(`the worker does not state its build ${version}`);
  for (; at >= 0; at = bytes.indexOf(own, at + 1)) Buffer.from('0'.repeat(own.length)).copy(bytes, at);
  await writeFile(join(folder, name), bytes);
  return folder;
}

export const remove = (folder) => rm(folder, { recursive: true, force: true });
