/** The chapter on customer-managed keys: how a key's policy must be for templates that take `kmsKey`. */
export const keyChapter = (): string[] => [
  '## Customer-managed keys',
  'Templates with the parameter `kmsKey` let the role use that one key, with `kms:Decrypt` and, where something is written, `kms:GenerateDataKey`, and through the one service only. Without the parameter no KMS action is allowed; keys that AWS manages, such as `aws/s3`, need none.',
  "The key's policy decides, too. The statement that every key gets by default lets IAM policies of its account allow the use:",
  '```json\n{\n  "Sid": "Enable IAM User Permissions",\n  "Effect": "Allow",\n  "Principal": { "AWS": "arn:aws:iam::111122223333:root" },\n  "Action": "kms:*",\n  "Resource": "*"\n}\n```',
  'A key without that statement names the role. It must be named again after the grant was revoked and granted again, because the role is then another one:',
  '```json\n{\n  "Sid": "UseByPipeline",\n  "Effect": "Allow",\n  "Principal": { "AWS": "arn:aws:iam::111122223333:role/rolewright/rw-shop-terraform-state-hrq6egvaok64" },\n  "Action": ["kms:Decrypt", "kms:GenerateDataKey"],\n  "Resource": "*",\n  "Condition": { "StringEquals": { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } }\n}\n```',
];

/** The chapter on what no template does, and what to do instead. */
export const leftOutChapter = (): string[] => [
  '## What no template does',
  '`terraform apply` of whole accounts, and interactive sessions for people, are left out: each needs nearly the rights of an administrator, and a role for it would make every branch that reaches it one. Instead: plan in the pipeline with [`read-only-plan`](#read-only-plan) and [`terraform-state`](#terraform-state); apply through a service that has a role of its own and shows what it changes, such as CloudFormation ([`sam-or-cloudformation-deploy`](#sam-or-cloudformation-deploy)), the CDK ([`cdk-deploy`](#cdk-deploy)) or a state machine that an administrator wrote ([`step-functions-start`](#step-functions-start)). People use IAM Identity Center.',
  'Terraform 1.10 or newer and AWS CLI 2.13 or newer take part where they are on `PATH`: Terraform initialises its S3 backend, plans and applies with a lock file and with a lock table (tried with Terraform 1.11.4 and AWS CLI 2.23.6). Templates whose tools cannot be run where this is tested (a Docker daemon, the CDK, the providers of Terraform, kubectl, the containers of pipes) are tried by the calls that these make, written down with their source in `templates/jobs/`. Pipes run in containers of their own; their calls follow from their documentation, and their code was not read.',
];
