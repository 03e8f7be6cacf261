'use strict';
// `node -r ./scripts/tsx.cjs` is `node --import tsx`, with one sentence where Node.js is too old. It has to come before what
// an old one cannot read: --import, and every import of ours.
require('./node-version.cjs');
require('tsx/cjs/api').register();
require('tsx/esm/api').register();
