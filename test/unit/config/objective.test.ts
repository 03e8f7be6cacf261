import { expect, it } from 'vitest';
import { DEFAULT_OBJECTIVE, objectiveVariable } from '#shared/config/objective.ts';

const { read } = objectiveVariable('RECONCILE_OBJECTIVE');

it.each([
  ['99.9%/15m', { target: 0.999, seconds: 900 }],
  ['99.99%/10m', { target: 0.9999, seconds: 600 }],
  ['99.999%/60s', { target: 0.99999, seconds: 60 }],
  ['50%/24h', { target: 0.5, seconds: 86_400 }],
  ['95%/1d', { target: 0.95, seconds: 86_400 }],
  [undefined, DEFAULT_OBJECTIVE],
])('%s is an objective', (text, objective) => {
  expect(read(text)).toEqual(objective);
});

it.each(['99.9%', '100%/15m', '0%/15m', '99.9/15m', '99.9% in 15m', '99.9%/7m', '99.9%/0', '-1%/15m', '99.9%/15m '])(
  '"%s" is none',
  (text) => {
    expect(() => read(text)).toThrow(/must/);
  },
);
