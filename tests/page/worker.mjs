// node worker.mjs SITE: the worker of a site without a browser around it. Lines of questions in, lines of answers out.

import {readFile} from "node:fs/promises";
import {createInterface} from "node:readline";
import {pathToFileURL} from "node:url";

const site = pathToFileURL(`${process.argv[2]}/`);
const at = (name) => new URL(name, site);
const read = async (name) => new Uint8Array(await readFile(at(name)));
const said = [];
globalThis.self = {fetch: globalThis.fetch, postMessage: (message) => said.push(message)};
await import(`data:text/javascript;base64,${(await readFile(at("worker.js"))).toString("base64")}`);
await self.onmessage({data: {
  engine: at("pyodide/").pathname, loader: at("pyodide/pyodide.mjs").href, runtime: at("pyodide/pyodide.asm.mjs").href,
  library: at("pyodide/python_stdlib.zip").pathname, wasm: await WebAssembly.compile(await read("pyodide/pyodide.asm.wasm")),
  lock: JSON.parse(await readFile(at("pyodide/pyodide-lock.json"), "utf8")), archive: (await read("matcalc.zip")).buffer}});
if (said[0] !== "") throw new Error(said[0].failed);
for await (const line of createInterface({input: process.stdin})) {
  await self.onmessage({data: line});
  process.stdout.write(`${said.at(-1)}\n`);
}
