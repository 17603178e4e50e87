import { addCustomDomain, type DomainParameters, parseCustomDomain } from './custom-domain.ts';
import { govern, type Template } from './govern.ts';
import { type Governance, type GovernanceParameters, parseGovernance } from './parameters.ts';

/** The part of the framework that is read and written here. */
type Serverless = {
  service: {
    provider: {
      compiledCloudFormationTemplate?: Template;
      stackTags?: Record<string, string>;
    };
    custom?: { prefix?: string; governance?: GovernanceParameters; domain?: DomainParameters };
  };
  getProvider(name: 'aws'): { getRegion(): string };
};

/** The plugin of `serverless.yml` that puts the parameters of an organisation on the resources of the stack. It refuses wrong ones
 *  before anything is packaged. */
export default class Governed {
  readonly hooks: Record<string, () => void>;

  constructor(serverless: Serverless) {
    const { service } = serverless;
    const installation = service.custom?.prefix ?? '';
    const region = () => serverless.getProvider('aws').getRegion();
    const parsed = (): Governance =>
      parseGovernance(service.custom?.governance ?? {}, { installation, region: region() });
    const domain = () => parseCustomDomain(service.custom?.domain ?? {}, region());
    this.hooks = {
      'before:package:cleanup': () => {
        parsed();
        domain();
      },
      'before:deploy:deploy': () => {
        const { tags } = parsed();
        service.provider.stackTags = { ...tags, ...service.provider.stackTags };
      },
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const template = service.provider.compiledCloudFormationTemplate;
        if (!template) return;
        const named = domain();
        if (named) addCustomDomain(template, named);
        govern(template, parsed(), installation);
      },
    };
  }
}
