// A plain static host for the built page, as a visitor's would be: no special headers (no COOP/COEP), and the page at
// a sub-path so that an absolute URL in it fails with a 404. The tests' pages and the libraries to compare are next to it; the libraries
// also with these headers, since one of them uses threads then.
//
//   node server.mjs [PORT]      serves ../dist at http://127.0.0.1:PORT/lab/

import { createReadStream, existsSync } from 'node:fs';
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

/**
 * Starts a host on a free port.
 *
 * @param {object} [options]
 * @param {string} [options.dist] the built page
 * @param {string | null} [options.data] folder with `mnist/*.gz`, null for a host without data
 * @param {RegExp} [options.corrupt] data files whose bytes are corrupted in transfer
 * @param {number} [options.port] 0 for any
 * @returns {Promise<{origin: string, url: string, hits: string[], close: () => Promise<void>}>} `url` is the page's
 *   address, `hits` every requested path
 */
export async function serve({ dist = DIST, data = DATA, corrupt, port = 0 } = {}) {
  const folders = [
    // Longest prefix first: data is inside the page's sub-path but not inside dist/.
    ['/lab/data/', data],
    ['/lab/', dist],
    ['/pages/', join(HERE, 'pages')],
    ['/bench/', join(HERE, 'bench')],
    [ISOLATED, join(HERE, 'bench')],
    ['/node_modules/', join(HERE, 'node_modules')],
  ];
  const hits = [];
  const server = createServer((request, response) => {
    answer({ folders, corrupt, hits }, request, response).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise((ready, fail) => server.once('error', fail).listen(port, '127.0.0.1', ready));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const close = () =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  return { origin, url: `${origin}/lab/`, hits, close };
}

async function answer({ folders, corrupt, hits }, request, response) {
  const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
  hits.push(path);
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
  response.writeHead(200, { 'content-type': type, 'content-length': file.size, 'cache-control': 'no-cache', ...isolation });
  if (request.method === 'HEAD') {
    response.end();
  } else {
    await send(file.path, response, corrupt?.test(path) ?? false);
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve({ port: Number(process.argv[2] ?? 8090) });
  console.log(`serving ${DIST} at ${url}${DATA ? ` with data from ${DATA}` : ''}`);
}
