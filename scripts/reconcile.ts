import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

/** `npm run reconcile`: has the running sandbox's reconciler make one pass, and prints its result. */
const port = process.env.SANDBOX_LAMBDA_PORT ?? '3002';
const client = new LambdaClient({
  region: 'eu-central-1',
  endpoint: `http://127.0.0.1:${port}`,
  credentials: { accessKeyId: 'SANDBOX', secretAccessKey: 'sandbox' },
  maxAttempts: 1,
});

try {
  const { Payload: payload } = await client.send(
    new InvokeCommand({ FunctionName: 'rolewright-sandbox-reconciler' }),
  );
  const found = JSON.parse(new TextDecoder().decode(payload));
  if (typeof found.due !== 'number') throw new Error(String(found.error ?? 'it gave no answer'));
  console.log(`${found.due} due, ${found.settled} settled, ${found.unfinished} unfinished.`);
} catch (error) {
  console.error(`The reconciler did not run: ${(error as Error).message}. Is "npm start" running?`);
  process.exit(1);
}
