import { LIMITS } from '../../limits.ts';
import type { ApiAnswer } from '../router.ts';
import { totalCode } from './functions.ts';
import type { ControlService } from './service.ts';

/**
 * Quotas of the project that the local cloud has a use of.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0137.html
 */
export function listQuotas({ plane }: ControlService, busy: number): ApiAnswer {
  const functions = plane.list();
  const megabyte = 1024 * 1024;
  return {
    status: 200,
    body: {
      quotas: {
        resources: [
          { type: 'fgs_func_scale_down_timeout', quota: LIMITS.idleInstance / 1000, used: 0 },
          { type: 'fgs_func_occurs', quota: LIMITS.concurrentExecutions, used: busy },
          { type: 'fgs_func_pat_idle_time', quota: 0, used: 0 },
          { type: 'fgs_func_num', quota: LIMITS.functions, used: functions.length },
          {
            type: 'fgs_func_code_size',
            quota: LIMITS.totalCodeBytes / megabyte,
            used: Math.ceil(totalCode(functions) / megabyte),
            unit: 'MB',
          },
          { type: 'fgs_workflow_num', quota: 0, used: 0 },
        ],
      },
    },
  };
}
