interface Urn {
  readonly region: string;
  readonly projectId: string;
  readonly package: string;
  readonly name: string;
  /** `latest`, version, or `!alias`; undefined when the URN has none. */
  readonly qualifier: string | undefined;
}

const URN = /^urn:fss:([^:]+):([^:]+):function:([^:]+):([^:]+)(?::([^:]+))?$/;

/**
 * Reads `urn:fss:<region>:<project_id>:function:<package>:<name>`, with a version (`:v1`) or an alias (`:!live`) at its
 * end or without.
 * @returns undefined for anything else
 * @see https://support.huaweicloud.com/en-us/api-functiongraph/functiongraph_06_0118.html (URN of an alias)
 */
export function parseUrn(text: string): Urn | undefined {
  const match = URN.exec(text);
  if (!match) return undefined;
  const [, region = '', projectId = '', group = '', name = '', qualifier] = match;
  return { region, projectId, package: group, name, qualifier };
}

export function formatUrn(urn: Urn): string {
  const { region, projectId, name, qualifier } = urn;
  const base = `urn:fss:${region}:${projectId}:function:${urn.package}:${name}`;
  return qualifier === undefined ? base : `${base}:${qualifier}`;
}
