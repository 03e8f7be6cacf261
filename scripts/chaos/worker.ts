import { type Chunk, runChunk } from './campaign.ts';
import type { Subject } from './machine/subject.ts';
import { compileSubject } from './simulate.ts';

// Stack traces cost a tenth of the time, and nobody reads them here.
Error.stackTraceLimit = 0;

/** A process of a campaign: takes the subject, then one chunk after the other; ends when its parent does. */
let programs: ReturnType<typeof compileSubject> | undefined;

process.on('message', async (message: { readonly subject?: Subject; readonly chunk?: Chunk }) => {
  if (message.subject) programs = compileSubject(message.subject);
  if (message.chunk && programs) process.send?.(await runChunk(programs, message.chunk));
});
