// Decides requests where they stand. Without this script each button posts the form, and "Decline" opens a page.

import { announce, word } from "./words.js";

const PATIENCE = 15000;

const boxes = (list) => [...list.querySelectorAll('input[name="enrolment"][type="checkbox"]')];

/** Asks for a page and returns it as a document, with the address it came from. `fetch` gives text, which the
 *  policy of the site lets no script turn into a document. */
function ask(method, address, body = null) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.responseType = "document";
    request.timeout = PATIENCE;
    request.onload = () => {
      if (request.response) resolve({ answer: request.response, address: request.responseURL });
      else reject();
    };
    request.onerror = reject;
    request.ontimeout = reject;
    request.send(body);
  });
}

/** Shows the answer in the place of the present page; the reader stays where they are. */
async function show(answer) {
  const main = document.getElementById("main");
  main.replaceChildren(...answer.getElementById("main").children);
  document.title = answer.title;
  const said = main.querySelector(".banner-words, .error-summary");
  if (said) announce(said.textContent.trim().replace(/\s+/g, " "));
  // Not at the top: main.js waits for this module.
  const { attachAll } = await import("./main.js");
  await attachAll(main);
}

/** Keeps the keyboard in the row that was decided. After several it stands on what can be done to all of them next. */
function focusAfter(decided) {
  const rows = decided.length === 1 ? [`[data-request="${CSS.escape(decided[0])}"] button`] : [];
  const next = [...rows, "#requests button", "#main"].map((place) => document.querySelector(place)).find(Boolean);
  next?.focus({ preventScroll: true });
}

async function post(form, submitter) {
  const sent = new URLSearchParams(new FormData(form, submitter));
  const { answer, address } = await ask("POST", submitter.getAttribute("formaction") ?? form.action, sent);
  // Somewhere else: the sign-in has ended.
  if (!new URL(address).pathname.startsWith("/admin/")) window.location.assign(address);
  else await show(answer);
  focusAfter(submitter.value ? [submitter.value] : sent.getAll("enrolment"));
}

function countTicks(list) {
  const confirm = list.querySelector("#confirm-ticked span");
  const ticked = boxes(list).filter((box) => box.checked).length;
  if (confirm) confirm.textContent = ticked ? word("confirm-count", { n: ticked }) : word("confirm-ticked");
}

/** Opens the reasons under the row. The page that would open without this script holds the form. */
async function openReasons(link) {
  const row = link.closest("tr");
  const opened = row.nextElementSibling;
  if (opened?.matches("[data-reasons]")) return opened.remove();
  const { answer } = await ask("GET", link.href);
  const form = answer.getElementById("decline-form");
  if (!form) return window.location.assign(link.href);
  const cell = document.createElement("td");
  cell.colSpan = row.cells.length;
  cell.append(form);
  const reasons = document.createElement("tr");
  reasons.dataset.reasons = "";
  reasons.append(cell);
  row.after(reasons);
  form.querySelector("a").addEventListener("click", (event) => {
    event.preventDefault();
    reasons.remove();
    link.focus();
  });
  form.querySelector("input[type=radio]").focus();
  return undefined;
}

/** Takes the button away when the mail leaves. */
function endUndo(row) {
  setTimeout(() => {
    const button = row.querySelector("button");
    if (!button?.isConnected) return;
    const said = document.createElement("span");
    said.className = "meta";
    said.textContent = word("mail-left");
    if (document.activeElement === button) document.getElementById("main").focus();
    button.replaceWith(said);
    row.closest("[data-behaviour]").querySelector("#undo-all")?.remove();
  }, Number(row.dataset.undoSeconds) * 1000);
}

export function attach(list) {
  const tickAll = list.querySelector('a[href*="tick=all"]');
  for (const row of list.querySelectorAll("[data-undo-seconds]")) endUndo(row);
  countTicks(list);
  list.addEventListener("change", () => countTicks(list));
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link === tickAll) {
      event.preventDefault();
      for (const box of boxes(list)) box.checked = true;
      countTicks(list);
    } else if (link.pathname === "/admin/requests/decline") {
      event.preventDefault();
      openReasons(link).catch(() => window.location.assign(link.href));
    }
  });
  list.addEventListener("submit", (event) => {
    const { submitter } = event;
    if (!submitter || submitter.id === "decline-ticked") return;
    event.preventDefault();
    const form = event.target;
    const failed = () => document.dispatchEvent(new CustomEvent("unreachable", { detail: word("not-reached") }));
    post(form, submitter).catch(failed);
  });
}
