import * as z from 'zod';
import { grantIdOf, uuidSchema } from '../../shared/identifiers.ts';

/** What makes a grant that grant, as far as a text shows it. Other fields are not looked at. */
const keySchema = z.object({
  account: z.string(),
  repository: z.object({ uuid: uuidSchema, fullName: z.string() }),
  environment: z.object({ uuid: uuidSchema }).optional(),
  workspace: z.object({ uuid: uuidSchema }).optional(),
  project: z.object({ uuid: uuidSchema }).optional(),
  template: z.object({ name: z.string() }),
  name: z.string(),
});

/** What a grant is about, proven by its id: the id is the hash of these. `claimed` is not part of the hash. */
export type ProvenTarget = {
  account: string;
  repository: { uuid: string; fullName: string };
  environmentUuid: string | undefined;
  template: string;
  claimed: { workspaceUuid: string | undefined; projectUuid: string | undefined };
};

/** What the texts of a stream that cannot be read still prove: of whatever parts of them are JSON, the first that hash to
 *  the grant's id. The full name is not part of the hash: it is for people to read. */
export function provenTarget(grantId: string, texts: readonly string[]): ProvenTarget | undefined {
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

const idOf = ({ account, repository, environment, template, name }: z.infer<typeof keySchema>): string =>
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
