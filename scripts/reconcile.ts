import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

/** `npm run reconcile`: has the running sandbox's reconciler make one pass, and prints its result. With `--drift` it looks for
 *  drift in every account, and waits until each has been passed over. */
const wantsDrift = process.argv.includes('--drift');
const port = process.env.SANDBOX_LAMBDA_PORT ?? '3002';
const client = new LambdaClient({
  region: 'eu-central-1',
  endpoint: `http://127.0.0.1:${port}`,
  credentials: { accessKeyId: 'SANDBOX', secretAccessKey: 'sandbox' },
  maxAttempts: 1,
});

type Pass = { account: string; isDone: boolean; found: Record<string, number> };
type Answer = { due?: number; settled?: number; unfinished?: number; error?: string; drift?: Pass[] };

async function run(payload: object): Promise<Answer> {
  const { Payload: answered } = await client.send(
    new InvokeCommand({ FunctionName: 'rolewright-sandbox-reconciler', Payload: JSON.stringify(payload) }),
  );
  const answer = JSON.parse(new TextDecoder().decode(answered)) as Answer;
  if (typeof answer.due !== 'number') throw new Error(String(answer.error ?? 'it gave no answer'));
  return answer;
}

const lineOf = ({ account, found }: Pass): string =>
  `Account ${account}: ${Object.entries(found)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')}.`;

/** Most runs that a pass over drift is waited for. Our choice: an hour of runs. */
const MOST_RUNS = 12;

/** Runs until every account has been passed over, and prints each. */
async function waitForDrift({ drift: first = [] }: Answer): Promise<void> {
  let passes = first;
  for (let runs = 1; passes.some(({ isDone }) => !isDone) && runs < MOST_RUNS; runs += 1) {
    const { drift: next = [] } = await run({});
    passes = passes.map((pass) => next.find(({ account }) => account === pass.account) ?? pass);
  }
  for (const pass of passes) console.log(lineOf(pass));
  const open = passes.filter(({ isDone }) => !isDone);
  if (first.length === 0)
    throw new Error('another pass over drift is running; repeat this when it has ended');
  if (open.length > 0) throw new Error(`account ${open[0]?.account} was not passed over to its end`);
}

try {
  const answer = await run(wantsDrift ? { drift: true } : {});
  console.log(`${answer.due} due, ${answer.settled} settled, ${answer.unfinished} unfinished.`);
  if (wantsDrift) await waitForDrift(answer);
} catch (error) {
  console.error(`The reconciler did not run: ${(error as Error).message}. Is "npm start" running?`);
  process.exit(1);
}
