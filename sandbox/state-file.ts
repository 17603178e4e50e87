import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';

/** A stand-in's state in one JSON file. */
export type StateFile<T> = {
  readonly path: string;
  /** The content of the file; undefined if it does not exist. Throws for a file that cannot be parsed, and keeps the
   *  file. */
  read(): T | undefined;
  /** Replaces the file whole or not at all, readable by its owner only. */
  write(state: T): void;
};

/** The file `<dir>/<name>`, whose content must fit `schema`; creates the folder. */
export function stateFile<T>(dir: string, name: string, schema: z.ZodType<T>): StateFile<T> {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, name);
  return {
    path,
    read() {
      let text: string;
      try {
        text = readFileSync(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        return undefined;
      }
      try {
        return schema.parse(JSON.parse(text));
      } catch (cause) {
        throw new Error(`${path} is not a state of this sandbox; delete it to start anew`, { cause });
      }
    },
    write(state) {
      const temporary = `${path}.${process.pid}.tmp`;
      writeFileSync(temporary, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
      renameSync(temporary, path);
    },
  };
}
