import { Accounts } from '../../local/accounts.ts';
import { startObs } from '../../local/obs/server.ts';
import { bucketObjects, type Layout } from '../bucket-layouts.ts';
import { storeObjects } from '../stored-objects.ts';

/** Two buckets, `source` and `destination`, in the local object store. Arguments: a folder, the layout, how many objects. */
async function main([folder = '', layout, objects]: readonly string[]): Promise<void> {
  const bucket = (name: 'source' | 'destination') => ({
    name,
    objects: bucketObjects(layout as Layout, Number(objects), name),
  });
  await storeObjects(folder, [bucket('source'), bucket('destination')]);
  const accounts = new Accounts([{ accessKey: 'BENCH', secretKey: 'bench-secret' }]);
  const { port } = await startObs({ dataDir: folder, port: 0, region: 'cn-north-4', accounts });
  process.send?.(port);
}

process.on('disconnect', () => process.exit(0));
void main(process.argv.slice(2));
