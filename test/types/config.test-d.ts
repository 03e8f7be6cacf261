import { describe, expectTypeOf, it } from 'vitest';
import type { EventConfig, OmsConfig } from '#shared/config/oms.ts';
import { type ConfigOf, readConfig } from '#shared/config/read.ts';
import {
  choiceVariable,
  integerVariable,
  parsedVariable,
  required,
  textVariable,
  withDefault,
} from '#shared/config/variable.ts';

const hint = '';

describe('readConfig', () => {
  it('types each value by its variable', () => {
    const config = readConfig(
      {
        text: textVariable('A', { hint }),
        needed: required(textVariable('B', { hint })),
        count: withDefault(integerVariable('C', { hint, min: 0, max: 1 }), 1),
        mode: choiceVariable('D', { hint, values: ['a', 'b'] }),
        parsed: required(parsedVariable('E', { hint, parse: () => [1] })),
      },
      () => undefined,
    );

    expectTypeOf(config).toEqualTypeOf<{
      readonly text: string | undefined;
      readonly needed: string;
      readonly count: number;
      readonly mode: 'a' | 'b' | undefined;
      readonly parsed: number[];
    }>();
  });

  it('gives the functions a region that may be absent and a project that may not', () => {
    expectTypeOf<OmsConfig['region']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<OmsConfig['projectId']>().toEqualTypeOf<string>();
    expectTypeOf<OmsConfig['logLevel']>().toEqualTypeOf<'debug' | 'info' | 'warn' | 'error'>();
    expectTypeOf<EventConfig>().toExtend<OmsConfig>();
  });

  it('is not made of anything but variables', () => {
    // @ts-expect-error A name is no variable.
    expectTypeOf<ConfigOf<{ a: string }>>();
  });
});
