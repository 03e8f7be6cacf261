import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it, onTestFinished } from 'vitest';
import { Accounts } from '../../../../../scripts/local/accounts.ts';
import { startObs } from '../../../../../scripts/local/obs/server.ts';
import { ensureBucket, s3Client } from '../../../../../scripts/local/s3.ts';
import { ACCESS_KEY, SECRET_KEY, temporaryFolder } from '../../../../contract/functiongraph/start.ts';
import { answering, creation, FUNCTIONS, startApi, urnOf, zipOf } from './plane.ts';

it('code may come from a bucket, by the address of OBS or of the local store', async () => {
  const accounts = new Accounts([{ accessKey: ACCESS_KEY, secretKey: SECRET_KEY }]);
  const obs = await startObs({ dataDir: await temporaryFolder(), port: 0, region: 'cn-north-4', accounts });
  onTestFinished(() => obs.close());
  const s3 = s3Client({ endpoint: obs.url, region: 'cn-north-4', accessKey: ACCESS_KEY, secretKey: SECRET_KEY });
  onTestFinished(() => s3.destroy());
  await ensureBucket(s3, 'codes');
  await s3.send(new PutObjectCommand({ Bucket: 'codes', Key: 'a b/f.zip', Body: zipOf(answering('from OBS')) }));
  await s3.send(new PutObjectCommand({ Bucket: 'codes', Key: 'text', Body: 'no zip' }));
  const api = await startApi({ accounts, objectStore: obs.url });
  const from = (code_url: string) => ({ code_type: 'obs', code_url, func_code: undefined, code_filename: undefined });
  const official = 'https://codes.obs.cn-north-4.myhuaweicloud.com';

  const created = await api.create('f', from(`${official}/a%20b/f.zip`));

  expect(created.json).toMatchObject({ code_type: 'obs', code_url: `${official}/a%20b/f.zip` });
  expect(await api.run1(urnOf('f'))).toMatchObject({ text: 'from OBS' });
  const outcome = (url: string) => api.outcome('POST', FUNCTIONS, creation('g', from(url)));
  expect(await outcome(`${official}/missing.zip`)).toBe('404 FSS.1054');
  expect(await outcome(`${official.replace('codes', 'other')}/f.zip`)).toBe('404 FSS.1054');
  expect(await outcome(`${official}/text`)).toBe('400 FSS.1011');
  expect(await outcome('https://example.com/f.zip')).toBe('400 FSS.1010');
  expect(await outcome(`${official}/%ff`)).toBe('400 FSS.1010');
  expect(await outcome(`${obs.url}/codes`)).toBe('400 FSS.1010');
  expect(await outcome(`${obs.url}/codes/a%20b/f.zip`)).toBe('200');
  await obs.close();
  expect(await api.outcome('POST', FUNCTIONS, creation('h', from(`${official}/f.zip`)))).toBe('503 FSS.0503');
});

it('code of a bucket is missing where there is no object store', async () => {
  const { outcome } = await startApi();
  const code_url = 'https://codes.obs.cn-north-4.myhuaweicloud.com/f.zip';

  expect(await outcome('POST', FUNCTIONS, creation('f', { code_type: 'obs', code_url }))).toBe('404 FSS.1054');
});
