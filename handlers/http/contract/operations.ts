import * as audit from './audit.ts';
import * as catalogue from './catalogue.ts';
import * as containment from './containment/containment.ts';
import * as installation from './containment/installation.ts';
import * as repositories from './containment/repositories.ts';
import * as revocations from './containment/revocations.ts';
import * as explain from './explain.ts';
import * as fallback from './fallback.ts';
import * as grants from './grants.ts';
import * as me from './me.ts';
import type { Operation } from './operation.ts';
import * as slack from './slack.ts';
import * as webhooks from './webhooks.ts';

const { freezeGrant, ...ofGrants } = containment;
const { freezeInstallation, ...ofInstallation } = installation;
const { revokeRepository, ...ofRepositories } = repositories;

/** Every operation by the function that answers it. For the document and for tests: a function imports its own files
 *  only. A test holds `serverless.yml` and the README to it. */
export const operationsByFunction: Record<string, Record<string, Operation>> = {
  grants: { ...grants, ...ofGrants, ...ofRepositories, ...ofInstallation, ...me },
  revocations: { ...revocations, revokeRepository, freezeGrant, freezeInstallation },
  audit: { ...audit },
  catalogue: { ...catalogue },
  explain: { ...explain },
  webhooks: { ...webhooks },
  slack: { ...slack },
  fallback: { ...fallback },
};

/** Every operation. */
export const operations: Operation[] = Object.values(operationsByFunction).flatMap((own) =>
  Object.values(own),
);
