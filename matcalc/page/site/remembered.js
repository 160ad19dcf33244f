// A question as a link, and the questions of the past. Both hold what was asked and nothing else.

const KEY = "matcalc history";
const MOST = 40;

export const EMPTY = Object.freeze({
  formula: "", wrt: [], kinds: {}, want: "gradient", subject_to: [], check: true, structure: "project",
  steps: "", target: "", pictures: false,
});

/** The part of an address behind #: what differs from an empty question. */
export function linked(q) {
  const said = new URLSearchParams();
  if (q.formula) said.set("f", q.formula);
  if (q.want !== EMPTY.want) said.set("want", q.want);
  q.wrt.forEach((name) => said.append("wrt", name));
  Object.entries(q.kinds).forEach(([name, kind]) => said.append("kind", `${name}: ${kind}`));
  q.subject_to.forEach((text) => said.append("st", text));
  if (q.structure !== EMPTY.structure) said.set("structure", q.structure);
  if (!q.check) said.set("check", "no");
  if (q.steps) said.set("steps", q.steps);
  if (q.target) said.set("code", q.target);
  if (q.pictures) said.set("pictures", "yes");
  return said.toString();
}

/** The question of an address. */
export function read(fragment) {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const kinds = Object.fromEntries(said.getAll("kind").map((text) => {
    const colon = text.indexOf(":");
    return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  }).filter(([name, kind]) => name && kind));
  return {
    ...EMPTY, formula: said.get("f") ?? "", want: said.get("want") ?? EMPTY.want, wrt: said.getAll("wrt"), kinds,
    subject_to: said.getAll("st"), structure: said.get("structure") ?? EMPTY.structure, check: said.get("check") !== "no", steps: said.get("steps") ?? "",
    target: said.get("code") ?? "", pictures: said.get("pictures") === "yes",
  };
}

/** The questions of the past, the last one first: links with the formula as it was read. */
export function past() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one?.link === "string") : [];
  } catch {
    return [];
  }
}

/** Remember a question; one that only continues the last one takes its place. */
export function remember(q, latex) {
  const link = linked({...q, steps: "", target: "", pictures: false});
  const others = past().filter((one) => one.link !== link);
  keep([{link, latex, formula: q.formula}, ...others].slice(0, MOST));
}

/** Forget everything. */
export function forget() {
  keep([]);
}

function keep(found) {
  try {
    localStorage.setItem(KEY, JSON.stringify(found));
  } catch {
    // without storage there is no history, and the page works on
  }
}
