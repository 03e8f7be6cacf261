import { buildIfStale } from '../build/build.ts';
import { untilReportMs } from './fresh-process.ts';
import type { Bench, Measurement, Target } from './measurement.ts';
import { interleavedRounds } from './rounds.ts';
import { selfSigned, withSink } from './sink.ts';
import { median, pairedRatio, pick, quieterHalf, spread } from './statistics.ts';
import { withWorkspace } from './workspace.ts';

/** How many times faster than the official SDK's core. */
const TARGETS: Readonly<Record<'https' | 'http', Target>> = { https: { atLeast: 2.3 }, http: { atLeast: 3 } };

const FUNCTION = 'create-sync-event';

/**
 * The way from a process's start to its first signed OMS response: this project's client against the official SDK's core, over
 * HTTP and HTTPS. Both trust the server through NODE_EXTRA_CA_CERTS, so that Node reads its roots once, at the start.
 */
export const firstResponse: Bench = ({ quick, progress }) =>
  withWorkspace(async (workspace) => {
    const [client, sdk, caller, certificate, [built]] = await Promise.all([
      workspace.bundle('first-response-client'),
      workspace.bundle('first-response-sdk'),
      workspace.bundle('first-response-function'),
      selfSigned(workspace.folder),
      buildIfStale({ only: [FUNCTION] }),
    ]);
    const home = { HOME: workspace.folder };
    const trust = { ...home, NODE_EXTRA_CA_CERTS: certificate.cert };
    const bundleFile = built?.bundleFile ?? '';
    const samples = await withSink(workspace, 'signed', undefined, (http) =>
      withSink(workspace, 'signed', certificate, (https) =>
        interleavedRounds(
          {
            clientHttp: () => untilReportMs({ file: client, args: [http], env: home }),
            sdkHttp: () => untilReportMs({ file: sdk, args: [http], env: home }),
            clientHttps: () => untilReportMs({ file: client, args: [https], env: trust }),
            sdkHttps: () => untilReportMs({ file: sdk, args: [https], env: trust }),
            functionHttps: () => untilReportMs({ file: caller, args: [https, bundleFile], env: trust }),
          },
          quick ? 3 : 31,
          progress,
        ),
      ),
    );
    const quiet = quieterHalf(Object.values(samples));
    const compare = (measure: string, ours: number[], theirs: number[], target?: Target): Measurement => {
      const [own, other] = [pick(ours, quiet), pick(theirs, quiet)];
      return {
        measure: `${measure}, times faster than the SDK`,
        value: `${median(own).toFixed(1)} ms`,
        baseline: `${median(other).toFixed(1)} ms`,
        ...pairedRatio(other, own),
        ...(target ? { target } : {}),
        noise: spread(theirs),
      };
    };
    return [
      compare('OmsClient over HTTP', samples.clientHttp, samples.sdkHttp, TARGETS.http),
      compare('OmsClient over HTTPS', samples.clientHttps, samples.sdkHttps, TARGETS.https),
      compare(`all of ${FUNCTION} over HTTPS`, samples.functionHttps, samples.sdkHttps),
    ];
  });
