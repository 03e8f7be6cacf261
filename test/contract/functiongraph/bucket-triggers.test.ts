import { expect, it } from 'vitest';
import { GOOD } from '../../unit/local/functiongraph/triggers/bodies.ts';
import { KEYS, startCloud, waitFor } from './cloud.ts';

it('a trigger of EventGrid makes uploads reach the function behind the alias, with encoded names', async () => {
  const { deploy, trigger, put, seen, started } = await startCloud();
  const { live } = await deploy('f', KEYS);
  await trigger(live, 'EVENTGRID', { ...GOOD.EVENTGRID, prefix: 'in/' });

  await put('in/a b+ü%.txt');
  await put('out/c');
  await put('in/d');

  await waitFor(async () => expect((await seen()).sort()).toEqual(['in%2Fa+b%2B%C3%BC%25.txt', 'in%2Fd']));
  expect(started.logs.map(({ text }) => text).find((text) => text.includes('in%2Fd'))).toContain(
    'OBS:DWR:ObjectCreated:PUT',
  );
});

it('without Key_encode names come as they are', async () => {
  const { deploy, trigger, put, seen } = await startCloud();
  const { live } = await deploy('f', KEYS);
  const { Key_encode: _encode, ...data } = GOOD.EVENTGRID;
  await trigger(live, 'EVENTGRID', data);

  await put('in/a b+ü%.txt');

  await waitFor(async () => expect(await seen()).toEqual(['in/a b+ü%.txt']));
});

it('a native trigger does the same where the vendor has them', async () => {
  const { deploy, trigger, put, seen } = await startCloud({ region: 'eu-west-101' });
  const { live } = await deploy('f', KEYS);
  await trigger(live, 'OBS', { bucket: 'source', events: ['Put'], suffix: '.jpg' });

  await put('a b.jpg');
  await put('c.png');

  await waitFor(async () => expect(await seen()).toEqual(['a+b.jpg']));
});

it('a trigger that is replaced while objects are uploaded loses none: the new one is there before the old one goes', async () => {
  const { deploy, trigger, call, put, seen } = await startCloud();
  const { live } = await deploy('f', KEYS);
  const create = async (round: number): Promise<unknown> =>
    (await trigger(live, 'EVENTGRID', { ...GOOD.EVENTGRID, trigger_name: `uploads-${round}` }))['trigger_id'];
  let current = await create(0);
  const keys: string[] = [];
  let replacing = true;
  const uploading = (async () => {
    for (let index = 0; replacing; index++) {
      await put(`k${index}`);
      keys.push(`k${index}`);
    }
  })();

  for (let round = 1; round <= 12; round++) {
    const next = await create(round);
    expect((await call('DELETE', `/fgs/triggers/${live}/EVENTGRID/${current}`)).status).toBe(204);
    current = next;
  }
  replacing = false;
  await uploading;

  await waitFor(async () => expect([...new Set(await seen())].sort()).toEqual([...keys].sort()));
  expect(keys.length).toBeGreaterThan(10);
});

it('a trigger that is deleted before the new one is created loses what comes between', async () => {
  const { deploy, trigger, call, put, seen } = await startCloud();
  const { live } = await deploy('f', KEYS);
  const { trigger_id: id } = await trigger(live, 'EVENTGRID', GOOD.EVENTGRID);

  await call('DELETE', `/fgs/triggers/${live}/EVENTGRID/${id}`);
  await put('between');
  await trigger(live, 'EVENTGRID', GOOD.EVENTGRID);
  await put('after');

  await waitFor(async () => expect(await seen()).toEqual(['after']));
});

it('what was uploaded while FunctionGraph was down reaches its function after the restart', async () => {
  const first = await startCloud();
  const { live } = await first.deploy('f', KEYS);
  await first.trigger(live, 'EVENTGRID', GOOD.EVENTGRID);
  await first.put('before');
  await waitFor(async () => expect(await first.seen()).toEqual(['before']));
  await first.started.fg.close();
  await first.put('meanwhile');
  await first.close();

  const second = await startCloud({ dataDir: first.dataDir });

  await waitFor(async () => expect(await second.seen()).toEqual(['meanwhile']));
  await second.put('after');
  await waitFor(async () => expect(await second.seen()).toEqual(['meanwhile', 'after']));
});

it('no upload is told to a function that was deleted', async () => {
  const { deploy, trigger, call, put, seen, obs } = await startCloud();
  const { live, urn } = await deploy('f', KEYS);
  await trigger(live, 'EVENTGRID', GOOD.EVENTGRID);
  await call('DELETE', `/fgs/functions/${urn}`);

  await put('a');
  await obs.close();

  expect(await seen()).toEqual([]);
});
