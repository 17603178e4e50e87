/** The modules, by their path in the repository, that all test files of a worker share: they keep no variable. The files right
 *  in `handlers/` and `sandbox/` are programs, which act on what they find around them when they are loaded. */
export const SHARED = /^(?:domain|adapters|handlers\/\w+|sandbox\/(?:aws|bitbucket|dynamodb|http|slack))\//;
