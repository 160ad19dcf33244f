// Python in a worker: parts first, then questions as text, one after the other; "" says that it is ready.

let answer = null;

/** Start Python of what the page has fetched: nothing is fetched here. */
async function start({engine, loader, runtime, library, wasm, lock, archive}) {
  const fetched = self.fetch;
  self.fetch = (url, ...more) => (String(url).endsWith(".wasm") ? Promise.resolve(null) : fetched(url, ...more));
  WebAssembly.instantiateStreaming = async (_, imports) =>
    ({module: wasm, instance: await WebAssembly.instantiate(wasm, imports)});
  const {loadPyodide} = await import(loader);
  const {default: createPyodideModule} = await import(runtime);
  const python = await loadPyodide({
    indexURL: engine, packageBaseUrl: engine, stdLibURL: library, lockFileContents: lock, createPyodideModule});
  python.unpackArchive(archive, "zip", {extractDir: "/home/pyodide"});
  answer = python.pyimport("matcalc.page.as_text").answer;
}

self.onmessage = async ({data}) => {
  try {
    if (answer === null) {
      await start(data);
      self.postMessage("");
    } else {
      self.postMessage(answer(data));
    }
  } catch (error) {
    if (answer === null) self.postMessage({failed: `Python did not start in this browser: ${error.message}`});
    else setTimeout(() => { throw error; }); // to the page, which replaces this worker
  }
};
