import * as z from 'zod';
import { issuerOf } from '../../domain/bitbucket/oidc.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { companyKeys, workspaceKeys } from '../../handlers/http/key-locations.ts';
import { bad, type Finding, good } from '../finding.ts';

/** Where the local stand-ins are, which answer for Bitbucket and for the company's issuers; undefined for the real ones. */
export type StandIns = { sandboxUrl: string | undefined; sandboxAwsUrl: string | undefined };

/** Milliseconds that one look may take. */
const LOOK_MS = 10_000;

const discoveryShape = z.object({ issuer: z.string() });
const keysShape = z.object({ keys: z.array(z.unknown()).min(1) });

/** Checks the OpenID Connect of each workspace, without which no role admits a pipeline, and the keys of every issuer, without
 *  which no caller is known. Changes nothing and sends no credential. */
export async function diagnoseIssuers(
  { workspaces, issuers }: Pick<Configuration, 'workspaces' | 'issuers'>,
  standIns: StandIns,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { slug } of workspaces) {
    findings.push(await discoveryOf(slug, standIns));
    const keys = workspaceKeys(standIns)(slug);
    findings.push(
      await keysOf(`${slug}: the keys of step tokens`, keys, 'Bitbucket publishes them: try again.'),
    );
  }
  for (const entry of issuers) {
    const remedy = `Correct keys of this issuer in the configuration: it is jwks_uri of ${entry.issuer.replace(/\/$/, '')}/.well-known/openid-configuration.`;
    findings.push(await keysOf(`issuer ${entry.issuer}: the keys`, companyKeys(standIns)(entry), remedy));
  }
  return findings;
}

async function discoveryOf(slug: string, { sandboxUrl }: StandIns): Promise<Finding> {
  const about = `${slug}: Pipelines has OpenID Connect`;
  const issuer = issuerOf(slug);
  const origin = 'https://api.bitbucket.org';
  const { status, json } = await look(
    `${issuer.replace(origin, sandboxUrl ?? origin)}/.well-known/openid-configuration`,
  );
  if (status === 404)
    return bad(about, 'Run one pipeline step with oidc: true in a repository of the workspace.');
  const found = discoveryShape.safeParse(json).data;
  if (!found) return bad(about, `Its discovery document answered ${status ?? 'nothing'}. Try again.`);
  return found.issuer === issuer
    ? good(about)
    : bad(about, `Its issuer is ${found.issuer}, not ${issuer}. Correct the slug of the workspace.`);
}

async function keysOf(what: string, url: string, remedy: string): Promise<Finding> {
  const { status, json } = await look(url);
  const about = `${what} can be read`;
  return status === 200 && keysShape.safeParse(json).success
    ? good(about)
    : bad(about, `${url} answered ${status ?? 'nothing'}, and no keys. ${remedy}`);
}

async function look(url: string): Promise<{ status: number | undefined; json: unknown }> {
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(LOOK_MS) });
    return { status: answer.status, json: await answer.json().catch(() => undefined) };
  } catch {
    return { status: undefined, json: undefined };
  }
}
