import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { listen, PortInUseError } from '../../../scripts/local/listen.ts';

const host = '127.0.0.1';

function server() {
  const created = createServer();
  onTestFinished(() => {
    created.close();
  });
  return created;
}

it('resolves with the port that was picked', async () => {
  expect(await listen(server(), { host, port: 0, what: 'a test' })).toBeGreaterThan(0);
});

it('names a port that is taken, and what needs it', async () => {
  const port = await listen(server(), { host, port: 0, what: 'a test' });

  const error = await listen(server(), { host, port, what: 'the other' }).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(PortInUseError);
  expect(error).toMatchObject({ port, message: `Port ${port} for the other is already in use` });
});

it('passes on every other error of the system', async () => {
  await expect(listen(server(), { host: '203.0.113.1', port: 0, what: 'a test' })).rejects.toMatchObject({
    code: 'EADDRNOTAVAIL',
  });
});
