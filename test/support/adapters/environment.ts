/** Variables that a developer may have set and that would change which system an AWS client talks to. */
const SCRUBBED = ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL', 'AWS_CONFIG_FILE'];

/** Points the AWS clients that adapters make themselves at stand-ins, by `AWS_…` variables alone, as the sandbox does. */
export function useAwsEnvironment(endpoints: {
  iam?: string;
  sts?: string;
  dynamodb?: string;
  lambda?: string;
}): void {
  for (const name of SCRUBBED) delete process.env[name];
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-west-1',
    AWS_MAX_ATTEMPTS: '',
  });
  for (const [service, url] of Object.entries(endpoints)) {
    process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] = url;
  }
}

/** Arms a fault of a stand-in. */
export async function armFault(
  url: string,
  fault: { match: string; effect: string; times?: number; delayMs?: number },
): Promise<void> {
  const answer = await fetch(`${url}/sandbox/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** The calls that a stand-in has seen. */
export async function callsOf(url: string): Promise<Record<string, unknown>[]> {
  const answer = await fetch(`${url}/sandbox/calls`);
  return ((await answer.json()) as { items: Record<string, unknown>[] }).items;
}
