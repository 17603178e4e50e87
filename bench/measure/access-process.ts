import { cedarAccess } from '../../adapters/cedar/access.ts';
import { knownNames } from '../../adapters/cedar/access-rules.ts';
import { compiledAccess } from '../../adapters/cedar/access-source.ts';
import { loadCedar } from '../../adapters/cedar/engine.ts';
import { readConfiguration, readTemplates } from '../../adapters/settings/files.ts';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { unknownContext } from '../../domain/access/authorisation.ts';
import {
  accountIdSchema,
  environmentUuidSchema,
  projectUuidSchema,
  repositoryUuidSchema,
  workspaceUuidSchema,
} from '../../domain/shared/identifiers.ts';
import type { Caller } from '../../domain/shared/principal.ts';

/** A new process that measures access decisions and prints the figures as JSON. With compiled rules in the argument it
 *  measures decisions; without, it measures the check and the compilation, and prints the compiled rules. */
const [, , argument] = process.argv;
const root = process.cwd();
const source = sourceOfStage(root, 'sandbox');
const caller: Caller = {
  principal: { kind: 'person', id: 'ada@acme.example' },
  groups: ['platform', 'staff'],
};
const resource = {
  workspaceUuid: workspaceUuidSchema.parse('{922e118c-f34f-4226-a897-0e0afbec553d}'),
  projectUuid: projectUuidSchema.parse('{6f578c1d-54b2-42bc-bfcb-8384e0619a40}'),
  repositoryUuid: repositoryUuidSchema.parse('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}'),
  environmentUuid: environmentUuidSchema.parse('{bd715740-c970-486b-b68a-b421ec2a1f8b}'),
  decidedBy: [],
  accountId: accountIdSchema.parse('111122223333'),
  template: { name: 's3-static-site' },
};

function timed<T>(work: () => T): { ms: number; value: T } {
  const began = performance.now();
  const value = work();
  return { ms: performance.now() - began, value };
}

/** Milliseconds of each of many decisions after the first ones. */
function steady(decide: () => unknown): number[] {
  for (let n = 0; n < 300; n += 1) decide();
  return Array.from({ length: 1000 }, () => timed(decide).ms);
}

if (argument === undefined) {
  const known = knownNames(readConfiguration(source), readTemplates(root));
  const { ms, value } = timed(() => compiledAccess(source, known));
  console.log(JSON.stringify({ compileMs: ms, compiled: value }));
} else {
  const { projects } = readConfiguration(source);
  const access = cedarAccess(loadCedar, JSON.parse(argument), projects);
  const load = timed(loadCedar);
  const attempt = { caller, action: 'request' as const, context: unknownContext };
  const decide = () => access.decide({ ...attempt, resource });
  const first = timed(decide);
  const middle = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
  console.log(
    JSON.stringify({
      loadMs: load.ms,
      firstMs: first.ms,
      decisionMs: middle(steady(decide)),
      anywhereMs: middle(steady(() => access.couldBeAllowed(attempt))),
    }),
  );
}
