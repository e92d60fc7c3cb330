// Signing in again without leaving the page: the fields go to the ordinary sign-in, with its rules and limits.
// Only the person whose page this is goes on; what they made is not sent under another name.

import * as queue from "./sheet-queue.js";
import { announce, word } from "./words.js";

// The answer is the page of the sign-in. Its first error is read as text: nothing of the page is taken in.
async function refusalOf(response) {
  const [, summary = ""] = (await response.text()).split('class="error-summary"');
  const words = summary.match(/<li>\s*(?:<a[^>]*>)?([^<]+)/)?.[1].trim() ?? "";
  return words.replaceAll("&#39;", "’").replaceAll("&amp;", "&") || word("check-password");
}

export function attach(dialog) {
  const form = dialog.querySelector("form");
  const error = dialog.querySelector("[data-sign-in-error]");
  const { me, owner } = dialog.dataset;

  function say(text) {
    error.hidden = text === "";
    error.querySelector("[data-words]").textContent = text;
    if (text) announce(text, { assertive: true });
  }

  async function isOwner() {
    const response = await fetch(me, { headers: { accept: "application/json" } });
    return response.ok && (await response.json()).id === owner;
  }

  async function signIn() {
    const fields = new URLSearchParams(new FormData(form));
    const response = await fetch(form.action, { method: "POST", body: fields, redirect: "manual" });
    if (response.type !== "opaqueredirect" && !response.ok) return refusalOf(response);
    return (await isOwner()) ? "" : word("wrong-person");
  }

  for (const button of document.querySelectorAll("[data-sign-in-again]")) {
    button.addEventListener("click", () => {
      say("");
      dialog.showModal();
      form.elements.password.focus();
    });
  }
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    const refusal = await signIn().catch(() => word("not-reached"));
    say(refusal);
    form.elements.password.value = "";
    if (refusal) return;
    dialog.close();
    announce(word("signed-in-again"));
    queue.flush();
  });
}
