import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { startCommand } from '../helpers/command.ts';
import { startTree, until } from '../helpers/process-tree.ts';

/** Lines of the demo after which it is interrupted. */
const MOMENTS = [
  'starting the local cloud',
  'gateway',
  'losing 50 %',
  'arrived ',
  'reconciling:',
  'pass 1:',
  'waiting until OMS',
  'pass 2:',
  'comparing bytes',
];

const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('oms-sync-demo-'));

describe('npm run demo, interrupted', () => {
  it.each(MOMENTS)('after "%s" leaves no process and no file, and prints nothing more', async (moment) => {
    const before = folders();
    const tree = startTree('npm', ['run', '--silent', 'demo', '--', '--objects', '600', '--drop', '50']);
    await until(moment, () => tree.output().includes(moment), tree.output, 120_000);
    tree.signal('SIGINT');
    const { code } = await tree.exited;

    // It may have come to its end in the meantime.
    expect([130, 0], tree.output()).toContain(code);
    if (code === 130) expect(tree.output().trimEnd()).toMatch(/stopped before the end$/);
    await until('the end of every process', () => !tree.alive(), tree.output);
    expect(folders().filter((name) => !before.includes(name))).toEqual([]);
  });
});

const demo = (...flags: string[]) => startCommand('demo', flags).ended;

describe('npm run demo', () => {
  it('loses notifications, shows what is missing, finds it, and proves that it has arrived', async () => {
    const { code, out, err } = await demo('--objects', '60', '--drop', '20');

    expect(code, out + err).toBe(0);
    const [, lost = ''] = /missing in "destination": (\d+) of 60 objects/.exec(out) ?? [];
    expect(Number(lost)).toBeGreaterThan(2);
    const arrived = String(60 - Number(lost));
    expect(out).toContain('"fault":"drop"');
    expect(out).toMatch(new RegExp(`arrived +${arrived}/60`));
    const rows = out.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' '));
    for (const row of [
      'pass 1 pass 2',
      'source 60 60',
      `destination ${arrived} 60`,
      `same ${arrived} 60`,
      `missing ${lost} 0`,
      `submitted ${lost} 0`,
      'converged no yes',
      'objects 60 of 60 arrived, same bytes, same metadata',
    ])
      expect(rows).toContain(row);
    expect(out).toContain('\nconverged: source and destination hold the same objects\n');
    expect(err).toBe('');
  });

  it('refuses a wrong flag in one line', async () => {
    const { code, out, err } = await demo('--drop', '101');
    expect([code, out, err]).toEqual([2, '', '--drop takes a whole number from 0 to 100.\n']);
  });
});
