import type { Operation } from './operation.ts';
import * as audit from './operations/audit.ts';
import * as catalogue from './operations/catalogue.ts';
import * as explain from './operations/explain.ts';
import * as front from './operations/front.ts';
import * as grants from './operations/grants.ts';
import * as slack from './operations/slack.ts';
import * as webhooks from './operations/webhooks.ts';

/** Every operation by the function that answers it. For the document and for tests: a function imports its own file of
 *  `operations/` only. A test holds `serverless.yml` and the README to it. */
export const operationsByFunction: Record<string, Record<string, Operation>> = {
  grants: { ...grants },
  audit: { ...audit },
  catalogue: { ...catalogue },
  explain: { ...explain },
  webhooks: { ...webhooks },
  slack: { ...slack },
  front: { ...front },
};

/** Every operation. */
export const operations: Operation[] = Object.values(operationsByFunction).flatMap((own) =>
  Object.values(own),
);
