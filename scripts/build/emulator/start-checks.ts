import { EXAMPLE_ACCOUNTS, TEST_ONLY_MARKER } from './test-only.ts';

/** Variables with the origin of a stand-in or of an emulated service. */
const ORIGIN = /^(SANDBOX_\w+_URL|AWS_ENDPOINT_URL(_\w+)?)$/;

/** Origins that a test-only build cannot do without: what it would call otherwise is the real one. */
const REQUIRED = ['AWS_ENDPOINT_URL', 'SANDBOX_BITBUCKET_URL', 'SANDBOX_SLACK_URL'];

/** True for an origin on this machine or in a private network. Link-local addresses are excluded: AWS serves credentials
 *  there. A name of one label can be resolved by a container network only. Sources: RFC 1918; RFC 6761, section 6.3. */
export function isLocalOrigin(origin: string): boolean {
  const host = URL.canParse(origin) ? new URL(origin).hostname : '';
  return (
    /^(127|10)(\.\d{1,3}){3}$/.test(host) ||
    /^192\.168(\.\d{1,3}){2}$/.test(host) ||
    /^172\.(1[6-9]|2\d|3[01])(\.\d{1,3}){2}$/.test(host) ||
    host === '[::1]' ||
    host === 'host.docker.internal' ||
    /^([a-z0-9-]+\.)*localhost$/.test(host) ||
    /^[a-z][a-z0-9-]*$/.test(host)
  );
}

/** Errors unless the function was deployed into an account that AWS gives to no customer, and calls nothing but origins of
 *  this machine. The account is the one that CloudFormation resolved at the deployment. */
function startErrors(variables: NodeJS.ProcessEnv): string[] {
  const account = variables.EMULATOR_ACCOUNT ?? '';
  const given = Object.keys(variables).filter((name) => ORIGIN.test(name));
  const remote = given.filter((name) => !isLocalOrigin(variables[name] ?? ''));
  return [
    ...(EXAMPLE_ACCOUNTS.has(account)
      ? []
      : [`EMULATOR_ACCOUNT: a test-only build does not start in account ${account || 'unknown'}`]),
    ...REQUIRED.filter((name) => !variables[name]).map((name) => `${name}: is missing`),
    ...remote.map((name) => `${name}: a test-only build calls emulators and stand-ins on this machine only`),
  ];
}

/** Takes the place of `adapters/settings/test-only-build.ts` in a test-only build. */
export const testOnlyBuild = { marker: TEST_ONLY_MARKER, startErrors };
