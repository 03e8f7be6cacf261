import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { policiesOf } from '../../../../scripts/deploy/permissions/policies.ts';
import { EXAMPLE, policyFiles } from '../../../../scripts/deploy/permissions/published.ts';
import { Permissions } from '../../../../scripts/local/iam/policy.ts';
import { ROOT } from '../../../../scripts/serverless/config.ts';
import { loadServerless } from '../../../../scripts/serverless/load.ts';

const PUBLISHED = join(ROOT, 'docs', 'policies');

describe('docs/policies', () => {
  it('holds what serverless.yml makes of the example (else: npm run docs)', async () => {
    for (const name of Object.keys(process.env)) if (name.startsWith('OMS_SYNC_')) vi.stubEnv(name, undefined);
    const config = await loadServerless(EXAMPLE.stage, EXAMPLE.environment);
    vi.unstubAllEnvs();

    const files = policyFiles(policiesOf(config), 'npm run docs');

    expect(readdirSync(PUBLISHED).sort()).toEqual([...files.keys()].sort());
    for (const [name, text] of files) expect(readFileSync(join(PUBLISHED, name), 'utf8'), name).toBe(text);
  });

  it('holds documents that IAM takes, with no wildcard for an action, a bucket or a whole bucket', () => {
    const documents = readdirSync(PUBLISHED).filter((name) => name.endsWith('.json'));
    for (const name of documents) {
      const document = JSON.parse(readFileSync(join(PUBLISHED, name), 'utf8'));
      expect(() => new Permissions([document]), name).not.toThrow();
      for (const { Action, Resource = [] } of document.Statement) {
        expect(Action.join(), name).not.toContain('*');
        for (const resource of Resource)
          expect(resource, name).toMatch(
            /^(obs:\*:\*:(bucket:[a-z0-9.-]+|object:[a-z0-9.-]+\/[a-z-]+\/[\w./*-]+)|functiongraph:\*:\*:function:default\/[\w-]+)$/,
          );
      }
    }
    expect(documents.length).toBeGreaterThan(8);
  });
});

describe('policyFiles', () => {
  it('lists an agency that needs nothing', () => {
    const files = policyFiles([{ agency: 'idle', functions: ['f'], policies: [] }], 'the command');

    expect([...files.keys()]).toEqual(['README.md']);
    expect(files.get('README.md')).toContain('| `idle` | `f` | none |  |  |');
    expect(files.get('README.md')).toContain('Written by `the command`');
  });
});
