// The test-only build of the stack, for emulators of AWS: npm run package:emulator. docs/sandbox.md says how it is used.
import { emulatorService } from './scripts/build/emulator/service.ts';

export default emulatorService(process.env);
