'use strict';
// `node -r ./scripts/tsx.cjs` is `node --import tsx`, with one sentence where Node.js is too old. It has to come before what
// an old one cannot read: --import, and every import of ours.
require('./node-version.cjs');
require('tsx/cjs/api').register();
// `tsx/esm/api` looks for its hooks in a folder that the package lacks, where it is required: they are registered here.
require('node:module').register('tsx/esm', require('node:url').pathToFileURL(__filename), { data: true });
