// Starts GraphiQL on this server: queries and mutations as JSON, subscriptions as server-sent events.

const QUERY = `# Sign in at /sign-in, or write a token below, under "Headers":  { "authorization": "Bearer …" }
query Progress {
  progress(horizon: SHORT) {
    planned
    reported
    verified
    spiT
    forecastFinish
    confidence
  }
}
`;

function fetcher(params, options) {
  const headers = { "content-type": "application/json", ...(options?.headers ?? {}) };
  const body = JSON.stringify(params);
  return isSubscription(params, options) ? subscribe(headers, body) : ask(headers, body);
}

// Whoever has signed in with this browser shows the session's token besides its cookie. It changes with the session, which
// another window may end or begin, so it is asked for each time. A token of one's own goes before it.
async function proof(headers) {
  if (Object.keys(headers).some((name) => name.toLowerCase() === "authorization")) return headers;
  const response = await fetch("/session");
  const csrf = response.ok ? (await response.json()).csrf : null;
  return csrf ? { ...headers, "x-csrf-token": csrf } : headers;
}

function isSubscription({ query, operationName }, options) {
  const operations = options?.documentAST?.definitions?.filter((definition) => definition.kind === "OperationDefinition");
  if (!operations) return /^\s*subscription\b/m.test(query);
  const asked = operations.find(({ name }) => !operationName || name?.value === operationName);
  return asked?.operation === "subscription";
}

async function ask(headers, body) {
  const accept = "application/graphql-response+json, application/json;q=0.9";
  const response = await fetch("/graphql", { method: "POST", headers: { ...(await proof(headers)), accept }, body });
  return response.json();
}

async function* subscribe(headers, body) {
  const stopped = new AbortController();
  const accept = "text/event-stream";
  try {
    const response = await fetch("/graphql", { method: "POST", headers: { ...(await proof(headers)), accept }, body, signal: stopped.signal });
    if (!response.headers.get("content-type")?.startsWith(accept)) {
      yield await response.json();
      return;
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      const events = text.split("\n\n");
      text = events.pop();
      for (const event of events) {
        const field = (name) => event.split("\n").find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1).trim();
        if (field("event") === "complete") return;
        if (field("event") === "next") yield JSON.parse(field("data"));
      }
    }
  } finally {
    stopped.abort();
  }
}

// The page's policy lets no markup bring styles along. A script may set them, and what GraphiQL makes of its own carries the nonce.
globalThis.__webpack_nonce__ = document.currentScript.nonce;
document.body.style.margin = "0";
document.getElementById("graphiql").style.height = "100vh";

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: QUERY,
    defaultEditorToolsVisibility: "headers",
    shouldPersistHeaders: false,
    isHeadersEditorEnabled: true,
  }),
);
