import type { FaultRule } from './plan.ts';

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly cut?: true;
}

interface RequestTools {
  readonly work: (skew: number) => Promise<HttpReply>;
  readonly refusal: (status: number) => HttpReply;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Answers a request with the faults that fired for it. Returns undefined where the connection is to be reset. */
export async function answerWithFaults(
  fired: readonly FaultRule[],
  { work, refusal, sleep }: RequestTools,
): Promise<HttpReply | undefined> {
  const sum = (name: string, when?: string): number =>
    fired
      .filter((rule) => rule.fault === name && (when === undefined || (rule.when ?? 'before') === when))
      .reduce((total, { ms = 0 }) => total + ms, 0);
  const [before, after] = [sum('slow', 'before'), sum('slow', 'after')];
  const end = fired.find(({ fault }) => fault === 'status' || fault === 'reset' || fault === 'body');

  if (before > 0) await sleep(before);
  const worked = end && end.fault !== 'body' && end.when !== 'after' ? undefined : await work(sum('clock_skew'));
  if (after > 0) await sleep(after);
  if (end?.fault === 'reset') return undefined;
  if (end?.fault === 'status') {
    const reply = refusal(end.status ?? 500);
    const { retry_after: seconds } = end;
    return {
      ...reply,
      headers: { ...reply.headers, ...(seconds === undefined ? {} : { 'retry-after': `${seconds}` }) },
    };
  }
  return end && worked ? damage(worked, end) : worked;
}

const PAGE = '<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>';

function damage(reply: HttpReply, { body, status = reply.status }: FaultRule): HttpReply {
  // Half of nothing is nothing: an answer without a body gets the beginning of one.
  const whole = reply.text === '' ? '{}' : reply.text;
  switch (body) {
    case 'html':
      return { status, headers: { ...reply.headers, 'content-type': 'text/html' }, text: PAGE };
    case 'empty':
      return { ...reply, status, text: '' };
    case 'truncated':
      return { ...reply, status, text: whole.slice(0, Math.ceil(whole.length / 2)) };
    default:
      return { ...reply, status, text: whole, cut: true };
  }
}
