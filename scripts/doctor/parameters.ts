import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { bad, type Finding, good, warning } from '../finding.ts';
import { keysBelow, mayDecrypt } from './parameter-keys.ts';

/** The parameters that an administrator stores, by their names below `/rolewright/<stage>/`; `see` says how. The secret of a webhook is
 *  stored with the webhook, after the first deployment. */
const wanted = (
  { workspaces, slack, access }: Pick<Configuration, 'workspaces' | 'slack' | 'access'>,
  isDeployed: boolean,
) => [
  ...workspaces.map(({ slug }) => ({ name: `bitbucket/${slug}`, see: 'docs/deploy.md, step 2' })),
  ...(access.repositoryAdmins
    ? workspaces.map(({ slug }) => ({ name: `bitbucket-admin/${slug}`, see: 'docs/deploy.md, step 2' }))
    : []),
  { name: 'cursor-keys', see: 'docs/deploy.md, step 3' },
  ...(isDeployed
    ? workspaces.map(({ slug }) => ({ name: `webhook-secret/${slug}`, see: 'docs/deploy.md, step 7' }))
    : []),
  ...(slack
    ? ['slack-bot-token', 'slack-signing-secret'].map((name) => ({ name, see: 'docs/slack.md' }))
    : []),
];

/** Checks that every parameter is stored which the functions of a stage read, under a key that they may use, and that the installation is
 *  not frozen. Values are read without decryption, and shown by no finding. */
export async function diagnoseParameters(
  configuration: Pick<Configuration, 'workspaces' | 'slack' | 'access'>,
  {
    stage,
    region,
    isDeployed,
    encryptionKey,
  }: { stage: string; region: string; isDeployed: boolean; encryptionKey: string | undefined },
): Promise<Finding[]> {
  const client = new SSMClient({ region });
  try {
    const keys = await keysBelow(client, `/rolewright/${stage}`);
    const findings = keys ? [] : [keysNotChecked];
    for (const { name, see } of wanted(configuration, isDeployed)) {
      const about = `the parameter /rolewright/${stage}/${name} is stored`;
      const found = await typeOf(client, `/rolewright/${stage}/${name}`);
      const keyId = keys?.get(`/rolewright/${stage}/${name}`);
      if (found === 'SecureString') findings.push(ofKey({ about, see, keyId, encryptionKey }));
      else if (found === undefined) findings.push(bad(about, `Store it: ${see}.`));
      else findings.push(bad(about, `It is ${found}. It must be a SecureString that you may read: ${see}.`));
    }
    const about = 'the installation is not frozen';
    const frozen = await typeOf(client, `/rolewright/${stage}/frozen`);
    findings.push(
      frozen === undefined
        ? good(about)
        : bad(about, `Nothing is granted. Find out why in the log, then: npm run thaw -- --stage ${stage}`),
    );
    return findings;
  } finally {
    client.destroy();
  }
}

const keysNotChecked = warning(
  'the keys of the stored parameters are not checked',
  'The credentials lack ssm:DescribeParameters.',
);

type Stored = { about: string; see: string; keyId: string | undefined; encryptionKey: string | undefined };

/** Whether the functions may decrypt a parameter that is stored. */
function ofKey({ about, see, keyId, encryptionKey }: Stored): Finding {
  const may = keyId === undefined ? 'yes' : mayDecrypt(keyId, encryptionKey);
  if (may === 'yes') return good(about);
  if (may === 'unknown') {
    return warning(
      about,
      `It is encrypted by ${keyId}. Make sure that this is an alias of ${encryptionKey}.`,
    );
  }
  const keys = encryptionKey === undefined ? '' : `, or with --key-id ${encryptionKey}`;
  return bad(
    about,
    `It is encrypted by ${keyId}, which the functions may not use. Store it again without --key-id${keys}: ${see}.`,
  );
}

/** The type of a parameter; undefined where there is none, and the name of the error where it cannot be read. */
async function typeOf(client: SSMClient, name: string): Promise<string | undefined> {
  try {
    const asked = new GetParameterCommand({ Name: name, WithDecryption: false });
    const { Parameter: parameter } = await client.send(asked);
    return parameter?.Type ?? 'of no type';
  } catch (error) {
    const { name: why } = error as Error;
    return why === 'ParameterNotFound' ? undefined : `not readable (${why})`;
  }
}
