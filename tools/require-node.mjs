// Loaded before each TypeScript script. It is plain JavaScript, so that an old Node can run it and
// explain what is wrong. Node runs TypeScript by itself since 22.18.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This is Node ${process.versions.node}, and Signpost's own Node 24 is missing from node_modules. ` +
      "Run `npm ci` again and let it run install scripts, or install Node 24.",
  );
  process.exit(1);
}
