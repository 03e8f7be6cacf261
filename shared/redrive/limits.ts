/**
 * Bounds of a run's memory and time, whatever lies in the state bucket. Together they keep the process below 400 MB and
 * its heap below 192 MB (test/unit/redrive/memory.slow.test.ts); serverless.yml gives the function 512 MB.
 */
export const REDRIVE_LIMITS = {
  /** Documents that are read, submitted and dealt with together. */
  windowDocuments: 200,
  /** Bytes, as listed, after which no further document is read with them: about a thousand notifications. */
  windowBytes: 1024 * 1024,
  /**
   * JSON values and pairs of sync task and key after which no further document is taken with them. A notification has
   * about 40 values per record.
   */
  windowWeight: 50_000,
  reading: 16,
  writing: 16,
  /**
   * Bytes of a document. An asynchronous event has 256 KB at the most, and a document holds it up to twice, escaped.
   * @see https://support.huaweicloud.com/intl/en-us/productdesc-functiongraph/functiongraph_01_0150.html
   */
  documentBytes: 4 * 1024 * 1024,
  /** Bytes by which a document may have grown since it was listed; one that grew more is the next run's. */
  grownBytes: 64 * 1024,
  /** JSON values of a document: what ours write has more than 8 bytes per value. */
  documentValues: 500_000,
  /** Records of an event: one that is readable has more than 80 bytes. */
  eventRecords: 50_000,
  /** Keys of a dead letter: one has more than 35 bytes, and the record that it was read from. */
  letterKeys: 100_000,
  /** Pairs of sync task and key of one document that are submitted in one run; the rest is written anew. */
  documentPairs: 50_000,
  /** Characters of a failure's code that another release may have written; ours have less than 40. */
  codeLength: 100,
  /** Attempts that are counted; more are no other case. */
  attempts: 1_000_000,
  /** Codes and causes that a report lists; the others are added up. */
  reportRows: 100,
  /** Bytes of a report that is read: two lists of rows of less than 1 KB. */
  reportBytes: 256 * 1024,
  /** Windows without a single readable document, one after the other, after which the store counts as unavailable. */
  blindWindows: 3,
} as const;
