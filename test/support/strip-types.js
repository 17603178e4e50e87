// Jest transformer: Node's own type stripping, so that tests run the very code that Node and esbuild run.
import { stripTypeScriptTypes } from 'node:module';

export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
