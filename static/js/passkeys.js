// Lets a form be answered by a passkey. The server says what it asks (data-options), the browser asks the person,
// and the answer is sent in the form as any other field. Where passkeys do not work the form stays hidden, and the
// words beside it say what to do instead.

import { announce, word } from "./words.js";

function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function textOf(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const readable = (credential) => ({ ...credential, id: bytesOf(credential.id) });

async function created(options) {
  const made = await navigator.credentials?.create({
    publicKey: {
      ...options,
      challenge: bytesOf(options.challenge),
      user: { ...options.user, id: bytesOf(options.user.id) },
      excludeCredentials: (options.excludeCredentials ?? []).map(readable),
    },
  });
  return answerOf(made, {
    attestationObject: textOf(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function signed(options) {
  const used = await navigator.credentials?.get({
    publicKey: {
      ...options,
      challenge: bytesOf(options.challenge),
      allowCredentials: (options.allowCredentials ?? []).map(readable),
    },
  });
  const { authenticatorData, signature, userHandle } = used.response;
  return answerOf(used, {
    authenticatorData: textOf(authenticatorData),
    signature: textOf(signature),
    userHandle: userHandle ? textOf(userHandle) : null,
  });
}

function answerOf(credential, more) {
  return JSON.stringify({
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: { clientDataJSON: textOf(credential.response.clientDataJSON), ...more },
  });
}

// What the server asks; null: it wants something else first, such as a fresh proof, and the page leads there.
async function optionsFrom(address, csrf) {
  const response = await fetch(address, { method: "POST", body: new URLSearchParams({ csrf_token: csrf }) });
  if (response.redirected || response.status === 404) return null;
  if (response.status === 429) throw new Error(word("too-many"));
  if (!response.ok) throw new Error(word("not-now"));
  return response.json();
}

function wordsFor(error) {
  if (error.name === "InvalidStateError") return word("has-passkey");
  if (error.name === "NotAllowedError" || error.name === "AbortError") return word("not-given");
  if (error.name === "TypeError") return word("not-reached");
  return error.name === "Error" ? error.message : word("not-now");
}

export function attach(area) {
  if (!window.PublicKeyCredential || !navigator.credentials || !window.isSecureContext) return;
  const form = area.querySelector("form");
  const problem = area.querySelector("[data-problem]");
  const answer = form.elements.namedItem("answer");
  const button = form.querySelector("button");
  area.querySelector("[data-works]").hidden = false;
  const otherwise = area.querySelector("[data-otherwise]");
  if (otherwise) otherwise.hidden = true;

  function say(text) {
    problem.hidden = text === "";
    problem.querySelector("[data-words]").textContent = text;
    if (text) announce(text, { assertive: true });
  }

  async function ask() {
    const options = await optionsFrom(area.dataset.options, form.elements.namedItem("csrf_token").value);
    if (options === null) {
      location.reload();
      return;
    }
    answer.value = await (area.dataset.asks === "create" ? created(options) : signed(options));
    form.submit();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    say("");
    await ask().catch((error) => say(wordsFor(error)));
    button.removeAttribute("aria-disabled");
  });
}
