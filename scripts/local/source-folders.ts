import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

/**
 * Watches folders below `root` and all in them. Node's recursive watch is blind on Linux to a file once an editor
 * has replaced it by another of the same name; a folder's watch sees that.
 */
export function watchFolders(
  root: string,
  folders: readonly string[],
  onChange: (path: string) => void,
): { close(): void } {
  const watchers = new Map<string, FSWatcher>();
  const forget = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  /** @param fresh whether the folder has just appeared, with files whose own events came too early */
  const add = (folder: string, fresh: boolean): void => {
    if (watchers.has(folder)) return;
    let entries: { name: string; isDirectory(): boolean }[];
    try {
      const watcher = watch(join(root, folder), (_, name) => {
        if (name === null) return;
        const path = join(folder, name);
        onChange(path);
        if (!name.includes('.')) add(path, true);
      });
      // A folder that is removed is no failure of the program.
      watcher.on('error', () => forget(folder));
      watchers.set(folder, watcher);
      entries = readdirSync(join(root, folder), { withFileTypes: true });
    } catch {
      forget(folder);
      return;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) add(path, fresh);
      else if (fresh) onChange(path);
    }
  };
  for (const folder of folders) add(folder, false);
  return {
    close() {
      for (const folder of [...watchers.keys()]) forget(folder);
    },
  };
}
