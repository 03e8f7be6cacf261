import type { KeyEncoding } from '#shared/encoding/decode.ts';
import type { KeyErrorRule } from '#shared/encoding/errors.ts';
import vectors from '../../fixtures/encoding-vectors.json' with { type: 'json' };

/** One entry of vectors.json: `key` and `oms` where the input is a key, `error` and `position` where it is not. */
export interface KeyVector {
  readonly name: string;
  /** Where the case comes from. */
  readonly source: string;
  readonly encoding: KeyEncoding;
  readonly input: string;
  readonly key?: string;
  /** The key as OMS is sent it. */
  readonly oms?: string;
  readonly error?: KeyErrorRule;
  readonly position?: number;
}

export const VECTORS = vectors as readonly KeyVector[];
