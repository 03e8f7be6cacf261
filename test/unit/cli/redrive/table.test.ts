import { describe, expect, it } from 'vitest';
import { FoundObjects } from '../../../../scripts/cli/redrive/found-objects.ts';
import { summaryOf } from '../../../../scripts/cli/redrive/table.ts';
import { omsError } from '../../../helpers/oms-error.ts';
import { keysLetter, record, seedFailed, seedLetter } from '../../../helpers/redrive-documents.ts';
import { NOW, RedriveWorld } from '../../../helpers/redrive-world.ts';

const refuse = async () => {
  throw omsError(400, 'OMS.0064');
};

const seeded = () => {
  const world = new RedriveWorld();
  seedLetter(world, keysLetter({ Records: [record('a'), record('bad')] }, { created: NOW - 3_600_000 }));
  seedFailed(world, { Records: [record('c')] });
  return world;
};

describe('the summary', () => {
  it('of a dry run says what is there and what to do', async () => {
    const text = summaryOf(await seeded().redrive({ dryRun: true }));

    expect(text).toMatch(/code +documents +keys +oldest\n/);
    expect(text).toMatch(/OmsSync\.KeyRefused +1 +2 +2026-10-01 11:00/);
    expect(text).toContain('OmsSync.KeyRefused: Compare the key');
    expect(text).toContain('Would redrive 2 documents. Nothing was changed.');
  });

  it('of an empty bucket is one line', async () => {
    expect(summaryOf(await new RedriveWorld().redrive({ dryRun: true })).trim()).toBe('Nothing to redrive.');
  });

  it('of a run counts, and says what remains and why', async () => {
    const world = seeded();
    world.reactions.set('bad', 'refuse');

    const text = summaryOf(await world.redrive());

    expect(text).toMatch(/read +2 documents, 2 taken\n/);
    expect(text).toMatch(/submitted +3 keys in \d+ calls, 0\.0 s\n/);
    expect(text).toMatch(/accepted +2 keys\n/);
    expect(text).toMatch(/refused +1 key\n/);
    expect(text).toMatch(/What stands in the way:\n {2}OmsSync\.KeyRefused {2}1\n {4}Compare the key/);
    expect(text).toMatch(/Something remains: 1 refused again\.$/);
  });

  it('does not say of what somebody must do that it passes by itself', async () => {
    const world = new RedriveWorld();
    seedLetter(world, keysLetter({ Records: [record('a')] }));

    const text = summaryOf(await world.redrive({ taskState: async () => 'stopped', send: refuse }));

    expect(text).toMatch(/\n {2}OmsSync\.SyncTaskStopped {2}1, left for a later run\n {4}Start the sync task/);
  });

  it('says of documents from after its beginning why it has not taken them', async () => {
    const world = new RedriveWorld();
    seedLetter(world, keysLetter({ Records: [record('a')] }, { created: NOW + 1000 }));
    // The clock of this machine is late.
    world.clock.time += 2000;
    seedLetter(world, keysLetter({ Records: [record('b')] }, { created: NOW + 1500 }));
    world.clock.time -= 2000;

    expect(summaryOf(await world.redrive())).toMatch(/Something remains: 1 written after the run began/);
  });

  it('tells what the filters left out from what is done', async () => {
    const filter = { codes: new Set(['OmsSync.KeyRefused']) };

    const done = summaryOf(await seeded().redrive({ filter }));
    expect(done).toMatch(
      /\nNothing remains of what was asked for; 2 keys accepted\.\n1 document left out by the filters\.$/,
    );
    const shown = summaryOf(await seeded().redrive({ dryRun: true, filter: { codes: new Set(['None']) } }));
    expect(shown.trim()).toBe('Nothing to redrive.\n2 documents left out by the filters.');
  });

  it('says in a dry run, too, what it has not looked at', async () => {
    const world = new RedriveWorld();
    seedLetter(world, keysLetter({ Records: [record('a')] }, { created: NOW + 60_000 }));
    world.clock.time -= 120_000;

    expect(summaryOf(await world.redrive({ dryRun: true })).trim()).toBe(
      'Nothing to redrive.\n1 document written after the run began, by the clock of this machine.',
    );
  });

  it('of a dry run names objects with their causes, and what holds others back', async () => {
    const found = new FoundObjects();
    const world = seeded();
    const report = await world.redrive({ dryRun: true, onFound: (taken) => found.add(taken) });

    const text = summaryOf(report, { found, holds: ['60 invocations wait in FunctionGraph.'] });

    expect(text).toContain(
      [
        'Objects:',
        '  "s3://source/c"  OmsSync.FailedInvocation',
        '  "s3://source/a"  OmsSync.KeyRefused',
        '  "s3://source/bad"  OmsSync.KeyRefused',
        '',
        'What holds objects back elsewhere:',
        '  60 invocations wait in FunctionGraph.',
        '',
        'Would redrive 2 documents.',
      ].join('\n'),
    );
  });

  it('never says that there is nothing to redrive while invocations wait', async () => {
    const report = await new RedriveWorld().redrive({ dryRun: true });

    const text = summaryOf(report, { found: new FoundObjects(), holds: ['60 invocations wait in FunctionGraph.'] });

    expect(text).not.toContain('Nothing to redrive');
    expect(text).toContain('No document to redrive.');
  });

  it('names some of many objects, and says how many there are', async () => {
    const world = new RedriveWorld();
    const found = new FoundObjects();
    seedFailed(world, { Records: Array.from({ length: 150 }, (_, index) => record(`k${index}`)) });
    const report = await world.redrive({ dryRun: true, onFound: (taken) => found.add(taken) });

    expect(summaryOf(report, { found, holds: [] })).toContain('  and 130 more: oms-sync backlog list\n');
  });

  it('shows the beginning of a code that nobody of ours has written', async () => {
    const world = new RedriveWorld();
    seedLetter(world, { ...keysLetter({ Records: [record('a')] }), code: 'C'.repeat(5000) });

    for (const line of summaryOf(await world.redrive({ dryRun: true })).split('\n'))
      expect(line.length).toBeLessThan(1000);
  });

  it('of a run that brought everything back says so', async () => {
    expect(summaryOf(await seeded().redrive())).toMatch(/Nothing remains; 3 keys accepted\.$/);
  });

  it('says why a run has stopped', async () => {
    const text = summaryOf(await seeded().redrive({ filter: { limit: 1 } }));
    expect(text).toContain('Stopped before the end: the limit was reached.');
  });

  it('sends no control characters of a document to the terminal', async () => {
    const world = new RedriveWorld();
    seedLetter(world, { ...keysLetter({ Records: [record('a')] }), code: 'a\u001b[2J\nb\u009b', remedy: 'c\u0007' });

    expect(summaryOf(await world.redrive({ dryRun: true }))).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});
