/** A resource of the packaged template. */
type Resource = { Type: string; Properties: Record<string, unknown>; DependsOn?: string | string[] };

/** The template that `sls package` wrote. */
export type PackagedTemplate = {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown }>;
};

/** A statement of a function's role, with CloudFormation's functions resolved. */
export type Statement = {
  Sid?: string;
  Effect: string;
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
};

/** The account and Region that the functions of a template are resolved for. */
export const HERE = { account: '111122223333', region: 'eu-central-1', partition: 'aws' } as const;

/** What the functions of CloudFormation stand for. Throws for one that is not known. */
export function resolved(template: PackagedTemplate, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(template, item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, given] = entries[0] ?? [];
  if (entries.length === 1 && name === 'Ref') return reference(template, String(given));
  if (entries.length === 1 && name === 'Fn::GetAtt') {
    const [id, attribute] = [given].flat() as string[];
    return reference(template, `${id}.${attribute}`);
  }
  if (entries.length === 1 && name === 'Fn::Sub') {
    return String(given).replace(/\$\{([^{}]+)\}/g, (_, one: string) => reference(template, one));
  }
  if (entries.length === 1 && name?.startsWith('Fn::')) throw new Error(`${name} is not resolved here`);
  return Object.fromEntries(entries.map(([key, item]) => [key, resolved(template, item)]));
}

function reference({ Resources }: PackagedTemplate, name: string): string {
  const pseudo: Record<string, string> = {
    'AWS::AccountId': HERE.account,
    'AWS::Region': HERE.region,
    'AWS::Partition': HERE.partition,
    'AWS::URLSuffix': 'amazonaws.com',
    HttpApi: 'httpapi',
  };
  if (pseudo[name] !== undefined) return pseudo[name];
  const [id = '', attribute] = name.split('.');
  const { Type, Properties } = Resources[id] ?? { Type: 'nothing', Properties: {} };
  const at = `${HERE.region}:${HERE.account}`;
  if (attribute === 'Arn' && Type === 'AWS::SQS::Queue') return `arn:aws:sqs:${at}:${Properties.QueueName}`;
  throw new Error(`${name} (${Type}) is not resolved here`);
}

/** The statements of each function's role, by the function's name in `serverless.yml`. */
export function statementsByFunction(template: PackagedTemplate): Record<string, Statement[]> {
  const functions = Object.entries(template.Resources).filter(
    ([, { Type }]) => Type === 'AWS::Lambda::Function',
  );
  return Object.fromEntries(
    functions.map(([, { Properties }]) => {
      const [role = ''] = (Properties.Role as { 'Fn::GetAtt': string[] })['Fn::GetAtt'];
      const policies = template.Resources[role]?.Properties.Policies as {
        PolicyDocument: { Statement: Statement[] };
      }[];
      const name = String(Properties.FunctionName).split('-').at(-1) ?? '';
      const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
      return [name, resolved(template, statements) as Statement[]];
    }),
  );
}
