#!/bin/sh
# In node, Pyodide takes no file as readFile gives it: a Buffer, which is a Uint8Array.
#
# Expected: unpackArchive(await readFile("a.zip"), "zip") unpacks; its argument is declared TypedArray | ArrayBuffer, and
# a Buffer is an instance of Uint8Array. What happens: RuntimeError, Unknown typed array type 'Buffer'. A copy,
# new Uint8Array(buffer), is taken.
# Seen while testing a page without a server in node.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund pyodide@314.0.7 > /dev/null
python3 -c "import zipfile; zipfile.ZipFile('a.zip', 'w').writestr('a.txt', 'text')"
cat > seen.mjs <<'NODE'
import {readFile} from "node:fs/promises";
import {loadPyodide, version} from "pyodide";

const python = await loadPyodide();
const read = await readFile("a.zip");
console.log(`Pyodide ${version}, node ${process.version}, instanceof Uint8Array: ${read instanceof Uint8Array}`);
const tried = (array) => {
  try {
    python.unpackArchive(array, "zip", {extractDir: "/tmp/out"});
    return "unpacked";
  } catch (error) {
    return error.message.split("\n").find((line) => line.includes("RuntimeError")) ?? error.message;
  }
};
const seen = [tried(read), tried(new Uint8Array(read))];
console.log(`Buffer:     ${seen[0]}\nUint8Array: ${seen[1]}`);
if (!seen[0].includes("Unknown typed array type 'Buffer'") || seen[1] !== "unpacked") {
  console.log("the behaviour has changed");
  process.exit(1);
}
NODE
node seen.mjs
