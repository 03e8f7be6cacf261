/**
 * A store in a process of its own, to be killed.
 *
 * Usage: node --import tsx crash-child.ts <data folder>; prints its port on one line
 */
import { Accounts } from '../../../../scripts/local/accounts.ts';
import { startObs } from '../../../../scripts/local/obs/server.ts';
import { CREDENTIALS } from './fixture-credentials.ts';

const server = await startObs({
  dataDir: process.argv[2] ?? '',
  port: 0,
  region: 'cn-north-4',
  accounts: new Accounts([CREDENTIALS]),
});
console.log(server.port);
