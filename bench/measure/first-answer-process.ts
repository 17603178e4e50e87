import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** A new process that imports a packaged function, has it answer the events of a file one after another, and prints the
 *  milliseconds of the import and of each answer as JSON. Throws for an HTTP answer that is no success. */
const [, , module = '', eventsFile = ''] = process.argv;
const events = JSON.parse(readFileSync(eventsFile, 'utf8')) as unknown[];
const context = {
  awsRequestId: 'bench',
  invokedFunctionArn: 'bench',
  getRemainingTimeInMillis: () => 60_000,
};

const began = performance.now();
const { handler } = await import(pathToFileURL(module).href);
const loadMs = performance.now() - began;
const answerMs: number[] = [];
for (const event of events) {
  const asked = performance.now();
  const answer = await handler(event, context);
  answerMs.push(performance.now() - asked);
  if ((answer?.statusCode ?? 200) >= 300) throw new Error(JSON.stringify(answer));
}
process.stdout.write(`\n${JSON.stringify({ loadMs, answerMs })}`, () => process.exit(0));
