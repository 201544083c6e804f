const oldestMajor = 24;
const major = Number(process.versions.node.split(".")[0]);

if (major < oldestMajor) {
  process.stderr.write(
    `Coursewright needs Node ${oldestMajor} or newer and was started with ${process.versions.node}: ` +
      'use "npm start", which brings its own.\n',
  );
  process.exitCode = 1;
} else {
  // Loaded after the check: an older Node would fail inside with a message that helps nobody.
  const { runProgram } = await import("./cli/program.ts");
  await runProgram(process.argv.slice(2));
}
