import { createRequire } from 'node:module';

/** The answer to a call of the SDK. */
export interface EsdkAnswer {
  readonly CommonMsg: { readonly Status: number; readonly Code: string; readonly Message: string };
  // The SDK has no types.
  // biome-ignore lint/suspicious/noExplicitAny: fields depend on the call
  readonly InterfaceResult: any;
}

/** How the SDK names the headers of a signature. */
interface EsdkContext {
  readonly signature: 'obs' | 'v2';
  readonly headerPrefix: string;
}

/** A request as the SDK builds it in front of its signer. */
export interface EsdkRequest {
  readonly method: string;
  /** `/bucket/key`, encoded. */
  readonly uri: string;
  /** The query with its question mark. */
  readonly urlPath: string;
  /** The signer adds Authorization. */
  readonly headers: Record<string, string>;
}

export interface EsdkClient {
  readonly util: {
    readonly signatureContext: EsdkContext;
    doAuth(request: EsdkRequest, name: string, context: EsdkContext): void;
    v4Auth(request: EsdkRequest, name: string, context: EsdkContext): void;
  };
  createV2SignedUrlSync(options: object): { readonly SignedUrl: string };
  createV4SignedUrlSync(options: object): {
    readonly SignedUrl: string;
    readonly ActualSignedRequestHeaders: Readonly<Record<string, string>>;
  };
  createPostSignatureSync(options: object): {
    readonly Policy: string;
    readonly Signature: string;
    readonly Token: string;
  };
  close(): void;
}

const require = createRequire(import.meta.url);
const ObsClient = require('esdk-obs-nodejs') as new (options: object) => EsdkClient;

/** Huawei's SDK for OBS (npm package `esdk-obs-nodejs`). It is ready a moment after it was made. */
export async function esdkClient(options: object): Promise<EsdkClient> {
  const client = new ObsClient({ max_retry_count: 0, ...options });
  await new Promise(setImmediate);
  return client;
}

/** One call of the SDK, which wants a callback and changes its parameters. */
export function esdkCall(client: EsdkClient, name: string, parameters: object): Promise<EsdkAnswer> {
  const methods = client as unknown as Record<
    string,
    (parameters: object, callback: (error: unknown, answer: EsdkAnswer) => void) => void
  >;
  return new Promise((resolve, reject) => {
    methods[name]?.call(client, { ...parameters }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

/** Every call that the SDK offers, by the names that its own loop capitalises. */
export function esdkCalls(client: EsdkClient): readonly string[] {
  return Object.keys(Object.getPrototypeOf(client)).filter((name) => /^[a-z]/.test(name));
}
