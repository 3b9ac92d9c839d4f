// A static host for the built page, as a visitor's would be: no special headers (no COOP/COEP) but the content security policy of the page, which
// then holds for its workers, too, and the page at a sub-path so that an absolute URL in it fails with a 404. The tests' pages and the libraries to compare are next to it; the libraries
// also with these headers, since one of them uses threads then.
//
//   node server.mjs [PORT]      serves ../dist at http://127.0.0.1:PORT/lab/

import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));

/** The folder of the built page. */
export const DIST = resolve(process.env.EMERGENCE_LAB_DIST ?? join(HERE, '..', 'dist'));

/** The folder with `mnist/*.gz`, or null: $EMERGENCE_LAB_DATA (relative to the repository's root), else `data/`. */
export const DATA = dataFolder();

function dataFolder() {
  const own = join(HERE, '..', 'data');
  if (process.env.EMERGENCE_LAB_DATA) {
    return resolve(HERE, '..', process.env.EMERGENCE_LAB_DATA);
  }
  return existsSync(join(own, 'mnist')) ? own : null;
}

/** The pages of `bench/` again, with the headers that allow shared memory, and with it threads. */
export const ISOLATED = '/isolated/';

const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.gz': 'application/gzip',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** The policy that the page states in its HTML; as a header it can say more: who may show the page. */
export function policy() {
  const html = readFileSync(join(HERE, '..', 'www', 'index.html'), 'utf8');
  const [, stated] = /content="(default-src[^"]*)"/.exec(html) ?? [];
  return `${stated}; frame-ancestors *`;
}

/** What the policy holds for. Not for the pages of the tests and of the benchmark, which are those of others, with scripts inside. */
const OURS = /^\/lab\//;

/**
 * Starts a host on a free port.
 *
 * @param {object} [options]
 * @param {string} [options.dist] the built page
 * @param {string | null} [options.data] folder with `mnist/*.gz`, null for a host without data
 * @param {RegExp} [options.corrupt] data files whose bytes are corrupted in transfer
 * @param {number} [options.maxAge] seconds for which browsers may keep what they get; without it they ask each time
 * @param {object} [options.headers] more headers of the page's files
 * @param {RegExp} [options.cut] files of which only the first half is sent before the connection breaks
 * @param {number} [options.cuts] how often that happens to each of them
 * @param {number} [options.port] 0 for any
 * @returns {Promise<{origin: string, url: string, hits: string[], fault: null | 'unreachable' | 'silent' | number, publish: (dist: string) => void,
 *   close: () => Promise<void>}>} `url` is the page's address, `hits` every requested path, `fault` what is wrong with the host (a number is the
 *   status of all answers), `publish` replaces the built page by another one
 */
export async function serve({ dist = DIST, data = DATA, corrupt, cut, cuts = 1, maxAge, headers = {}, port = 0 } = {}) {
  const folders = [
    // Longest prefix first: data is inside the page's sub-path but not inside dist/.
    ['/lab/data/', data],
    ['/lab/', dist],
    ['/pages/', join(HERE, 'pages')],
    ['/bench/', join(HERE, 'bench')],
    [ISOLATED, join(HERE, 'bench')],
    ['/node_modules/', join(HERE, 'node_modules')],
  ];
  const site = { hits: [], fault: null };
  const cache = maxAge === undefined ? 'no-cache' : `max-age=${maxAge}`;
  const own = { 'cache-control': cache, 'content-security-policy': policy(), ...headers };
  site.publish = (dist) => (folders.find(([prefix]) => prefix === '/lab/')[1] = dist);
  const server = createServer((request, response) => {
    answer({ folders, corrupt, cut, cuts, own, site }, request, response).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise((ready, fail) => server.once('error', fail).listen(port, '127.0.0.1', ready));
  const origin = `http://127.0.0.1:${server.address().port}`;
  site.close = () =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  return Object.assign(site, { origin, url: `${origin}/lab/` });
}

async function answer({ folders, corrupt, cut, cuts, own, site: { hits, fault } }, request, response) {
  const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
  hits.push(path);
  if (fault) {
    meet(fault, response);
    return;
  }
  if (path === '/favicon.ico') {
    response.writeHead(204).end();
    return;
  }
  const file = await locate(folders, path);
  if (!file) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    return;
  }
  const type = TYPES[extname(file.path)] ?? 'application/octet-stream';
  const isolation = path.startsWith(ISOLATED) ? ISOLATION : {};
  const particular = OURS.test(path) ? own : { 'cache-control': 'no-cache', ...isolation };
  response.writeHead(200, { 'content-type': type, 'content-length': file.size, ...particular });
  if (request.method === 'HEAD') {
    response.end();
  } else if (cut?.test(path) && hits.filter((hit) => hit === path).length <= cuts) {
    await sendHalf(file, response);
  } else {
    await send(file.path, response, corrupt?.test(path) ?? false);
  }
}

/** What a host does that has this fault. */
function meet(fault, response) {
  if (fault === 'unreachable') {
    response.socket.destroy();
  } else if (fault !== 'silent') {
    response.writeHead(fault, { 'content-type': 'text/plain' }).end('out of order');
  }
}

async function locate(folders, path) {
  const [prefix, folder] = folders.find(([prefix]) => path.startsWith(prefix)) ?? [];
  if (!folder) {
    return null;
  }
  let file = normalize(join(folder, path.slice(prefix.length)));
  if (file !== normalize(folder) && !file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
    return null;
  }
  if (path.endsWith('/')) {
    file = join(file, 'index.html');
  }
  const found = await stat(file).catch(() => null);
  return found?.isFile() ? { path: file, size: found.size } : null;
}

/** Streams a file; a damaged one has the right length and one wrong byte in every chunk. */
async function send(path, response, damaged) {
  async function* bytes() {
    for await (const chunk of createReadStream(path)) {
      if (damaged) {
        chunk[chunk.length >> 1] ^= 0x55;
      }
      yield chunk;
    }
  }
  // A visitor who leaves while a file is being sent is not an error.
  await pipeline(bytes, response).catch(() => {});
}

/** Sends the first half of a file, and breaks the connection. */
async function sendHalf({ path, size }, response) {
  for await (const chunk of createReadStream(path, { end: size >> 1 })) {
    response.write(chunk);
  }
  await new Promise((sent) => response.write('', sent));
  response.socket.destroy();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve({ port: Number(process.argv[2] ?? 8090) });
  console.log(`serving ${DIST} at ${url}${DATA ? ` with data from ${DATA}` : ''}`);
}
