import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { bucketChecks } from './checks-buckets.ts';
import { copyChecks } from './checks-copies.ts';
import { formChecks } from './checks-forms.ts';
import { listingChecks } from './checks-listing.ts';
import { objectChecks } from './checks-objects.ts';
import { signatureChecks } from './checks-signatures.ts';
import { benchOf, type Check, clientOf, type Target } from './target.ts';

const AREAS: Readonly<Record<string, readonly Check[]>> = {
  buckets: bucketChecks,
  objects: objectChecks,
  forms: formChecks,
  listings: listingChecks,
  'copies and multipart uploads': copyChecks,
  signatures: signatureChecks,
};

/**
 * Runs every check against one server.
 *
 * @param differences names of checks that this server is known to fail, with the reason; such a check must fail, so
 *   that the list cannot outlive its reasons
 */
export function describeS3(
  server: string,
  start: () => Promise<Target & { readonly stop: () => Promise<void> }>,
  differences: Readonly<Record<string, string>> = {},
): void {
  const names = new Set(Object.values(AREAS).flatMap((checks) => checks.map(({ name }) => name)));
  const unknown = Object.keys(differences).filter((name) => !names.has(name));
  if (unknown.length > 0) throw new Error(`No such checks: ${unknown.join('; ')}`);
  describe(`S3 conformance of ${server}`, () => {
    let target: Target & { readonly stop: () => Promise<void> };
    let s3: S3Client;
    let buckets = 0;
    beforeAll(async () => {
      target = await start();
      s3 = clientOf(target);
    });
    afterAll(async () => {
      s3?.destroy();
      await target?.stop();
    });
    for (const [area, checks] of Object.entries(AREAS))
      describe(area, () => {
        for (const { name, run } of checks) {
          const reason = differences[name];
          const test = reason === undefined ? it : it.fails;
          test(reason === undefined ? name : `${name} (differs: ${reason})`, async () => {
            const bucket = `check-${buckets++}`;
            await s3.send(new CreateBucketCommand({ Bucket: bucket }));
            await run(benchOf(target, s3, bucket));
          });
        }
      });
  });
}
