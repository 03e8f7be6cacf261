/** Addresses and keys of a local cloud, with which stage `local` is deployed. */
export interface LocalCloud {
  readonly functiongraph: string;
  readonly oms: string;
  readonly obs: string;
  readonly iam: string;
  readonly region: string;
  readonly project_id: string;
  readonly access_key: string;
  readonly secret_key: string;
  readonly source_bucket: string;
  readonly state_bucket: string;
}

/**
 * The environment that a deployment to a local cloud runs in: the variables that serverless.yml reads, and the
 * credentials and addresses that the deployment itself uses. On an account a person sets the same ones.
 *
 * @param routes the variable ROUTES, as JSON
 */
export function localEnvironment(cloud: LocalCloud, routes: string): Record<string, string> {
  const { access_key, secret_key, region } = cloud;
  return {
    OMS_SYNC_REGION: region,
    OMS_SYNC_PROJECT_ID: cloud.project_id,
    OMS_SYNC_OMS_ENDPOINT: cloud.oms,
    OMS_SYNC_SOURCE_BUCKET: cloud.source_bucket,
    OMS_SYNC_SRC_ACCESS_KEY: access_key,
    OMS_SYNC_SRC_SECRET_KEY: secret_key,
    OMS_SYNC_DST_ACCESS_KEY: access_key,
    OMS_SYNC_DST_SECRET_KEY: secret_key,
    OMS_SYNC_STATE_BUCKET: cloud.state_bucket,
    OMS_SYNC_STATE_ENDPOINT: cloud.obs,
    OMS_SYNC_STATE_REGION: region,
    OMS_SYNC_ROUTES: routes,
    OMS_SYNC_APIG_GROUP: 'local',
    OMS_SYNC_EVENTGRID_CHANNEL_ID: 'default',
    OMS_SYNC_FUNCTIONGRAPH_ENDPOINT: cloud.functiongraph,
    OMS_SYNC_LTS_ENDPOINT: cloud.functiongraph,
    OMS_SYNC_IAM_ENDPOINT: cloud.iam,
    HUAWEICLOUD_SDK_AK: access_key,
    HUAWEICLOUD_SDK_SK: secret_key,
    HUAWEICLOUD_SDK_PROJECT_ID: cloud.project_id,
  };
}
