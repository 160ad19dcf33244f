// The backend of a page without a server: Python in workers of this browser. Everything is fetched once, when the page
// loads, so that a worker that is stopped is replaced without a network.

const LONGEST = 12000; // milliseconds that a question may take; Python itself gives up before
const PATIENCE = 1000; // that one which nobody waits for any more may keep others waiting
const IDLE = 1500; // without a question until one of these is asked instead, so that the next is answered sooner
const WARM = [{formula: "det(A X B)"}, {formula: "norm2(A x - b)^2", steps: "brief"}, {formula: "x'A x", code: ["pure"]},
  {formula: "log(det(X))", want: "hessian"}, {formula: "sum(log(1 + exp(-y .* (X w))))", wrt: ["w"], steps: "full"}];
const FIRST = {question: {formula: "det(A X B)", steps: "brief"}}; // of a worker that stands by
const ENGINE = new URL("pyodide/", import.meta.url).href;
const PLACE = "Computed in this browser; nothing leaves it.";

/** What is said at the foot of the page. */
export const place = "Computed in this browser.";

const waiting = []; // {question, signal, resolve}
let busy = null; // the worker that answers, or is about to
let spare = null; // the one that takes its place
let idle = 0; // the timer of a quiet moment
let isAsked = false; // since the last quiet moment

async function got(name) {
  const reply = await fetch(new URL(name, ENGINE));
  if (!reply.ok) throw new Error(`${name} is missing: the site is not whole`);
  return reply;
}

async function compiled(name) {
  try {
    return await WebAssembly.compileStreaming(got(name));
  } catch (error) { // a host that does not know the type of such files
    if (!(error instanceof TypeError)) throw error;
    return WebAssembly.compile(await (await got(name)).arrayBuffer());
  }
}

/** The address of a copy that stays when the network goes. */
async function kept(name, type) {
  return URL.createObjectURL(new Blob([await (await got(name)).arrayBuffer()], {type}));
}

async function fetched() {
  const script = "text/javascript";
  const [worker, loader, runtime, library, wasm, lock, archive] = await Promise.all([
    kept("../worker.js", script), kept("pyodide.mjs", script), kept("pyodide.asm.mjs", script),
    kept("python_stdlib.zip", "application/zip"), compiled("pyodide.asm.wasm"),
    got("pyodide-lock.json").then((reply) => reply.json()),
    got("../matcalc.zip").then((reply) => reply.arrayBuffer())]);
  return {worker, parts: {engine: ENGINE, loader, runtime, library, wasm, lock, archive}};
}

const files = fetched();

/** A worker that starts; `ready` holds when it can be asked, and fails where it cannot start. */
function started() {
  const one = {worker: null, entry: null, isReady: false};
  one.ready = files.then(({worker, parts}) => new Promise((resolve, reject) => {
    one.worker = new Worker(worker, {type: "module"});
    one.worker.onmessage = ({data}) => {
      if (data.failed) reject(new Error(data.failed));
      else if (one.isReady) answered(one, JSON.parse(data));
      else resolve();
      one.isReady = !data.failed;
    };
    one.worker.onerror = (error) => {
      reject(new Error(error.message || "Python did not start in this browser"));
      if (one.isReady) stopped(one);
    };
    one.worker.postMessage(parts);
  }));
  one.ready.then(() => {
    if (one === busy) next();
    else send(one, FIRST);
  }, () => { if (one === spare) spare = null; });
  return one;
}

/** Hand the next question that somebody waits for to the worker. */
function next() {
  if (!busy.isReady || busy.entry) {
    hurry();
    return;
  }
  let entry = waiting.shift();
  while (entry?.signal?.aborted) entry = waiting.shift();
  clearTimeout(idle);
  if (entry) send(busy, entry);
  else idle = setTimeout(warm, isAsked ? IDLE : 0);
}

/** In a quiet moment: go where questions will go, then start the worker that stands by. */
function warm() {
  isAsked = false;
  if (WARM.length) send(busy, {question: WARM.shift()});
  else spare ??= started();
}

function send(one, entry) {
  one.entry = entry;
  one.since = performance.now();
  one.timer = setTimeout(stopped, LONGEST, one);
  one.worker.postMessage(JSON.stringify(entry.question));
}

/** A question that nobody waits for any more does not keep others waiting for long, where there is a spare worker. */
function hurry() {
  const mine = busy;
  const {entry} = mine;
  if (!entry || (entry.resolve && !entry.signal?.aborted) || !spare?.isReady) return;
  const left = PATIENCE - (performance.now() - mine.since);
  if (left <= 0) stopped(mine);
  else setTimeout(() => { if (mine.entry === entry && waiting.length) stopped(mine); }, left);
}

function answered(one, found) {
  const {entry} = one;
  clearTimeout(one.timer);
  one.entry = null;
  entry.resolve?.(found);
  if (one === busy) next();
}

/** End a worker whose question takes too long, or that broke down, and go on with the other one. */
function stopped(one) {
  const {entry} = one;
  clearTimeout(one.timer);
  one.worker.terminate();
  one.entry = null;
  one.isReady = false;
  entry?.resolve?.({ok: false, variables: [], diagnostics: [{
    code: "M1203", severity: "error", span: null, labels: [], fixes: [],
    message: "this takes too much time or memory, and was stopped; a smaller problem helps, or matcalc at a prompt"}]});
  if (one === spare) spare = null;
  if (one !== busy) return;
  busy = spare ?? started();
  spare = null;
  if (busy.isReady) next();
}

/** Ask; the answer as data. Throws an Error that says what to do, and AbortError where nobody waits any more. */
export async function ask(question, signal) {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), {once: true});
    busy.ready.catch(reject);
    isAsked = true;
    waiting.push({question, signal, resolve});
    next();
  });
}

/** Say where the answer will stand, and at the foot of the page, that Python is on its way. */
function said() {
  const note = document.createElement("p");
  note.className = "remark";
  note.textContent = "Loading Python, once for this page …";
  document.getElementById("answer").append(note);
  busy.ready.then(() => PLACE, (error) => error.message).then((text) => {
    note.remove();
    document.getElementById("place").textContent = text;
  });
}

busy = started();
said();
