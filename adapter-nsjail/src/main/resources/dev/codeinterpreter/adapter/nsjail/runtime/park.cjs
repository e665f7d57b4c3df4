// Preloaded after pre.cjs in a Node that is started ahead of its program. Loads what most programs use, says that it waits, and
// blocks until the program is there; then Node goes on as if it had been started for it. The words that come are those of the
// command line behind `node`: --enable-source-maps, if so, the program, its arguments.
'use strict';
const { isMainThread } = require('node:worker_threads');

function readExactly(fs, length) {
  const bytes = Buffer.alloc(length);
  for (let have = 0; have < length; ) {
    const n = fs.readSync(3, bytes, have, length - have);
    if (n === 0) {
      process.reallyExit(0); // the run is given up
    }
    have += n;
  }
  return bytes;
}

/** The layout is that of an EXEC frame, see sandbox.h. */
function waitForProgram(fs) {
  fs.writeSync(4, 'r');
  const payload = readExactly(fs, readExactly(fs, 4).readUInt32BE(0));
  const count = payload.readUInt16BE(13);
  return payload.toString('utf8', 17).split('\0').slice(0, count);
}

function park() {
  const fs = require('node:fs');
  for (const name of ['assert', 'buffer', 'child_process', 'crypto', 'events', 'fs/promises', 'http', 'https', 'os', 'path',
    'perf_hooks', 'process', 'readline', 'stream', 'stream/promises', 'string_decoder', 'timers', 'timers/promises', 'url',
    'util', 'zlib']) {
    require(`node:${name}`);
  }
  require('/rt/warm.mjs');
  delete require.cache['/rt/warm.mjs'];
  void process.stdout;
  void process.stderr;
  const words = waitForProgram(fs);
  const options = process.execArgv.slice(0, -2); // all but --require of this file: forks must not wait
  if (words[0] === '--enable-source-maps') {
    process.setSourceMapsEnabled(true);
    options.splice(1, 0, words.shift());
  }
  process.execArgv = options;
  process.argv.splice(2, Infinity, ...words.slice(1));
  fs.closeSync(3);
  fs.writeSync(4, 'b');
  fs.closeSync(4);
}

if (isMainThread) {
  park();
}
