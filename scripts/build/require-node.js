// Runs before the scripts that need Node 24, in a form that every older Node understands.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `Rolewright runs on Node 24; this is ${process.version}. "npm ci" puts Node 24 into node_modules, and npm's scripts use it.\n` +
      'If it is not there, the install script of the package "node" was blocked: run "npm rebuild node" and try again.',
  );
  process.exit(1);
}
