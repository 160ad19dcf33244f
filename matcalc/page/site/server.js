// The backend that stands behind this page: every question is a request to the address that the page came from.

const LATER = 400; // milliseconds until a question is asked again that found the line full
const TRIES = 8;

/** Ask; the answer as data. Throws an Error that says what to do, and AbortError where nobody waits any more. */
export async function ask(question, signal) {
  for (let k = 0; ; k += 1) {
    const reply = await fetch("ask", {
      method: "POST", signal, headers: {"Content-Type": "application/json"}, body: JSON.stringify(question),
    }).catch((error) => {
      if (error.name === "AbortError") throw error;
      throw new Error("matcalc does not answer: start it again with matcalc page");
    });
    if (reply.ok) return reply.json();
    if (reply.status !== 503 || k === TRIES) throw new Error((await reply.text()).trim());
    await new Promise((resolve) => { setTimeout(resolve, LATER * (k + 1)); });
  }
}

/** What is said at the foot of the page. */
export const place = "Computed on this machine; nothing leaves it.";
