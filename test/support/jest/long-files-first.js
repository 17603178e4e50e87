// JavaScript: the package's types and its module disagree on what its default is.
import Sequencer from '@jest/test-sequencer';

/** Folders whose files take longest. Where no earlier run says how long a file takes, Jest goes by the sizes of files, and
 *  would begin these last. */
const LONG = ['/test/e2e/', '/test/crash/drift/', '/test/crash/containment/', '/test/crash/', '/test/scan/'];

const rankOf = (path) => {
  const rank = LONG.findIndex((folder) => path.includes(folder));
  return rank < 0 ? LONG.length : rank;
};

/** Begins with the files that take longest, so that the last worker does not end long after the others. */
export default class LongFilesFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    return sorted.sort((left, right) => rankOf(left.path) - rankOf(right.path));
  }
}
