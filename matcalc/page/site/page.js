// The page: what was typed becomes a question, the newest answer is shown, everything older is dropped.

import {formula, make} from "./elements.js";
import {EMPTY, forget, linked, past, read, remember} from "./remembered.js";
import * as view from "./view.js";

const backend = await import(`./${document.querySelector("meta[name=matcalc-backend]").content}`);
const at = (id) => document.getElementById(id);
const inside = (id) => at(id).querySelector(".inside");
const PAUSE = 120; // milliseconds without a key until a question is asked
const PATIENCE = 500; // until what is wrong with a text that may only have begun is said
const SETTLED = 1500; // until it counts as asked, for the history
const EXAMPLES = [
  ["det(A X B)", {}], ["x'A x", {kinds: {A: "matrix sym"}}], ["‖A x − b‖² + λ‖x‖²", {want: "solve", wrt: ["x"]}],
  ["log det(X)", {want: "hessian", kinds: {X: "matrix spd"}}], ["sum(log(1 + exp(-y .* (X w))))", {wrt: ["w"]}],
  ["\\operatorname{tr}(X^\\top A X B)", {wrt: ["X"]}], ["softmax(W x)", {want: "jacobian", wrt: ["x"]}],
  ["‖A x − b‖₂ + λ‖x‖₁", {want: "convexity", wrt: ["x"], kinds: {lambda: "scalar nonnegative"}}],
];

let q = read(location.hash);
let answer = null; // the last one that is shown
const running = {}; // of each kind of question, what would end it
const timers = {};

/** Say something to whoever listens. */
function said(text) {
  at("said").textContent = text;
}

/** The question as it is sent: no more than what is shown needs. */
function asked(more = {}) {
  const {formula: text, wrt, kinds, want, subject_to, check, structure} = q;
  return {formula: text, wrt, kinds, want, subject_to, check, structure, ...more};
}

/** Ask; null where a newer question of this kind has taken its place. */
async function ask(kind, question) {
  running[kind]?.abort();
  const mine = new AbortController();
  running[kind] = mine;
  try {
    const found = await backend.ask(question, mine.signal);
    return running[kind] === mine ? found : null;
  } catch (error) {
    if (mine.signal.aborted || running[kind] !== mine) return null;
    return {ok: false, variables: [], diagnostics: [
      {code: "", severity: "error", message: error.message, span: null, labels: [], fixes: []}]};
  }
}

/** Change the question and ask again, now or when the typing pauses. */
function change(part, pause = 0) {
  q = {...q, ...part};
  clearTimeout(timers.ask);
  clearTimeout(timers.wrong);
  running.answer?.abort(); // its question is out of date
  delete running.answer;
  timers.ask = setTimeout(() => put(pause > 0), pause);
}

async function put(isTyping) {
  history.replaceState(null, "", `#${linked(q)}`);
  document.title = q.formula.trim() ? `${q.formula} – matcalc` : "matcalc";
  at("examples").hidden = Boolean(q.formula.trim());
  clearTimeout(timers.settled);
  document.body.classList.add("asking");
  const found = await ask("answer", asked({steps: q.steps}));
  if (found === null) return;
  document.body.classList.remove("asking");
  answer = found.ok ? found : {...found, kept: answer?.ok ? answer : answer?.kept};
  at("answer").classList.toggle("old", !found.ok);
  if (found.ok || !isTyping) show();
  else timers.wrong = setTimeout(show, PATIENCE);
  if (found.ok && q.formula.trim()) timers.settled = setTimeout(() => remember(q, found.input?.latex ?? ""), SETTLED);
}

/** Show the answer: what is wrong stands below its place, and the last variables stay to be changed. */
function show() {
  const {ok, diagnostics = []} = answer;
  const isEmpty = ok ? !answer.input : !q.formula.trim();
  at("mirror").replaceChildren(...view.marked(q.formula, diagnostics));
  at("diagnostics").replaceChildren(...(isEmpty ? [] : view.diagnostics(diagnostics, fix)));
  placed();
  const variables = answer.variables?.length || ok ? answer : {...answer, ...kept()};
  const focused = document.activeElement?.closest?.(".variable")?.dataset.name;
  const tag = document.activeElement?.tagName;
  at("given").replaceChildren(...(isEmpty ? [] : view.given({wrt: q.wrt, ...variables}, {by, kind})));
  if (focused) at("given").querySelector(`[data-name="${CSS.escape(focused)}"] ${tag}`)?.focus();
  if (ok) at("answer").replaceChildren(...(isEmpty ? [] : view.answered(answer, said, change)));
  at("answer").classList.toggle("old", !ok);
  at("more").hidden = !ok || isEmpty;
  for (const one of document.getElementsByName("want")) one.checked = one.value === (answer.want || q.want);
  at("subject").hidden = q.want !== "solve";
  said(isEmpty ? "" : spoken());
  if (ok && !isEmpty) more();
}

function kept() {
  const old = answer.kept;
  return old ? {variables: old.variables, wrt: old.wrt} : {};
}

function spoken() {
  if (!answer.ok) return answer.diagnostics[0]?.message ?? "";
  if (answer.verdict) return answer.verdict.word;
  return answer.answers.map((one) => `${answer.want} by ${one.wrt.join(", ")}: ${one.unicode}`).join("; ");
}

