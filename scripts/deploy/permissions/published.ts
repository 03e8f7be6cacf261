import type { AgencyPolicy, NamedPolicy } from './policies.ts';

/** Settings of the example in docs/policies: one route in OBS, no key pairs. */
export const EXAMPLE = {
  stage: 'prod',
  environment: {
    OMS_SYNC_REGION: 'cn-north-4',
    OMS_SYNC_AGENCY_PREFIX: 'oms-sync-prod',
    OMS_SYNC_STATE_BUCKET: 'photos-sync-state',
    OMS_SYNC_SOURCE_BUCKET: 'photos',
    OMS_SYNC_APIG_GROUP: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    OMS_SYNC_EVENTGRID_CHANNEL_ID: '6d8ef4a2-73a9-4f0e-9d3a-6f9fbd0a4c11',
    OMS_SYNC_ROUTES: JSON.stringify([
      {
        name: 'photos',
        source: { bucket: 'photos' },
        destination: { bucket: 'photos-replica' },
        sync_task_id: '31e9b7e6-6ffb-452f-9842-6ce354d99d75',
      },
    ]),
  },
} as const;

/** Names of files with their texts: a JSON document per policy, and README.md, which lists them. */
export function policyFiles(agencies: readonly AgencyPolicy[], command: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const { policies } of agencies) for (const policy of policies) files.set(fileOf(policy), textOf(policy));
  files.set('README.md', overviewOf(agencies, command));
  return files;
}

function fileOf({ name }: NamedPolicy): string {
  return `${name}.json`;
}

function textOf({ document }: NamedPolicy): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

const SCOPES = { global: 'Global services', project: 'Region-specific projects' } as const;

function overviewOf(agencies: readonly AgencyPolicy[], command: string): string {
  const rows = agencies.flatMap(({ agency, functions, policies }) =>
    (policies.length === 0 ? [undefined] : policies).map((policy, index) => [
      index === 0 ? `\`${agency}\`` : '',
      index === 0 ? functions.map((key) => `\`${key}\``).join(', ') : '',
      policy ? `[${policy.name}](${fileOf(policy)})` : 'none',
      policy ? SCOPES[policy.scope] : '',
      policy ? actionsOf(policy).join(', ') : '',
    ]),
  );
  const header = ['Agency', 'Functions', 'Custom policy', 'Scope', 'Allows'];
  const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return (
    '# Custom policies of the agencies\n\n' +
    `Written by \`${command}\` from \`serverless.yml\`. docs/reference/permissions.md says why, and how to ` +
    `create the agencies.\n\n${lines.join('\n')}\n`
  );
}

function actionsOf({ document }: NamedPolicy): string[] {
  return document.Statement.flatMap(({ Action }) => Action.map((action) => `\`${action}\``));
}
