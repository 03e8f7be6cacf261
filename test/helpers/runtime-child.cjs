'use strict';
// Runs a bundle's handler under whatever Node.js runs this file: node runtime-child.cjs BUNDLE EVENT VARIABLES, both JSON.
const [, , bundle, event, variables] = process.argv;
const values = JSON.parse(variables);
const texts = { getProjectID: '0123456789abcdef0123456789abcdef', getFunctionName: 'f', getRequestID: 'r' };
const context = new Proxy(
  {
    getUserData: (name) => values[name],
    getRemainingTimeInMilliSeconds: () => 60000,
    getSecurityAccessKey: () => 'AK',
    getSecuritySecretKey: () => 'SK',
    getSecurityToken: () => 'token',
  },
  { get: (target, name) => target[name] ?? (String(name).startsWith('get') ? () => texts[name] ?? '' : undefined) },
);
const { handler } = require(bundle);
const report = (answer) => process.send({ node: process.versions.node, arity: handler.length, ...answer });
handler(JSON.parse(event), context).then(
  (result) => report({ result }),
  (error) => report({ error: { name: error.name, code: error.code } }),
);
