'use strict';
// Says which Node.js is needed, in a syntax that old ones read.
const needed = require('../package.json').engines.node.match(/(\d+)\.(\d+)/);
const running = process.versions.node.split('.');
if (Number(running[0]) < Number(needed[1]) || (running[0] === needed[1] && Number(running[1]) < Number(needed[2]))) {
  console.error(`oms-sync needs Node.js ${needed[0]} or newer, and this is ${process.versions.node}.`);
  process.exit(1);
}
