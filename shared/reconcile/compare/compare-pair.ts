import type { ObjectFacts } from './object-facts.ts';
import type { Pair } from './overwrite-rules.ts';

export interface ComparePairOptions {
  /**
   * Whether ETags that look like MD5 are the checksum of the contents. They are not where a bucket encrypts with KMS or
   * with keys of the customer: there two equal objects have two ETags.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
   */
  readonly compareETags: boolean;
}

/** MD5 of the whole content. An object uploaded in parts has a suffix `-N` and stands for another function of it. */
const MD5 = /^[0-9a-f]{32}$/i;

/** Whether nothing tells the two apart. The fast path of a listing: it makes no object. */
export function looksSame(source: ObjectFacts, destination: ObjectFacts, options: ComparePairOptions): boolean {
  if (source.size !== destination.size) return false;
  if (destination.lastModified < source.lastModified && timeOf(source, destination) === 'older') return false;
  if (source.etag === destination.etag) return true;
  return contentsOf(source, destination, options) !== 'different';
}

/** Compares an object that both sides have. */
export function comparePair(source: ObjectFacts, destination: ObjectFacts, options: ComparePairOptions): Pair {
  return {
    size: source.size === destination.size ? 'same' : 'differs',
    time: timeOf(source, destination),
    contents: contentsOf(source, destination, options),
  };
}

/** Compares whole seconds, rounded down as HTTP dates are, though a listing may have milliseconds. */
function timeOf(source: ObjectFacts, destination: ObjectFacts): Pair['time'] {
  const difference = Math.floor(destination.lastModified / 1000) - Math.floor(source.lastModified / 1000);
  if (difference < 0) return 'older';
  return difference === 0 ? 'same_second' : 'newer';
}

function contentsOf(
  source: ObjectFacts,
  destination: ObjectFacts,
  { compareETags }: ComparePairOptions,
): Pair['contents'] {
  if (source.size !== destination.size) return 'different';
  if (source.size === 0) return 'equal';
  if (!compareETags) return 'unknown';
  const { etag: first = '' } = source;
  const { etag: second = '' } = destination;
  if (!MD5.test(first)) return 'unknown';
  // OSS writes them in capitals.
  if (first === second || first.toLowerCase() === second.toLowerCase()) return 'equal';
  return MD5.test(second) ? 'different' : 'unknown';
}
