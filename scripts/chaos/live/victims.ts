import { readdir, readFile } from 'node:fs/promises';

/**
 * The processes in which the local FunctionGraph of this process runs functions. They are its own children, known by the
 * worker's file below its data folder; on a system without `/proc` there are none to be found.
 */
export async function functionProcesses(dataDir: string): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => ((await isWorker(name, dataDir)) ? [Number(name)] : [])),
  );
  return found.flat();
}

async function isWorker(pid: string, dataDir: string): Promise<boolean> {
  try {
    // pid (name) state ppid ...: the name may hold blanks and parentheses.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    if (Number(stat.split(') ').at(-1)?.split(' ')[1]) !== process.pid) return false;
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    // The shell that looks after the workers names the file too, and is none.
    return (
      !words[0]?.endsWith('sh') && words.some((word) => word.startsWith(`${dataDir}/`) && word.endsWith('/worker.cjs'))
    );
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
