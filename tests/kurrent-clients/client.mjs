// The official Node client, told on the command line what to do; answers in JSON, one line for each thing done.
//
// client.mjs ADDRESS write PREFIX WHO    what a writer may expect of a server
// client.mjs ADDRESS read PREFIX         all events under the prefix, by `$all` and by their streams
// client.mjs ADDRESS follow PREFIX N     tells of N events as they come, and when it has caught up

import { createHash } from "node:crypto";
import {
  ANY, BACKWARDS, NO_STREAM, KurrentDBClient, StreamDeletedError, StreamNotFoundError, WrongExpectedVersionError, binaryEvent,
  eventTypeFilter, jsonEvent, streamNameFilter,
} from "@kurrent/kurrentdb-client";

const RAW = Uint8Array.from({ length: 256 }, (_, byte) => byte);

const plain = (_, value) => (typeof value === "bigint" ? Number(value) : value);
const say = (what) => process.stdout.write(`${JSON.stringify(what, plain)}\n`);

/** The same id for the same name, in the form of a random one. */
function id(name) {
  const hex = createHash("sha256").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const event = (who, number) =>
  jsonEvent({ id: id(`${who}/${number}`), type: `${who}.reported`, data: { by: who, number }, metadata: { from: who } });

const told = ({ event }) => ({
  stream: event.streamId,
  revision: event.revision,
  id: event.id,
  type: event.type,
  json: event.isJson,
  data: event.isJson ? JSON.stringify(event.data) : Buffer.from(event.data).toString("latin1"),
  metadata: event.metadata && event.metadata.length !== 0 ? JSON.stringify(event.metadata) : "",
  commit: event.position?.commit,
  prepare: event.position?.prepare,
});

async function list(reading) {
  const found = [];
  for await (const one of reading) found.push(one);
  return found;
}

async function caught(deed) {
  try {
    await deed();
    return "done";
  } catch (error) {
    if (error instanceof WrongExpectedVersionError) return error.actualState;
    if (error instanceof StreamDeletedError) return "deleted";
    if (error instanceof StreamNotFoundError) return "not found";
    return `${error.constructor.name}: ${error.message}`;
  }
}

const revisions = async (client, stream) => (await list(client.readStream(stream))).map(({ event }) => event.revision);

async function write(client, prefix, who) {
  const stream = `${prefix}${who}`;
  const two = [event(who, 0), event(who, 1)];
  const first = await client.appendToStream(stream, two, { streamState: NO_STREAM });
  const third = await client.appendToStream(stream, event(who, 2), { streamState: 1n });
  await client.appendToStream(stream, binaryEvent({ type: "raw", data: RAW }), { streamState: 2n });
  say({ appended: first.nextExpectedRevision === 1n, grew: third.position.commit > first.position.commit });

  const again = await client.appendToStream(stream, two, { streamState: NO_STREAM });
  const anyhow = await client.appendToStream(stream, two, { streamState: ANY });
  const same = (one) => one.position.commit === first.position.commit && one.nextExpectedRevision === 1n;
  say({ repeated: [same(again), same(anyhow)] });

  const wrong = [[0n, event(who, 9)], [NO_STREAM, event(who, 9)], [7n, event(who, 9)], [NO_STREAM, [two[0], event(who, 9)]]];
  const conflicts = [];
  for (const [streamState, events] of wrong) conflicts.push(await caught(() => client.appendToStream(stream, events, { streamState })));
  say({ conflicts });

  const short = `${prefix}${who}-short`;
  await client.appendToStream(short, [0, 1, 2, 3].map((number) => event(`${who}-short`, number)));
  await client.setStreamMetadata(short, { maxCount: 2 });
  const { metadata } = await client.getStreamMetadata(short);
  say({ metadata: { $maxCount: metadata.maxCount }, shown: await revisions(client, short) });

  const ended = `${prefix}${who}-ended`;
  await client.appendToStream(ended, event(`${who}-ended`, 0), { streamState: NO_STREAM });
  await client.tombstoneStream(ended, { expectedRevision: 0n });
  const afterwards = [() => client.appendToStream(ended, [event(who, 8)]), () => revisions(client, ended)];
  say({ tombstoned: [await caught(afterwards[0]), await caught(afterwards[1])] });

  const hidden = `${prefix}${who}-hidden`;
  await client.appendToStream(hidden, event(`${who}-hidden`, 0), { streamState: NO_STREAM });
  await client.deleteStream(hidden);
  const gone = await caught(() => revisions(client, hidden));
  await client.appendToStream(hidden, event(`${who}-hidden`, 1), { streamState: NO_STREAM });
  say({ deleted: [gone, await revisions(client, hidden)] });
}

async function read(client, prefix) {
  const filter = streamNameFilter({ prefixes: [prefix] });
  const everything = await list(client.readAll({ filter }));
  say({ all: everything.map(told) });
  const ids = (found) => found.map(({ event }) => event.id).join();
  const backwards = await list(client.readAll({ filter, direction: BACKWARDS, fromPosition: "end" }));
  say({ backwards: ids(backwards.reverse()) === ids(everything) });
  const typed = await list(client.readAll({ filter: eventTypeFilter({ prefixes: ["raw"] }) }));
  say({ raw: typed.map(({ event }) => Buffer.from(event.data).equals(Buffer.from(RAW))) });
  const streams = {};
  for (const name of [...new Set(everything.map(({ event }) => event.streamId))].sort()) {
    let seen;
    const outcome = await caught(async () => (seen = await revisions(client, name)));
    streams[name] = seen ?? outcome;
  }
  say({ streams });
  say({ missing: await caught(() => revisions(client, `${prefix}nobody`)) });
}

async function follow(client, prefix, count) {
  const following = client.subscribeToAll({ filter: streamNameFilter({ prefixes: [prefix] }) });
  following.on("caughtUp", () => say({ caught_up: true }));
  for await (const { event } of following) {
    say({ id: event.id });
    count -= 1;
    if (count === 0) break;
  }
  await following.unsubscribe();
}

// A test that waits for ever tells nothing.
setTimeout(() => process.exit(3), 60_000).unref();

const [address, verb, prefix, more] = process.argv.slice(2);
const client = KurrentDBClient.connectionString(address);
const verbs = { write: () => write(client, prefix, more), read: () => read(client, prefix), follow: () => follow(client, prefix, Number(more)) };
if (!(verb in verbs)) throw new Error(`${verb} is no verb`);
await verbs[verb]();
await client.dispose();
process.exit(0);
