/** The templates that the docs promise, in the order of lists. */
export const shippedTemplates = [
  'cdk-deploy',
  'cloudfront-invalidate',
  'codeartifact-publish',
  'dynamodb-migrate',
  'ecr-push',
  'ecs-deploy',
  'eks-describe',
  'eventbridge-publish',
  'lambda-deploy',
  'read-only-plan',
  's3-artifacts',
  's3-static-site',
  'sam-or-cloudformation-deploy',
  'secrets-read',
  'ssm-parameters-read',
  'terraform-state',
];
