// Small makers of elements: nothing that somebody typed is ever read as HTML.

/** An element with properties, attributes (aria-…, data-…) and children. */
export function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") Object.entries(value).forEach(([event, heard]) => made.addEventListener(event, heard));
    else if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A formula, with MathML for whoever listens; what KaTeX cannot set is shown as it is. Breaks between its terms. */
export function formula(latex, className = "") {
  const made = make("span", {className: `formula ${className}`});
  try {
    window.katex.render(latex, made, {throwOnError: true, strict: "ignore", trust: false, maxExpand: 2000});
  } catch {
    made.replaceChildren(make("code", {}, latex));
  }
  return made;
}

/** A button that copies a text and says so. */
export function copier(label, text, said) {
  const button = make("button", {type: "button", className: "copy"}, label);
  button.addEventListener("click", async () => {
    const done = await copied(typeof text === "function" ? text() : text);
    button.textContent = done ? "Copied" : "Not copied";
    said(done ? `${label}: copied` : "The browser does not let the page copy.");
    setTimeout(() => { button.textContent = label; }, 1500);
  });
  return button;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const aside = make("textarea", {value: text, className: "hidden"});
    document.body.append(aside);
    aside.select();
    const done = document.execCommand("copy");
    aside.remove();
    return done;
  }
}
