import { untilReportMs } from './fresh-process.ts';
import type { Bench, Measurement, Target } from './measurement.ts';
import { interleavedRounds } from './rounds.ts';
import { selfSigned, withSink } from './sink.ts';
import { median, pairedRatio, spread } from './statistics.ts';
import { withWorkspace } from './workspace.ts';

/** How many times faster than the official SDK's core. */
const TARGETS: Readonly<Record<'https' | 'http', Target>> = { https: { atLeast: 2.3 }, http: { atLeast: 3 } };

/**
 * From starting a process to its first signed OMS response: this project's client against the official SDK's core,
 * both bundled alike, over HTTP and HTTPS.
 *
 * Over HTTPS both processes trust the server through NODE_EXTRA_CA_CERTS. Node then reads its built-in roots when it
 * starts instead of at the first connection: once, as against the real service, and the same for both.
 */
export const firstResponse: Bench = ({ quick, progress }) =>
  withWorkspace(async (workspace) => {
    const [client, sdk, certificate] = await Promise.all([
      workspace.bundle('first-response-client'),
      workspace.bundle('first-response-sdk'),
      selfSigned(workspace.folder),
    ]);
    const trust = { NODE_EXTRA_CA_CERTS: certificate.cert, HOME: workspace.folder };
    const samples = await withSink(workspace, 'signed', undefined, (http) =>
      withSink(workspace, 'signed', certificate, (https) =>
        interleavedRounds(
          {
            clientHttp: () => untilReportMs({ file: client, args: [http], env: { HOME: workspace.folder } }),
            sdkHttp: () => untilReportMs({ file: sdk, args: [http], env: { HOME: workspace.folder } }),
            clientHttps: () => untilReportMs({ file: client, args: [https], env: trust }),
            sdkHttps: () => untilReportMs({ file: sdk, args: [https], env: trust }),
          },
          quick ? 5 : 21,
          progress,
        ),
      ),
    );
    const compare = (protocol: 'http' | 'https', ours: number[], theirs: number[]): Measurement => ({
      measure: `OmsClient over ${protocol.toUpperCase()}, times faster than the SDK`,
      value: `${median(ours).toFixed(1)} ms`,
      baseline: `${median(theirs).toFixed(1)} ms`,
      ...pairedRatio(theirs, ours),
      target: TARGETS[protocol],
      noise: spread(theirs),
    });
    return [
      compare('http', samples.clientHttp, samples.sdkHttp),
      compare('https', samples.clientHttps, samples.sdkHttps),
    ];
  });
