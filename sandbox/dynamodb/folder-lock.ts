import { createRequire } from 'node:module';
import { join } from 'node:path';

type LevelDatabase = { open(): Promise<void>; close(): Promise<void> };
type LevelModule = { Level: new (path: string) => LevelDatabase };

const here = createRequire(import.meta.url);

/** The `level` package that dynalite itself uses. */
function levelOfDynalite(): LevelModule {
  return createRequire(here.resolve('dynalite'))('level') as LevelModule;
}

/** True if the error, or its cause, says that another process has the lock. The code decides: native code creates the
 *  error, and it need not be an instance of this realm's `Error`. */
function isLocked(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && error.code === 'LEVEL_LOCKED') return true;
  return 'cause' in error && isLocked(error.cause);
}

/** Makes this process the only user of `<dir>/dynamodb` until `release`, or until the process ends in any way.
 *
 *  The lock is LevelDB's own, which the operating system frees even after SIGKILL, on an empty database beside the
 *  data. dynalite does not expose its own database, and reports a locked one only by crashing at the first request.
 *  Errors: `another sandbox is running in <dir>` if a second sandbox, of this process or another, has the lock. */
export async function lockFolder(dir: string): Promise<{ release(): Promise<void> }> {
  const { Level } = levelOfDynalite();
  const lock = new Level(join(dir, 'dynamodb-lock'));
  try {
    await lock.open();
  } catch (error) {
    if (isLocked(error)) throw new Error(`another sandbox is running in ${dir}`, { cause: error });
    throw error;
  }
  return { release: () => lock.close() };
}
