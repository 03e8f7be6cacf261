#!/usr/bin/env node
'use strict';
// The program `oms-sync`. An old Node.js is named before it meets syntax that it cannot read.
require('../node-version.cjs');
// TypeScript is compiled by require() hooks: those of ES modules need a thread of their own and twice the time.
require('tsx/cjs/api').register();
require('./main.ts');
