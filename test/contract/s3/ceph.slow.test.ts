import { describe, it } from 'vitest';
import { missingCephPrograms, startCeph } from './ceph.ts';
import { integrityRefusals } from './checks-signatures.ts';
import { describeS3 } from './suite.ts';

/** Where Ceph 16 does not do what S3 documents, so that it is no oracle for the check. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'a second creation of a bucket is refused with BucketAlreadyOwnedByYou': 'answers 200, as S3 does in us-east-1 only',
  'user metadata in UTF-8 bytes comes back as an RFC 2047 word': 'returns the bytes as they came',
  'user metadata of more than 2 KB is refused': 'has a larger limit',
  'a user metadata name may have an underscore': 'loses such a name',
  'a storage class is kept': 'knows the storage classes of its zone only',
  'an unknown storage class is refused': 'says InvalidArgument',
  'a suffix range of no bytes, and any range of an empty object, is 416': 'answers the whole object',
  'a range that cannot be understood is ignored': 'reads letters as the number 0',
  'a write with If-Match replaces only the object that the client knows': 'compares with the quotes left on',
  'a stream is stored with its trailing checksum': 'release 16 knows no trailers',
  'a CRC32 checksum is verified and returned': 'release 16 ignores checksum headers',
  'a CRC32C checksum is verified and returned': 'release 16 ignores checksum headers',
  'a SHA1 checksum is verified and returned': 'release 16 ignores checksum headers',
  'a SHA256 checksum is verified and returned': 'release 16 ignores checksum headers',
  'a wrong checksum is refused and nothing is stored': 'release 16 ignores checksum headers',
  'a batch delete takes 1000 keys and no more': 'answers 400 without a document',
  'a batch delete without Content-MD5 or checksum is refused': 'does not ask for it',
  'a key of 1025 bytes is KeyTooLongError': 'says InvalidObjectName',
  'parameters out of range are InvalidArgument': 'takes a negative max-keys for 0',
  'a continuation token that the server did not make is InvalidArgument':
    'uses the last key as token, so anything is one',
  'conditional copies: the ETag of the source': 'ignores x-amz-copy-source-if-match',
  'conditional copies: the age of the source': 'ignores x-amz-copy-source-if-unmodified-since',
  'the answer to a completion names the object and its ETag': 'leaves the ETag empty',
  'one part of an object can be read by its number': 'release 16 answers the whole object',
  'a completion takes only the parts that it names': 'wants all parts named',
  'parts out of order are InvalidPartOrder': 'sorts the parts itself',
  'an aborted or completed upload cannot be completed': 'answers 500 InternalError',
  'part numbers are 1 to 10000': 'has no upper limit',
  'uploads under way are listed by prefix and delimiter': 'ignores the delimiter',
  'a part can be copied from a whole object, not from beyond its end': 'says 416 InvalidRange',
  'a form that asks for access for others, or for tags, is refused': 'grants and tags',
  'aws-chunked is not kept as a content encoding': 'keeps it',
  'what is left of a content encoding without aws-chunked is kept': 'keeps all of it',
  'chunks are never stored as content: they need a payload hash that announces them': 'stores them',
  'a chunk with a wrong signature is refused and nothing is stored': 'accepts some such bodies',
  'a signed stream with a signed trailing checksum is stored': 'release 16 knows no trailers',
  'a signed stream with a wrong trailer signature is refused': 'release 16 knows no trailers',
  'an unsigned stream with a trailing checksum is stored': 'release 16 knows no trailers',
  'a wrong trailing checksum is refused and nothing is stored': 'release 16 knows no trailers',
  ...Object.fromEntries(
    integrityRefusals.map(({ name }) => [name, 'release 16 knows no trailers and ignores checksum headers']),
  ),
};

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
