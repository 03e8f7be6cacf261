import { parseTemplate } from '../../gateway/routes.ts';
import { LIMITS } from '../../limits.ts';
import { type Fields, given } from '../fields.ts';

export interface ApigData {
  readonly name: string;
  /** 1: public, 2: private. */
  readonly type: number;
  readonly path: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly req_method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'PATCH' | 'OPTIONS' | 'ANY';
  readonly group_id: string;
  readonly group_name?: string;
  readonly env_name: string;
  readonly env_id: string;
  /** SWA: everything that begins with the path. */
  readonly match_mode: 'SWA' | 'NORMAL';
  readonly auth: 'IAM' | 'APP' | 'NONE';
  readonly func_info: {
    readonly function_urn?: string;
    readonly invocation_type?: 'sync' | 'async';
    readonly timeout: number;
    readonly version?: string;
  };
  readonly sl_domain?: string;
  readonly backend_type?: 'FUNCTION';
  readonly instance_id?: string;
}

/** Letters, digits and a few signs, as API Gateway takes them for the name of an API. */
const API_NAME = /^[\p{L}\d][\p{L}\d\-_./()（）:：、]{2,254}$/u;

/**
 * Reads event_data of a trigger by API Gateway.
 * @param dedicated a gateway of one's own has an id
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0122.html
 * @see https://support.huaweicloud.com/intl/en-us/api-apig/CreateApiV2.html (names of APIs)
 */
export function readApig(fields: Fields, dedicated: boolean): ApigData {
  const info = fields.object('func_info');
  const id = { max: 128, pattern: /^[\w-]+$/, says: 'be an id' };
  const data: ApigData = {
    name: fields.text('name', { max: 255, pattern: API_NAME, says: 'have 3 to 255 letters, digits, - and _' }),
    type: fields.integer('type', { min: 1, max: 2 }),
    path: fields.text('path', { max: 512 }),
    protocol: fields.choice('protocol', ['HTTP', 'HTTPS']),
    req_method: fields.choice('req_method', ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'ANY']),
    group_id: fields.text('group_id', id),
    env_name: fields.text('env_name', { max: 64 }),
    env_id: fields.text('env_id', id),
    match_mode: fields.choice('match_mode', ['SWA', 'NORMAL']),
    auth: fields.choice('auth', ['IAM', 'APP', 'NONE']),
    func_info: {
      timeout: info.integer('timeout', { min: 1, max: LIMITS.gatewayTimeout }),
      ...given({
        function_urn: info.text('function_urn', { optional: true }),
        invocation_type: info.choice('invocation_type', ['sync', 'async'], { optional: true }),
        version: info.text('version', { optional: true, max: 64 }),
      }),
    },
    ...given({
      group_name: fields.text('group_name', { optional: true }),
      sl_domain: fields.text('sl_domain', { optional: true }),
      backend_type: fields.choice('backend_type', ['FUNCTION'], { optional: true }),
      instance_id: dedicated ? fields.text('instance_id', id) : fields.text('instance_id', { ...id, optional: true }),
    }),
  };
  if (data.path !== '') {
    try {
      parseTemplate(data.path);
      if (/[\s?#]/.test(data.path)) fields.problem('path', 'must have neither white space nor ? and #');
    } catch (error) {
      fields.problem('path', `is wrong: ${(error as Error).message}`);
    }
  }
  return data;
}
