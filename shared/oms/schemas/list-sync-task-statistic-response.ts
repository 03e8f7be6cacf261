import { type Answer, readAnswer } from './answer-table.ts';

/**
 * The answer of ListSyncTaskStatistic: one series per type. A series has no point for a time in which nothing was
 * counted.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTaskStatistic.html
 */
export const LIST_SYNC_TASK_STATISTIC_ANSWER = {
  sync_task_id: 'text',
  statistic_time_type: 'text',
  statistic_datas: {
    list: { data_type: 'text', data: { list: { time_stamp: 'time', statistic_num: 'counter' } } },
  },
} as const;

export type ListSyncTaskStatisticResponse = Answer<typeof LIST_SYNC_TASK_STATISTIC_ANSWER>;

/**
 * @param value lossless JSON (`parseJsonLossless`)
 * @throws ValidationError with every field that is of the wrong kind
 */
export function readListSyncTaskStatisticResponse(value: unknown): ListSyncTaskStatisticResponse {
  return readAnswer(LIST_SYNC_TASK_STATISTIC_ANSWER, value);
}
