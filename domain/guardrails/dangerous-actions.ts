/** Lists of actions as patterns in lower case (`*` any run, `?` any one character). An action of a policy breaks a
 *  rule if some action matches both it and a pattern of the list, so no wildcard bypasses a list. `judge-action.ts`
 *  compares them. The three long lists have files of their own: `escalation-table.ts`, `handing-on-table.ts`,
 *  `log-tampering-table.ts`. */

/** Services of identities: a principal that can change these can become any other. */
export const IDENTITY = [
  'iam:*',
  'sts:*',
  'sso:*',
  'sso-*:*',
  'identitystore*:*',
  'identity-sync:*',
  'rolesanywhere:*',
  'cognito-identity:*',
  'cognito-idp:*',
  'cognito-sync:*',
  'signin:*',
  'ds:*',
  'ds-data:*',
  'verifiedpermissions:*',
  'account-access:*',
];

/** The actions of `IDENTITY` that have a rule of their own. */
export const IDENTITY_EXCEPTIONS = [
  'iam:passrole',
  'sts:assumerole',
  'sts:getservicebearertoken',
  'sts:getcalleridentity',
];

/** The organisation, the account itself, and money. */
export const ORGANISATION_AND_BILLING = [
  'organizations:*',
  'account:*',
  'controltower:*',
  'ram:*',
  'servicequotas:*',
  'aws-portal:*',
  'aws-marketplace*:*',
  'bcm-*:*',
  'billing:*',
  'billingconductor:*',
  'budgets:*',
  'ce:*',
  'consolidatedbilling:*',
  'cur:*',
  'freetier:*',
  'invoicing:*',
  'mapcredits:*',
  'payments:*',
  'purchase-orders:*',
  'savingsplans:*',
  'support:*',
  'sustainability:*',
  'tax:*',
  'cloudformation:activateorganizationsaccess',
  'cloudformation:deactivateorganizationsaccess',
  'cloudfront:createsavingsplan',
  'cloudfront:updatesavingsplan',
  'dynamodb:purchase*',
  'ec2:purchase*',
  'ec2:disable*organization*',
  'ec2:enable*organization*',
  'ec2:update*organization*',
  'ec2:*billingowner*',
  'ec2:acceptreserved*',
  'ec2:cancelreserved*',
  'ec2:createreserved*',
  'ec2:deletequeuedreserved*',
  'ec2:modifyreserved*',
  'eks:createeksanywheresubscription',
  'eks:deleteeksanywheresubscription',
  'eks:updateeksanywheresubscription',
];

/** Keys: a key that is deleted or given away takes the data with it. */
export const KEYS = [
  'kms:*',
  'cloudhsm:*',
  'payment-cryptography:*',
  'acm-pca:*',
  'acm:exportcertificate',
  'ec2:modifyebsdefaultkmskeyid',
  'ec2:resetebsdefaultkmskeyid',
  'ec2:disableebsencryptionbydefault',
  'ec2:enableebsencryptionbydefault',
  'eks:associateencryptionconfig',
  'kinesis:*streamencryption',
  's3:putencryptionconfiguration',
  's3:updateobjectencryption',
];

/** Pairs of actions that are an escalation together, in one policy. Sources as of `ESCALATION`: the methods that need
 *  two, and Rhino 18 with a way to run what was put there. */
export const ESCALATION_PAIRS: readonly (readonly [string, string])[] = [
  ...[
    'lambda:createfunction',
    'lambda:updatefunctioncode',
    'lambda:updatefunctionconfiguration',
    'ec2:*',
    'ecs:runtask',
    'ecs:starttask',
    'ecs:createservice',
    'glue:*',
    'sagemaker:*',
    'datapipeline:*',
    'codebuild:*',
    'codestar:*',
    'cloudformation:createstack',
    'cloudformation:updatestack',
    'states:*',
    'batch:*',
    'apprunner:*',
    's3:createjob',
    'logs:createscheduledquery',
    'cloudwatch:putmetricstream',
    'cloudformation:*stackset*',
    'eks:create*',
    'events:putrule',
    'events:puttargets',
    'scheduler:*',
    'pipes:*',
    'codepipeline:*',
    'codedeploy:*',
    'ssm:*automation*',
    'ssm:*document*',
    'ssm:*maintenancewindow*',
    'autoscaling:*',
    'imagebuilder:*',
    'elasticmapreduce:*',
    'emr-*:*',
    'omics:*',
    'braket:*',
    'gamelift:*',
    'kinesisanalytics:*',
    'amplify:*',
    'bedrock*:*',
    'cognito-identity:*',
    'firehose:*',
    'iot:*',
  ].map((action) => ['iam:passrole', action] as const),
  ['lambda:updatefunctioncode', 'lambda:invoke*'],
  ['lambda:updatefunctioncode', 'lambda:*functionurl*'],
  ['lambda:updatefunctioncode', 'lambda:*eventsourcemapping'],
  ['lambda:updatefunctioncode', 'lambda:*eventinvokeconfig'],
  ['lambda:updatefunctioncode', 'states:start*'],
  ['sts:assumerole', 'iam:*'],
];

const READS = /^(?:get|list|describe|batchget|batchdescribe|search|view|simulate|validate|check)/;
const WORDS = /polic(?:y|ies)|permission|acls?$|grant|share|attribute/;
const HARMLESS = /scalingpolic|lifecyclepolic/;
const TAGS =
  /^(?:un)?tag|^(?:add|remove)tags|^(?:create|createorupdate|delete|replicate)tags$|^(?:put|delete)\w*tagging$/;

const nameOf = (action: string): string => action.slice(action.indexOf(':') + 1);

/** Actions that tag a resource while another action creates it; a rule of their own bounds them. ECS authorises the
 *  tags of a new task definition by this action. In lower case. */
export const TAGS_AT_CREATION = ['ecs:tagresource'];

/** True for one action, in lower case and without wildcards, whose name says that it only reads. */
export const onlyReads = (action: string): boolean => READS.test(nameOf(action)) && !/[*?]/.test(action);

/** True for an action whose name says that it changes who may do what to a resource: policies, permissions, ACLs,
 *  grants, shares, attributes (which hold the policy of a queue, a topic, a snapshot, an image), and tags (on which
 *  the conditions of other policies depend). Expects lower case. */
export function handsAccessOn(action: string): boolean {
  const name = nameOf(action);
  if (READS.test(name) || HARMLESS.test(name)) return false;
  return WORDS.test(name) || TAGS.test(name) || /[*?]/.test(name);
}
