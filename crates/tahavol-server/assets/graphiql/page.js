// Starts GraphiQL on this server: queries and mutations as JSON, subscriptions as server-sent events.

const QUERY = `# Write your token below, under "Headers":  { "authorization": "Bearer …" }
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

function isSubscription({ query, operationName }, options) {
  const operations = options?.documentAST?.definitions?.filter((definition) => definition.kind === "OperationDefinition");
  if (!operations) return /^\s*subscription\b/m.test(query);
  const asked = operations.find(({ name }) => !operationName || name?.value === operationName);
  return asked?.operation === "subscription";
}

async function ask(headers, body) {
  const accept = "application/graphql-response+json, application/json;q=0.9";
  const response = await fetch("/graphql", { method: "POST", headers: { ...headers, accept }, body });
  return response.json();
}

async function* subscribe(headers, body) {
  const stopped = new AbortController();
  const accept = "text/event-stream";
  try {
    const response = await fetch("/graphql", { method: "POST", headers: { ...headers, accept }, body, signal: stopped.signal });
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
