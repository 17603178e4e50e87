import { createRequire } from 'node:module';

const sts = createRequire(import.meta.url).resolve('@aws-sdk/client-sts');

/** An `aws` that asks STS who it is by the AWS SDK for JavaScript, with the credentials that the SDK's own chain finds. Any
 *  other command does nothing. Lines of an executable. */
export const sdkAws: readonly string[] = [
  `#!${process.execPath}`,
  `const { STSClient, GetCallerIdentityCommand } = require(${JSON.stringify(sts)});`,
  'const [service, action] = process.argv.slice(2);',
  "if (action === 'get-caller-identity') new STSClient({ maxAttempts: 1 })",
  '  .send(new GetCallerIdentityCommand({}))',
  '  .then(({ Arn }) => console.log(Arn), (error) => { console.error(error.name); process.exitCode = 254; });',
];
