import { liveTarget } from './live-target.ts';
import { describeOms } from './suite.ts';

// Not a `*.test.ts`: only `npm run test:live` finds it. Without its variables it ends here.
const target = liveTarget(process.env);

describeOms(target.name, async () => target, { choices: 'print' });
