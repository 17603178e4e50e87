import {
  type CloudFormationClient,
  CreateChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  waitUntilChangeSetCreateComplete,
  waitUntilStackImportComplete,
} from '@aws-sdk/client-cloudformation';

/** A resource of a template. */
export type TemplateResource = { Type: string; Properties: Record<string, unknown> };

/** One resource that exists, and its entry in the template that adopts it. */
export type Adopted = {
  logicalId: string;
  type: string;
  identifier: Record<string, string>;
  properties: object;
};

/** Longest wait for CloudFormation, in seconds. Our choice: an import of five resources takes about a minute. */
const LONGEST_WAIT_SECONDS = 900;

/** The state of a stack; undefined where no stack has the name. */
export async function stackState(
  client: CloudFormationClient,
  stackName: string,
): Promise<string | undefined> {
  try {
    const { Stacks: stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    return stacks[0]?.StackStatus;
  } catch (error) {
    // CloudFormation has no error of its own for a stack that does not exist.
    if (/does not exist/.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** The template that adopts resources: they alone, each kept if the stack is deleted, which an import requires. */
const adoptingTemplate = (adopted: readonly Adopted[]): string =>
  JSON.stringify({
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: Object.fromEntries(
      adopted.map(({ logicalId, type, properties }) => [
        logicalId,
        { Type: type, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain', Properties: properties },
      ]),
    ),
  });

/** Makes a stack of resources that exist, and waits for it. Nothing of the resources is changed: the next deployment gives them
 *  what the template says. Source: CloudFormation User Guide, Import AWS resources into a CloudFormation stack. */
export async function adopt(
  client: CloudFormationClient,
  stack: string,
  adopted: readonly Adopted[],
): Promise<void> {
  const CHANGE_SET_NAME = 'rolewright-recover';
  await client.send(
    new CreateChangeSetCommand({
      StackName: stack,
      ChangeSetName: CHANGE_SET_NAME,
      ChangeSetType: 'IMPORT',
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      TemplateBody: adoptingTemplate(adopted),
      ResourcesToImport: adopted.map(({ logicalId, type, identifier }) => ({
        ResourceType: type,
        LogicalResourceId: logicalId,
        ResourceIdentifier: identifier,
      })),
    }),
  );
  const waiting = { client, maxWaitTime: LONGEST_WAIT_SECONDS };
  await waitUntilChangeSetCreateComplete(waiting, { StackName: stack, ChangeSetName: CHANGE_SET_NAME });
  await client.send(new ExecuteChangeSetCommand({ StackName: stack, ChangeSetName: CHANGE_SET_NAME }));
  await waitUntilStackImportComplete(waiting, { StackName: stack });
}
