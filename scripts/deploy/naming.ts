/** Group of functions that the API calls a package. */
export const PACKAGE = 'default';
/** Name of the alias that serves, unless serverless.yml names another. */
export const LIVE = 'live';

/** `<service>-<stage>-<key>`, what osls calls a function. */
export function functionName(service: string, stage: string, key: string): string {
  return `${service}-${stage}-${key}`;
}

/**
 * @param name of the function
 * @returns the URN without a version
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0102.html
 */
export function functionUrn(target: { readonly region: string; readonly projectId: string }, name: string): string {
  return `urn:fss:${target.region}:${target.projectId}:function:${PACKAGE}:${name}`;
}

/** The URN of a version. */
export function versionUrn(urn: string, version: string): string {
  return `${urn}:${version}`;
}

/**
 * The URN of an alias, as the API writes it in `alias_urn`.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0118.html
 */
export function aliasUrn(urn: string, alias: string): string {
  return `${urn}:!${alias}`;
}
