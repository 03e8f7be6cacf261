import { describe, expect, it } from 'vitest';
import { bundle } from '../../../scripts/build/bundle.ts';
import { ROOT } from '../../../scripts/serverless/config.ts';

describe('the bundle of on-object-created', () => {
  it('evaluates what only failures need when the first failure comes, not when an instance starts', async () => {
    const entry = 'functions/on-object-created/index.ts';
    const { metafile } = await bundle(ROOT, entry);
    const reachable = (follow: (kind: string) => boolean) => {
      const seen = new Set([entry]);
      for (const file of seen)
        for (const { path, kind } of metafile.inputs[file]?.imports ?? []) if (follow(kind)) seen.add(path);
      return [...seen];
    };
    const isLazy = (file: string) => /^shared\/(?:deadletters|objectstore)\//.test(file);

    const atStart = reachable((kind) => kind !== 'dynamic-import');
    const atFailure = reachable(() => true);

    expect(atStart).toContain('shared/pipeline/run.ts');
    expect(atStart.filter(isLazy)).toEqual([]);
    expect(atFailure.filter(isLazy)).toEqual(
      expect.arrayContaining([
        'shared/deadletters/make.ts',
        'shared/deadletters/store.ts',
        'shared/objectstore/client.ts',
      ]),
    );
    // Writing needs no schema.
    expect(atFailure).not.toContain('shared/deadletters/document.ts');
  });
});
