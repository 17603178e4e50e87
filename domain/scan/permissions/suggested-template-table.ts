/** Which shipped template fits a role that holds an action, the most telling actions first. Parameters are left to the
 *  person who asks: they name what the role is for. */
export const SUGGESTED_TEMPLATES: readonly (readonly [action: string, template: string])[] = [
  ['cloudformation:createchangeset', 'sam-or-cloudformation-deploy'],
  ['cloudformation:createstack', 'sam-or-cloudformation-deploy'],
  ['ecs:updateservice', 'ecs-deploy'],
  ['lambda:updatefunctioncode', 'lambda-deploy'],
  ['ecr:putimage', 'ecr-push'],
  ['cloudfront:createinvalidation', 's3-static-site'],
  ['ecr-public:putimage', 'ecr-public-push'],
  ['elasticbeanstalk:createapplicationversion', 'elastic-beanstalk-deploy'],
  ['codedeploy:createdeployment', 'codedeploy'],
  ['states:startexecution', 'step-functions-start'],
  ['sns:publish', 'sns-publish'],
  ['sqs:sendmessage', 'sqs-send'],
  ['dynamodb:putitem', 'dynamodb-migrate'],
  ['codeartifact:publishpackageversion', 'codeartifact-publish'],
  ['events:putevents', 'eventbridge-publish'],
  ['eks:describecluster', 'eks-describe'],
  ['s3:putobject', 's3-artifacts'],
  ['secretsmanager:getsecretvalue', 'secrets-read'],
  ['ssm:getparametersbypath', 'ssm-parameters-read'],
  ['ssm:getparameter', 'ssm-parameters-read'],
];
