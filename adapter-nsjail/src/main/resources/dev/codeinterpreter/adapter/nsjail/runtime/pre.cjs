// Preloaded with --require before the program /tmp/code/code.js, in its workers and in its forks.
// Shows the program as /mnt/data/code.js: __dirname, relative imports and stack traces are those of the data
// directory although no file of that name is there. Gives ES modules a `require` as well.
'use strict';
const Module = require('node:module');

const hidden = '/tmp/code/code.js';
const shown = '/mnt/data/code.js';
const hiddenUrl = `file://${hidden}`;
const shownUrl = `file://${shown}`;

globalThis.require = Module.createRequire(shown);
if (process.argv[1] === shown) {
  process.argv[1] = hidden; // a fork names the program by the path it knows
}
Module.registerHooks({
  resolve(specifier, context, next) {
    const isProgram = [hidden, hiddenUrl, shown, shownUrl].includes(specifier);
    return isProgram ? { url: shownUrl, shortCircuit: true } : next(specifier, context);
  },
  load(url, context, next) {
    if (url !== shownUrl) {
      return next(url, context);
    }
    process.argv[1] = shown; // programs compare it with their own name
    return next(hiddenUrl, context);
  },
});
