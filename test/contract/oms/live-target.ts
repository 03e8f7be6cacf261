import type { RunningTarget } from './target.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where sync events exist. https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html */
const REGIONS = ['cn-north-4', 'cn-east-3', 'cn-southwest-2'];
/** Names of buckets that the suite may write: a slip of the pen must not name one that matters. */
const TEST_BUCKET = /(^|[.-])test([.-]|$)/;

/**
 * The real service, as docs/testing.md has it configured.
 *
 * @throws Error with everything that is missing or refused; no value of a variable is in it
 */
export function liveTarget(env: Environment): RunningTarget {
  const problems: string[] = [];
  const check = (holds: boolean, problem: string): void => void (holds || problems.push(problem));
  const optional = (name: string): string | undefined => env[name] || undefined;
  const required = (name: string): string => {
    check(optional(name) !== undefined, `${name} is not set`);
    return optional(name) ?? '';
  };

  check(optional('CI') === undefined, 'CI is set: the real service is never used in continuous integration');
  check(env['OMS_LIVE'] === '1', 'OMS_LIVE is not 1');
  const region = required('OMS_LIVE_REGION');
  check(REGIONS.includes(region), `OMS_LIVE_REGION must be one of ${REGIONS.join(', ')}`);
  const sourceRegion = optional('OMS_LIVE_SOURCE_REGION') ?? region;
  check(/^[a-z]+-[a-z]+-\d+$/.test(sourceRegion), 'OMS_LIVE_SOURCE_REGION must be the name of a region');
  const projectId = required('OMS_LIVE_PROJECT_ID');
  check(/^[\w-]+$/.test(projectId), 'OMS_LIVE_PROJECT_ID must be the id of a project');
  const accessKey = required('OMS_LIVE_ACCESS_KEY');
  const secretKey = required('OMS_LIVE_SECRET_KEY');
  const securityToken = optional('OMS_LIVE_SECURITY_TOKEN');
  const bucketKeys = [optional('OMS_LIVE_BUCKET_ACCESS_KEY'), optional('OMS_LIVE_BUCKET_SECRET_KEY')] as const;
  // A sync task keeps its keys and has no field for a token.
  check(
    (bucketKeys[0] === undefined) === (bucketKeys[1] === undefined) && (!securityToken || bucketKeys[0] !== undefined),
    'OMS_LIVE_BUCKET_ACCESS_KEY and OMS_LIVE_BUCKET_SECRET_KEY go together, and with OMS_LIVE_SECURITY_TOKEN they are needed',
  );
  const names = ['OMS_LIVE_SOURCE_BUCKET', 'OMS_LIVE_DESTINATION_BUCKET'].map((name) => {
    const bucket = required(name);
    check(TEST_BUCKET.test(bucket), `${name} must name a bucket with the word "test" in its name`);
    return bucket;
  });
  const [source = '', destination = ''] = names;
  check(source !== destination, 'OMS_LIVE_SOURCE_BUCKET and OMS_LIVE_DESTINATION_BUCKET must not be the same');

  const address = (name: string, usual: string): string => {
    const given = optional(name) ?? usual;
    check(
      /^https:\/\/[a-z0-9.-]+\.myhuaweicloud\.com$/.test(given) || /^http:\/\/127\.0\.0\.1:\d+$/.test(given),
      `${name} must be an https address below myhuaweicloud.com, or http://127.0.0.1 with a port`,
    );
    return given;
  };
  const obs = (place: string): string => address('OMS_LIVE_OBS_ENDPOINT', `https://obs.${place}.myhuaweicloud.com`);
  const endpoint = address('OMS_LIVE_OMS_ENDPOINT', `https://oms.${region}.myhuaweicloud.com`);
  const keys = { accessKey: bucketKeys[0] ?? accessKey, secretKey: bucketKeys[1] ?? secretKey };
  const target: RunningTarget = {
    name: 'the real service',
    endpoint,
    projectId,
    credentials: { accessKey, secretKey, ...(securityToken ? { securityToken } : {}) },
    source: { name: source, region: sourceRegion, endpoint: obs(sourceRegion), ...keys },
    destination: { name: destination, region, endpoint: obs(region), ...keys },
    patience: 300_000,
    interval: endpoint.startsWith('http:') ? 10 : 2000,
    say: (line) => console.log(line),
    stop: async () => {},
  };
  if (problems.length > 0)
    throw new Error(
      `Nothing was done. See docs/testing.md:\n${[...new Set(problems)].map((problem) => `  ${problem}`).join('\n')}`,
    );
  return target;
}
