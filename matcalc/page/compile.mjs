// node compile.mjs LIBRARY OWN: two archives of Python, that of its library and that of matcalc, are compiled in place.

import {readFile, writeFile} from "node:fs/promises";
import {loadPyodide} from "./pyodide.mjs";

const archives = process.argv.slice(2);
const python = await loadPyodide({indexURL: "./"});
const read = async (file) => new Uint8Array(await readFile(file));
python.unpackArchive(await read(archives.at(-1)), "zip", {extractDir: "/home/pyodide"});
const {compiled} = python.pyimport("matcalc.page.bytecode");
for (const file of archives) await writeFile(file, compiled(python.toPy(await read(file)).tobytes()).toJs());
