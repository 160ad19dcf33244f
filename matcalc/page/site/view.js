// What an answer looks like: formulas, where they hold, the check, steps, programs, pictures, what is wrong.

import {copier, formula, make} from "./elements.js";

const TITLES = {
  numpy: "NumPy", jax: "JAX", torch: "PyTorch", "array-api": "array API", octave: "Octave", matlab: "MATLAB", r: "R",
  cpp: "C++", julia: "Julia", pure: "plain Python",
};
const MARKS = {passed: "✓", skipped: "?", inconclusive: "?"};
const ALT = {
  curve: "V-curve: the error of finite differences over their step", graph: "The computation graph of the formula",
};

/** All formulas of an answer, or the verdict. */
export function answered(answer, said, change) {
  const read = make("div", {className: "read"}, formula(answer.input.latex));
  if (answer.verdict) return [read, verdict(answer.verdict)];
  return [read, ...(answer.answers ?? []).map((one) => single(one, said, change))];
}

function single(one, said, change) {
  const whole = `${one.left} = ${one.latex}`;
  return make("article", {},
    make("div", {className: "main", tabIndex: 0, role: "group", "aria-label": "Formula"},
      formula(`\\displaystyle ${whole}`)),
    conditions(one.conditions),
    ...one.forms.map((form) => make("div", {className: "form"},
      formula(`\\displaystyle ${form.left} = ${form.latex}`), remark(form.remarks.join("; ")))),
    remarks(one.remarks),
    one.check ? check(one.check) : null,
    make("div", {className: "copies"}, copier("Copy LaTeX", one.latex, said), copier("Copy text", one.ascii, said),
      ...one.offers.map((offer) => make("button", {
        type: "button", className: "copy", on: {click: () => change(offer.set)},
      }, offer.text))));
}

function conditions(found) {
  if (!found.length) return null;
  return make("p", {className: "where"}, "if ",
    ...found.flatMap((latex, k) => [k ? " and " : "", formula(latex)]));
}

function remark(text) {
  return text ? make("p", {className: "remark"}, text) : null;
}

function remarks(found) {
  return found.length ? make("ul", {className: "remarks"}, ...found.map((text) => make("li", {}, text))) : null;
}

function check(found) {
  return make("p", {className: `check ${found.status}`},
    make("span", {className: "mark", "aria-hidden": "true"}, MARKS[found.status] ?? "✗"), ` ${found.text}`);
}

function verdict(found) {
  return make("article", {},
    make("div", {className: "main verdict", tabIndex: 0, role: "group", "aria-label": "Verdict"}, formula(found.latex)),
    ...found.witness.map((text) => make("p", {className: "witness"}, text)),
    remarks(found.notes),
    found.check ? check(found.check) : null);
}

/** The steps of each answer, or the proof. */
export function steps(answer, said, ...more) {
  const found = (answer.verdict ? [answer.verdict] : answer.answers ?? []).filter((one) => one.steps.length);
  if (!found.length) return [make("p", {className: "remark"}, "There are no steps.")];
  return [...found.map((one) => make("ol", {className: "steps"}, ...one.steps.map(step))),
    make("div", {className: "copies"},
      copier("Copy LaTeX", found.map((one) => one.steps_latex).join("\n\n"), said), ...more)];
}

function step(row) {
  const line = row.sign ? `${row.left} ${row.sign} ${row.latex}` : `${row.left}\\; ${row.latex}`;
  return make("li", {className: row.n ? "" : "definition"},
    make("div", {className: "line"}, formula(`\\displaystyle ${line}`)),
    row.because || row.rule ? make("div", {className: "because"}, row.because ? formula(row.because) : null,
      row.rule ? make("span", {className: "rule"}, row.rule) : null) : null);
}

/** The targets to choose from, and the program in the chosen one. */
export function code(targets, target, program, choose, said) {
  const choices = make("div", {className: "targets", role: "group", "aria-label": "Language"},
    ...targets.map((name) => make("button", {
      type: "button", "aria-pressed": String(name === target), on: {click: () => choose(name)},
    }, TITLES[name] ?? name)));
  if (!program) return [choices, make("p", {className: "remark"}, "…")];
  if (!program.source) return [choices, make("p", {className: "remark"}, program.note || "There is no program.")];
  return [choices,
    make("div", {className: "program"}, copier("Copy code", program.source, said),
      make("pre", {tabIndex: 0, role: "group", "aria-label": `Code, ${TITLES[target] ?? target}`},
        make("code", {}, program.source))),
    ...(program.note ? [remark(program.note)] : [])];
}

/** The pictures that there are. */
export function pictures(found) {
  const shown = Object.entries(ALT).map(([name, alt]) => {
    if (!found[name]) return remark(found[`${name}_note`]);
    const src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(found[name])}`;
    return make("figure", {}, make("img", {src, alt}), make("figcaption", {}, alt));
  });
  return shown.some(Boolean) ? shown.filter(Boolean) : [make("p", {className: "remark"}, "There is nothing to draw.")];
}

/** The variables: what each is, and whether one differentiates by it. */
export function given(answer, heard) {
  return (answer.variables ?? []).map((v) => variable(v, answer, heard));
}

function variable(v, answer, heard) {
  const isBy = answer.wrt?.includes(v.name) ?? false;
  const by = make("button", {
    type: "button", className: "by", "aria-pressed": String(isBy), "aria-label": `by ${v.name}`,
    title: `by ${v.name}; with Shift by several`, on: {click: (event) => heard.by(v.name, event.shiftKey)},
  }, "∂");
  const select = make("select", {
    "aria-label": `what ${v.name} is`, title: v.reason, disabled: v.is_fixed,
    on: {change: () => heard.kind(v.name, select.value)},
  });
  const known = answer.choices.some((choice) => choice.declaration === v.declared);
  if (v.origin === "declared" && !v.is_fixed) select.append(make("option", {value: ""}, "as matcalc reads it"));
  if (!known) select.append(make("option", {value: v.declared}, v.declared));
  answer.choices.forEach((choice) => select.append(make("option", {value: choice.declaration}, choice.label)));
  select.value = v.declared;
  return make("span", {className: "variable", "data-name": v.name}, by, formula(v.latex), select,
    v.size === "scalar" ? null : make("span", {className: "size"}, v.size));
}

/** What is wrong, with fixes to click. */
export function diagnostics(found, fix) {
  return found.map((d) => make("div", {className: `diagnostic ${d.severity}`},
    make("p", {className: "message"}, d.message, d.code ? make("span", {className: "number"}, d.code) : null),
    ...d.labels.filter((label) => label.text && label.text !== "here").map((label) =>
      make("p", {className: "label"}, label.text)),
    d.fixes.length ? make("div", {className: "fixes"}, ...d.fixes.map((one) => make("button", {
      type: "button", className: "fix", on: {click: () => fix(one.set)},
    }, one.text))) : null));
}

/** The text with the places underlined that are wrong. */
export function marked(text, found) {
  const letters = Array.from(text); // places count code points
  const marks = found.filter((d) => d.span).map((d) => d.span);
  const pieces = [];
  let at = 0;
  for (const [start, length] of marks.sort((a, b) => a[0] - b[0])) {
    if (start < at) continue;
    const end = Math.min(start + length, letters.length);
    pieces.push(letters.slice(at, start).join(""));
    pieces.push(make("mark", {}, start < letters.length ? letters.slice(start, end).join("") : " "));
    at = Math.max(end, start);
  }
  pieces.push(`${letters.slice(at).join("")}\u200b`);
  return pieces;
}
