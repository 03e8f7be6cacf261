import { nextMessage, startProgram, stopProgram } from './child.ts';
import { type Bench, compared } from './measurement.ts';
import type { SubmitRound } from './programs/submit-load.ts';
import { interleavedRounds } from './rounds.ts';
import { withSink } from './sink.ts';
import { median, pick, quieterHalf, spread } from './statistics.ts';
import { withWorkspace } from './workspace.ts';

/** Share of the calls per second that a bare loop reaches. */
const TARGET = { atLeast: 0.6 };

/**
 * Sustained submission of sync events, 10 keys a call, 16 calls at a time: this project's client (signing, JSON,
 * retries armed) against a bare `node:http` loop that posts the same bodies. Clients and server are processes of
 * their own; one client runs at a time.
 */
export const submitThroughput: Bench = ({ quick, progress }) =>
  withWorkspace((workspace) =>
    withSink(workspace, 'any', undefined, async (url) => {
      const [client, bare] = (
        await Promise.all([workspace.bundle('submit-client'), workspace.bundle('submit-bare')])
      ).map((file) => startProgram(file, [url]));
      if (!client || !bare) throw new Error('a client did not start');
      const round = async (child: typeof client): Promise<SubmitRound> => {
        child.send(quick ? 250 : 400);
        return nextMessage<SubmitRound>(child);
      };
      try {
        const samples = await interleavedRounds(
          { client: () => round(client), bare: () => round(bare) },
          quick ? 3 : 25,
          progress,
        );
        const perSecond = (rounds: readonly SubmitRound[]): number[] =>
          rounds.map(({ requests, ms }) => (requests / ms) * 1000);
        const cpuPerCall = (rounds: readonly SubmitRound[]): number[] =>
          rounds.map(({ requests, cpuUs }) => cpuUs / requests);
        const times = [samples.client, samples.bare].map((rounds) => rounds.map(({ requests, ms }) => ms / requests));
        const quiet = quieterHalf(times);
        const [calls, floorCalls] = [pick(samples.client, quiet), pick(samples.bare, quiet)];
        const [ours, floor] = [perSecond(calls), perSecond(floorCalls)];
        const [ourCpu, floorCpu] = [cpuPerCall(calls), cpuPerCall(floorCalls)];
        return [
          compared('calls per second', (values) => `${median(values).toFixed(0)}/s`, [ours, floor], {
            target: TARGET,
            noise: spread(perSecond(samples.bare)),
          }),
          compared('CPU of the client per call', (values) => `${median(values).toFixed(0)} us`, [ourCpu, floorCpu], {
            noise: spread(cpuPerCall(samples.bare)),
          }),
        ];
      } finally {
        await Promise.all([client, bare].map(stopProgram));
      }
    }),
  );
