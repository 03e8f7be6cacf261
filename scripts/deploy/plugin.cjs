'use strict';
// osls loads plugins with require(), this one is written in TypeScript. Under `node --import tsx` (npm run deploy) that
// is taken care of already.
if (!require.extensions['.ts']) require('tsx/cjs/api').register();

// The framework on its own (npx osls) has read the environment's values as code by now: framework.cjs keeps it from that.
if (!require('../serverless/framework.cjs').isRunning()) {
  const names = Object.keys(process.env).filter((name) => /^OMS_SYNC_/.test(name) && process.env[name].includes('${'));
  if (names.length > 0)
    throw new Error(`The values of ${names.join(', ')} hold \${, which osls reads as a variable: use npm run deploy`);
}

module.exports = require('./plugin/provider.ts').HuaweiProvider;
