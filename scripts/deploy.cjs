'use strict';
require('./node-version.cjs');
// `node scripts/deploy.cjs` is `node --import tsx scripts/deploy.ts` in half the time: the framework, its plugin and all that
// they load come by require(), for which the hooks of ES modules, a thread of their own, are not needed.
require('tsx/cjs/api').register();
require('./deploy.ts');
