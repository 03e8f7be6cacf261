import { describe, it } from 'vitest';
import { missingCephPrograms, startCeph } from './ceph.ts';
import { describeS3 } from './suite.ts';

/** Where Ceph 16 does not do what S3 documents, so that it is no oracle for the check. */
const DIFFERENCES: Readonly<Record<string, string>> = {};

const missing = missingCephPrograms();
if (missing.length === 0) describeS3('a Ceph RADOS Gateway', startCeph, DIFFERENCES);
else
  describe('S3 conformance of a Ceph RADOS Gateway', () => {
    it.skipIf(!process.env['CI'])(
      `needs ${missing.join(', ')} (apt-get install ceph-mon ceph-osd ceph-common radosgw)`,
      () => {
        throw new Error(`Missing programs: ${missing.join(', ')}`);
      },
    );
  });
