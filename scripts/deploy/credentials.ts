import * as z from 'zod/mini';
import type { KeyPair } from '#shared/http/key-pair.ts';
import { Caller } from './client/call.ts';
import { readEndpoint, regionalEndpoint } from './client/endpoint.ts';
import { CredentialsError, DeployError } from './errors.ts';
import { readProfile } from './profile.ts';
import type { DeployTarget } from './types.ts';

export interface TargetOptions {
  readonly region: string;
  /** Section of the profile file; wins over the environment. */
  readonly profile?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Replaced by tests. */
  readonly connect?: DeployTarget['connect'];
  readonly clock?: DeployTarget['clock'];
}

const VARIABLES = {
  accessKey: 'HUAWEICLOUD_SDK_AK',
  secretKey: 'HUAWEICLOUD_SDK_SK',
  securityToken: 'HUAWEICLOUD_SDK_SECURITY_TOKEN',
  projectId: 'HUAWEICLOUD_SDK_PROJECT_ID',
} as const;

/**
 * Finds out where to deploy, and as whom: a named profile, else the variables HUAWEICLOUD_SDK_AK, _SK and, for
 * temporary keys, _SECURITY_TOKEN, else the profile `basic` or `default`. The project is HUAWEICLOUD_SDK_PROJECT_ID,
 * the profile's, or the region's own, which IAM is asked for. OMS_SYNC_FUNCTIONGRAPH_ENDPOINT, OMS_SYNC_IAM_ENDPOINT
 * and OMS_SYNC_LTS_ENDPOINT replace the services' addresses.
 *
 * @throws CredentialsError, DeployError; ApiError where IAM does not tell the project
 */
export async function resolveTarget(options: TargetOptions): Promise<DeployTarget> {
  const { region, profile: name, env = process.env } = options;
  const variable = (key: keyof typeof VARIABLES): string | undefined => env[VARIABLES[key]] || undefined;
  const given = variable('accessKey') !== undefined || variable('secretKey') !== undefined;
  const profile = name !== undefined || !given ? await readProfile({ name, env }) : undefined;
  // Never a key of one source with the token or the project of another account's.
  const source = profile ?? {
    accessKey: variable('accessKey'),
    secretKey: variable('secretKey'),
    securityToken: variable('securityToken'),
  };
  const { accessKey, secretKey, securityToken } = source;
  if (accessKey === undefined || secretKey === undefined)
    throw new CredentialsError(missing(profile !== undefined, name));
  const credentials: KeyPair = { accessKey, secretKey, ...(securityToken ? { securityToken } : {}) };

  const endpoint = env['OMS_SYNC_FUNCTIONGRAPH_ENDPOINT'] || regionalEndpoint('functiongraph', region);
  readEndpoint('The endpoint of FunctionGraph', endpoint);
  const target = {
    endpoint,
    region,
    projectId: '',
    credentials: () => credentials,
    logsEndpoint: env['OMS_SYNC_LTS_ENDPOINT'] || regionalEndpoint('lts', region),
    ...(options.connect ? { connect: options.connect } : {}),
    ...(options.clock ? { clock: options.clock } : {}),
  };
  const known = name === undefined ? (variable('projectId') ?? profile?.projectId) : profile?.projectId;
  const iam = env['OMS_SYNC_IAM_ENDPOINT'] || regionalEndpoint('iam', region);
  return { ...target, projectId: checkedProject(known ?? (await projectOf(target, iam))) };
}

function missing(fromProfile: boolean, name: string | undefined): string {
  if (fromProfile) return `The profile ${name ?? ''} holds no ak and sk.`.replace('  ', ' ');
  return (
    `There are no credentials: set ${VARIABLES.accessKey} and ${VARIABLES.secretKey} (and ` +
    `${VARIABLES.securityToken} for temporary keys), or write them to ~/.huaweicloud/credentials as ak and sk.`
  );
}

/** It becomes part of paths and URNs. */
function checkedProject(id: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id))
    throw new DeployError('Deploy.Project', 'The project id holds characters that none has.');
  return id;
}

const projects = z.object({ projects: z.array(z.object({ id: z.string(), name: z.string() })) });

/**
 * The region's project, which has its name.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-iam/iam_06_0001.html (KeystoneListProjects)
 */
async function projectOf(target: Omit<DeployTarget, 'projectId'>, address: string): Promise<string> {
  const setting = 'The endpoint of IAM';
  const caller = new Caller({ ...target, projectId: '' }, { address, setting });
  const success = await caller.call({
    operation: 'KeystoneListProjects',
    method: 'GET',
    path: ['v3', 'projects'],
    query: [['name', target.region]],
    repeatable: true,
  });
  const found = z.safeParse(projects, success.json);
  const id = found.success ? found.data.projects.find(({ name }) => name === target.region)?.id : undefined;
  if (id !== undefined) return id;
  throw new DeployError(
    'Deploy.Project',
    `IAM knows no project ${target.region} of these credentials: set ${VARIABLES.projectId} to the project's id.`,
  );
}
