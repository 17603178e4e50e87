import * as z from 'zod';
import {
  type AccountId,
  accountIdSchema,
  type EnvironmentUuid,
  environmentUuidSchema,
  type GrantId,
  grantIdOf,
  type ProjectUuid,
  projectUuidSchema,
  type RepositoryUuid,
  repositoryUuidSchema,
  type WorkspaceUuid,
  workspaceUuidSchema,
} from '../../shared/identifiers.ts';

/** What makes a grant that grant, as far as a text shows it. Other fields are not looked at. */
const keySchema = z.object({
  account: accountIdSchema,
  repository: z.object({ uuid: repositoryUuidSchema, fullName: z.string() }),
  environment: z.object({ uuid: environmentUuidSchema }).optional(),
  workspace: z.object({ uuid: workspaceUuidSchema }).optional(),
  project: z.object({ uuid: projectUuidSchema }).optional(),
  template: z.object({ name: z.string() }),
  name: z.string(),
});

/** What a grant is about, proven by its id: the id is the hash of these. `claimed` is not part of the hash. */
export type ProvenTarget = {
  account: AccountId;
  repository: { uuid: RepositoryUuid; fullName: string };
  environmentUuid: EnvironmentUuid | undefined;
  template: string;
  claimed: { workspaceUuid: WorkspaceUuid | undefined; projectUuid: ProjectUuid | undefined };
};

/** What the texts of a stream that cannot be read still prove: of whatever parts of them are JSON, the first that hash to
 *  the grant's id. The full name is not part of the hash: it is for people to read. */
export function provenTarget(grantId: GrantId, texts: readonly string[]): ProvenTarget | undefined {
  for (const text of texts) {
    for (const part of partsOf(text)) {
      const key = keySchema.safeParse(part).data;
      if (key && idOf(key) === grantId) {
        return {
          account: key.account,
          repository: key.repository,
          environmentUuid: key.environment?.uuid,
          template: key.template.name,
          claimed: { workspaceUuid: key.workspace?.uuid, projectUuid: key.project?.uuid },
        };
      }
    }
  }
  return undefined;
}

const idOf = ({ account, repository, environment, template, name }: z.infer<typeof keySchema>): GrantId =>
  grantIdOf({
    accountId: account,
    repositoryUuid: repository.uuid,
    environmentUuid: environment?.uuid,
    template: template.name,
    name,
  });

/** Where an event, and a row, keep what was asked for. */
function partsOf(text: string): unknown[] {
  try {
    const content = JSON.parse(text) as { data?: unknown; request?: { intent?: unknown } } | null;
    return [content?.data, content?.request?.intent];
  } catch {
    return [];
  }
}
