import type { OmsConfig } from '#shared/config/oms.ts';
import { explainRefusal } from '#shared/oms/refusal.ts';
import { STATISTIC_TYPES } from '#shared/oms/schemas/enums.ts';
import { listSyncTaskStatisticRequest } from '#shared/oms/schemas/list-sync-task-statistic.ts';
import type { HttpReply, HttpRequest } from '#shared/platform/gateway-event.ts';
import type { Services } from '#shared/platform/http.ts';
import { readParameters } from '#shared/platform/parameters.ts';
import { readTime } from '#shared/validation/time.ts';

const requestSchema = listSyncTaskStatisticRequest();

/** GET /sync-tasks/{sync_task_id}/statistics: series of a sync task's counters, as OMS has them. */
export async function showSyncTaskStatistics(request: HttpRequest, { oms }: Services<OmsConfig>): Promise<HttpReply> {
  const { sync_task_id: syncTaskId, data_type, start_time, end_time } = readParameters(requestSchema, request);
  const asked = data_type.split(',');
  try {
    const body = await oms.listSyncTaskStatistic({
      syncTaskId,
      dataTypes: STATISTIC_TYPES.filter((type) => asked.includes(type)),
      // The schema lets through only what can be read.
      startTime: readTime(start_time) ?? Number.NaN,
      endTime: readTime(end_time) ?? Number.NaN,
    });
    return { status: 200, body };
  } catch (refusal) {
    throw (await explainRefusal(refusal, { oms, syncTaskId, now: Date.now })).error;
  }
}
