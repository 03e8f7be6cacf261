import { startLocalTarget } from './local-target.ts';
import { describeOms } from './suite.ts';

describeOms('the local OMS, with permanent keys', () => startLocalTarget('permanent'), { choices: 'assert' });
describeOms('the local OMS, with temporary keys', () => startLocalTarget('temporary'), { choices: 'assert' });
