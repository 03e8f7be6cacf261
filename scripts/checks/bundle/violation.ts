/** A rule that a bundle breaks. */
export interface Violation {
  readonly rule: Rule;
  /** One sentence with what was found. */
  readonly message: string;
}

type Rule =
  /** The zip holds index.js at its root and nothing else, and is the one that the manifest describes. */
  | 'zip'
  | 'size'
  | 'syntax'
  /** The platform loads a function with `require()`. */
  | 'esm'
  /** Nothing is installed beside a function: only modules of Node.js can be required. */
  | 'require'
  /** The allowed sources of a bundle. */
  | 'inputs'
  | 'load'
  | 'handler'
  | 'initializer'
  /** The platform ignores a result that is not a Promise. */
  | 'promise'
  | 'answer'
  | 'network';
