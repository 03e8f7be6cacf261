import { describe, expect, it } from 'vitest';
import { LARGEST_OBJECT, type MigrationOptions, unmigratable } from '#shared/reconcile/compare/migratable.ts';
import type { ObjectFacts } from '#shared/reconcile/compare/verdict.ts';

const object = (facts: Partial<ObjectFacts>): ObjectFacts => ({ key: 'k', size: 1, lastModified: 0, ...facts });
const aws: MigrationOptions = { sourceCloud: 'AWS', restore: false };

describe('unmigratable', () => {
  it.each(['STANDARD', 'STANDARD_IA', 'GLACIER_IR', 'INTELLIGENT_TIERING', 'WARM', 'IA', 'constructor', undefined])(
    'has nothing against the storage class %s',
    (storageClass) => {
      expect(unmigratable(object(storageClass === undefined ? {} : { storageClass }), aws)).toBeUndefined();
    },
  );

  it.each(['GLACIER', 'DEEP_ARCHIVE', 'ARCHIVE', 'Archive', 'ColdArchive', 'DeepColdArchive', 'deep_archive'])(
    'knows %s for an archive, which must be restored',
    (storageClass) => {
      expect(unmigratable(object({ storageClass }), aws)).toBe('archived');
    },
  );

  it('takes COLD for an archive only in the cloud that calls its archive so', () => {
    const cold = object({ storageClass: 'COLD' });

    expect(unmigratable(cold, { ...aws, sourceCloud: 'HuaweiCloud' })).toBe('archived');
    expect(unmigratable(cold, { ...aws, sourceCloud: 'Baidu' })).toBeUndefined();
  });

  it.each([
    ['HuaweiCloud', undefined],
    ['Aliyun', undefined],
    ['Tencent', undefined],
    ['KingsoftCloud', undefined],
    ['AWS', 'archived'],
    ['Baidu', 'archived'],
  ])('lets a task that restores copy archives of %s: %s', (sourceCloud, expected) => {
    const archive = object({ storageClass: 'ARCHIVE' });

    expect(unmigratable(archive, { sourceCloud, restore: true })).toBe(expected);
    expect(unmigratable(archive, { sourceCloud, restore: false })).toBe('archived');
  });

  it('refuses more bytes than an object of OBS has', () => {
    expect(unmigratable(object({ size: LARGEST_OBJECT }), aws)).toBeUndefined();
    expect(unmigratable(object({ size: LARGEST_OBJECT + 1 }), aws)).toBe('too_large');
    expect(LARGEST_OBJECT / 1024 ** 4).toBeCloseTo(48.8, 1);
  });

  it('counts the bytes of a key, not its characters', () => {
    expect(unmigratable(object({ key: 'é'.repeat(512) }), aws)).toBeUndefined();
    expect(unmigratable(object({ key: `${'é'.repeat(512)}a` }), aws)).toBe('key_too_long');
    expect(unmigratable(object({ key: 'a\ud800' }), aws)).toBe('key_not_unicode');
  });

  it.each(['../x', './x', '/lead', 'a//b', 'dir/', '__proto__', ' ', '\r\n', '\ufffd', 'oms'])(
    'has nothing against the key %j',
    (key) => {
      expect(unmigratable(object({ key, size: 0 }), aws)).toBeUndefined();
    },
  );
});
