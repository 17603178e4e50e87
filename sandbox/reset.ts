import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const dir = process.env.SANDBOX_DIR ?? '.sandbox';
/** Only a folder that a sandbox has written to is cleared: a mistyped variable must not cost anybody their files. */
const marks = ['bitbucket.json', 'aws.json', 'slack.json', 'dynamodb', 'gateway.log'];

if (!existsSync(dir)) {
  console.log(`There is no ${dir}; nothing to clear.`);
} else if (marks.some((name) => existsSync(join(dir, name)))) {
  rmSync(dir, { recursive: true });
  console.log(`Cleared ${dir}.`);
} else {
  console.error(`${dir} holds nothing of a sandbox, so it stays.`);
  process.exit(1);
}
