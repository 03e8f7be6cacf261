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
 * Reads `urn:fss:<region>:<project_id>:function:<package>:<name>`, perhaps with `:version` or `:!alias`; undefined for
 * anything else. https://support.huaweicloud.com/en-us/api-functiongraph/functiongraph_06_0118.html
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