/** Move what is wrong below its place. */
function placed() {
  const mark = at("mirror").querySelector("mark");
  const box = at("diagnostics");
  const room = box.clientWidth;
  const left = mark ? mark.getBoundingClientRect().left - at("mirror").getBoundingClientRect().left : 0;
  box.style.setProperty("--place", `${Math.max(0, Math.min(left, room - Math.min(room, 352)))}px`);
}

/** Steps, programs and pictures, where somebody wants to see them. */
function more() {
  const isCoded = answer.want !== "convexity";
  at("code").hidden = !isCoded;
  at("pictures").hidden = !["gradient", "jacobian", "hessian"].includes(answer.want);
  at("steps").querySelector("summary").textContent = answer.verdict ? "Proof" : "Steps";
  at("steps").hidden = answer.verdict?.steps.length === 0;
  at("steps").open = Boolean(q.steps);
  at("code").open = Boolean(q.target);
  at("pictures").open = q.pictures;
  if (q.steps) inside("steps").replaceChildren(...view.steps(answer, said, ...detail()));
  if (q.target && isCoded) program();
  if (q.pictures && !at("pictures").hidden) draw();
}

function detail() {
  if (answer.verdict || answer.want === "solve") return [];
  const next = q.steps === "full" ? "brief" : "full";
  return [make("button", {type: "button", className: "copy", on: {click: () => change({steps: next})}},
    next === "full" ? "All steps" : "Fewer steps")];
}

async function program() {
  const put_in = (found) => inside("code").replaceChildren(
    ...view.code(answer.targets, q.target, found, (target) => { change({target}); }, said));
  put_in(null);
  const found = await ask("code", asked({code: [q.target]}));
  if (found !== null) put_in(found.code?.[q.target] ?? {source: "", note: found.diagnostics?.[0]?.message});
}

async function draw() {
  const found = await ask("pictures", asked({pictures: ["curve", "graph"]}));
  if (found !== null) inside("pictures").replaceChildren(...view.pictures(found.pictures ?? {}));
}

/** What a click on a fix changes. */
function fix(set) {
  const field = at("formula");
  change(set);
  if (set.formula !== undefined) field.value = set.formula;
  grow();
  field.focus();
}

function by(name, isMore) {
  const wrt = answer.wrt ?? [];
  if (!isMore) change({wrt: [name]});
  else change({wrt: wrt.includes(name) ? wrt.filter((other) => other !== name) : [...wrt, name]});
}

function kind(name, declaration) {
  const {[name]: _, ...others} = q.kinds;
  change({kinds: declaration ? {...others, [name]: declaration} : others});
}

/** The field is as high as its text. */
function grow() {
  const field = at("formula");
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

/** Put the question of a link or of the past into the page. */
function load(question) {
  q = question;
  at("formula").value = q.formula;
  at("subject-to").value = q.subject_to.join("; ");
  answer = null;
  grow();
  change({});
}

function examples() {
  at("examples").replaceChildren(make("h2", {}, "For example"), make("ul", {}, ...EXAMPLES.map(([text, more_]) =>
    make("li", {}, make("button", {type: "button", on: {click: () => {
      load({...EMPTY, ...more_, formula: text});
      at("formula").focus();
    }}}, make("code", {}, text), make("span", {className: "remark"}, more_.want ?? "gradient"))))));
}

function listed() {
  const found = past();
  at("past").replaceChildren(...(found.length ? found.map((one) => make("li", {}, make("button", {
    type: "button", on: {click: () => { at("history").close(); load(read(one.link)); }},
  }, one.latex ? formula(one.latex) : one.formula,
  make("span", {className: "remark"}, read(one.link).want)))) : [make("li", {className: "remark"}, "Nothing yet.")]));
}

at("question").addEventListener("submit", (event) => event.preventDefault());
at("formula").addEventListener("input", () => {
  grow();
  at("mirror").replaceChildren(); // places are no longer where they were
  const text = at("formula").value;
  change({...(text.trim() ? {} : {kinds: {}, wrt: [], structure: EMPTY.structure}), formula: text, check: true}, PAUSE);
});
at("formula").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    change({});
  }
});
at("subject-to").addEventListener("input", () => change({
  subject_to: at("subject-to").value.split(";").map((text) => text.trim()).filter(Boolean)}, PAUSE));
at("want").addEventListener("change", (event) => change({want: event.target.value}));
for (const [id, opened, closed] of [["steps", {steps: "brief"}, {steps: ""}], ["code", {target: "numpy"}, {target: ""}],
  ["pictures", {pictures: true}, {pictures: false}]]) {
  at(id).querySelector("summary").addEventListener("click", (event) => {
    event.preventDefault();
    if (id !== "steps") inside(id).replaceChildren(make("p", {className: "remark"}, "…"));
    change(at(id).open ? closed : opened);
  });
}
at("link").addEventListener("click", async () => {
  history.replaceState(null, "", `#${linked(q)}`);
  const done = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
  at("link").textContent = done ? "Copied" : "See address";
  said(done ? "Link copied" : "The link is the address of this page");
  setTimeout(() => { at("link").textContent = "Copy link"; }, 1500);
});
at("recent").addEventListener("click", () => { listed(); at("history").showModal(); });
at("close").addEventListener("click", () => at("history").close());
at("forget").addEventListener("click", () => { forget(); listed(); });
window.addEventListener("hashchange", () => load(read(location.hash)));
window.addEventListener("resize", () => { grow(); placed(); });
at("place").textContent = backend.place;
examples();
load(q.formula ? q : {...q, formula: at("formula").value}); // what was typed while this file was on its way stays
at("formula").focus();
