'use strict';
// osls loads plugins with require(), this one is written in TypeScript. Under `node --import tsx` (npm run deploy) that
// is taken care of already.
if (!require.extensions['.ts']) require('tsx/cjs/api').register();

module.exports = require('./plugin/provider.ts').HuaweiProvider;
