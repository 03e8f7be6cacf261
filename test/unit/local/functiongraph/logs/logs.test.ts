import { expect, it } from 'vitest';
import { Logs } from '../../../../../scripts/local/functiongraph/logs/logs.ts';

it.each([
  ['f', 'urn:fss:cn-north-4:project:function:default:f'],
  ['group.f', 'urn:fss:cn-north-4:project:function:group:f'],
])('lines of %s go where the configuration of %s says', (label, urn) => {
  const asked: string[] = [];
  const find = (of: string): undefined => void asked.push(of);
  const logs = new Logs({ region: 'cn-north-4', projectId: 'project', functions: { find } });
  const line = { time: 0, requestId: '', level: 'INFO', text: 'x' } as const;

  logs.add({ ...line, function: label });
  // The platform's own lines are no function's.
  logs.add({ ...line, function: '' });

  expect(asked).toEqual([urn]);
});
