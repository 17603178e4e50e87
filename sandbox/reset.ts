import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from './dynamodb/folder-lock.ts';

const dir = process.env.SANDBOX_DIR ?? '.sandbox';
/** Only a folder that a sandbox has written to is deleted: a mistyped variable must not delete other files. */
const marks = ['bitbucket.json', 'aws.json', 'slack.json', 'dynamodb', 'gateway.log'];

/** `npm run sandbox:reset`: removes the folder, unless a stack is running in it. */
async function main(): Promise<void> {
  if (!existsSync(dir)) return console.log(`There is no ${dir}; nothing to delete.`);
  if (!marks.some((name) => existsSync(join(dir, name)))) {
    throw new Error(`${dir} holds no state of a sandbox, so it is kept.`);
  }
  const lock = await lockFolder(dir).catch((error: Error) => {
    throw new Error(`${error.message}: stop it first, with Ctrl-C in the terminal of npm start.`);
  });
  await lock.release();
  rmSync(dir, { recursive: true });
  console.log(`Deleted ${dir}.`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
