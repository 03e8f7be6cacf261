/** The version of the documents that this release writes. More fields are no other version. */
export const DEAD_LETTER_VERSION = 1;

export const DEAD_LETTER_LIMITS = {
  /**
   * Bytes of a document. An asynchronous event has at most 256 KB. Written as JSON again it may take 4.4 times that, for
   * a number `1e20` becomes 21 digits, and the names of its keys are there a second time.
   * @see https://support.huaweicloud.com/intl/en-us/productdesc-functiongraph/functiongraph_01_0150.html
   */
  documentBytes: 2_097_152,
  /** Characters of an error's message, and of the other texts that no object is named by. */
  message: 1_000,
  /** Problems that a document lists. */
  problems: 100,
  /** Levels of an event that are kept; nothing that names an object is deeper than 6. */
  depth: 32,
} as const;
