// Sends a request and reads its answer to the end, because an answer that nobody reads keeps its connection.

/** Return {ok, status, retryAfter, body}: body is the JSON of the answer or null, retryAfter in seconds or 0. Throws
 *  where no answer comes. */
export async function request(url, options) {
  const response = await fetch(url, options);
  const text = await response.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    // No JSON: an empty answer, or a page.
  }
  const retryAfter = Number(response.headers.get("retry-after")) || 0;
  return { ok: response.ok, status: response.status, retryAfter, body };
}
