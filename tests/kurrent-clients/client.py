"""The official Python client, told on the command line what to do; answers in JSON, one line for each thing done.

client.py ADDRESS write PREFIX WHO    what a writer may expect of a server
client.py ADDRESS read PREFIX         all events under the prefix, by `$all` and by their streams
client.py ADDRESS follow PREFIX N     tells of N events as they come, and when it has caught up
"""

import faulthandler
import json
import os
import sys
from uuid import NAMESPACE_URL, uuid5

from kurrentdbclient import KurrentDBClient, NewEvent, StreamState
from kurrentdbclient.exceptions import NotFoundError, StreamIsDeletedError, WrongCurrentVersionError

RAW = bytes(range(256))


def say(**what):
    print(json.dumps(what), flush=True)


def event(who, number):
    name = uuid5(NAMESPACE_URL, f"{who}/{number}")
    data = json.dumps({"by": who, "number": number}).encode()
    return NewEvent(type=f"{who}.reported", data=data, metadata=json.dumps({"from": who}).encode(), id=name)


def told(found):
    return {
        "stream": found.stream_name,
        "revision": found.stream_position,
        "id": str(found.id),
        "type": found.type,
        "json": found.content_type == "application/json",
        "data": found.data.decode("latin-1"),
        "metadata": found.metadata.decode("latin-1"),
        "commit": found.commit_position,
        "prepare": found.prepare_position,
    }


def write(client, prefix, who):
    stream = f"{prefix}{who}"
    two = [event(who, 0), event(who, 1)]
    first = client.append_to_stream(stream, current_version=StreamState.NO_STREAM, events=two)
    third = client.append_to_stream(stream, current_version=1, events=event(who, 2))
    raw = NewEvent(type="raw", data=RAW, content_type="application/octet-stream")
    client.append_to_stream(stream, current_version=2, events=raw)
    say(appended=True, grew=third > first)

    again = client.append_to_stream(stream, current_version=StreamState.NO_STREAM, events=two)
    anyhow = client.append_to_stream(stream, current_version=StreamState.ANY, events=two)
    say(repeated=[again == first, anyhow == first])

    conflicts = []
    for expected, events in [(0, event(who, 9)), (StreamState.NO_STREAM, event(who, 9)), (7, event(who, 9)), (StreamState.NO_STREAM, [two[0], event(who, 9)])]:
        try:
            client.append_to_stream(stream, current_version=expected, events=events)
            conflicts.append("appended")
        except WrongCurrentVersionError as error:
            conflicts.append(error.actual_version)
    say(conflicts=conflicts)

    short = f"{prefix}{who}-short"
    client.append_to_stream(short, current_version=StreamState.ANY, events=[event(f"{who}-short", n) for n in range(4)])
    client.set_stream_metadata(short, metadata={"$maxCount": 2})
    shown = [found.stream_position for found in client.get_stream(short)]
    say(metadata=client.get_stream_metadata(short)[0], shown=shown)

    ended = f"{prefix}{who}-ended"
    client.append_to_stream(ended, current_version=StreamState.NO_STREAM, events=event(f"{who}-ended", 0))
    client.tombstone_stream(ended, current_version=0)
    after = []
    for deed in (lambda: client.append_to_stream(ended, current_version=StreamState.ANY, events=[event(who, 8)]), lambda: client.get_stream(ended)):
        try:
            deed()
            after.append("done")
        except StreamIsDeletedError:
            after.append("deleted")
        except Exception as error:
            after.append(type(error).__name__)
    say(tombstoned=after)

    hidden = f"{prefix}{who}-hidden"
    client.append_to_stream(hidden, current_version=StreamState.NO_STREAM, events=event(f"{who}-hidden", 0))
    client.delete_stream(hidden, current_version=StreamState.ANY)
    try:
        client.get_stream(hidden)
        gone = "there"
    except NotFoundError:
        gone = "not found"
    client.append_to_stream(hidden, current_version=StreamState.NO_STREAM, events=event(f"{who}-hidden", 1))
    say(deleted=[gone, [found.stream_position for found in client.get_stream(hidden)]])


def read(client, prefix):
    everything = list(client.read_all(filter_exclude=(), filter_include=(prefix,), filter_by_stream_name=True, filter_by_prefix=True))
    say(all=[told(found) for found in everything])
    backwards = client.read_all(
        backwards=True, filter_exclude=(), filter_include=(prefix,), filter_by_stream_name=True, filter_by_prefix=True
    )
    say(backwards=[found.id for found in backwards] == [found.id for found in reversed(everything)])
    typed = client.read_all(filter_exclude=(), filter_include=("raw",), filter_by_prefix=True)
    say(raw=[found.data == RAW for found in typed])
    streams = {}
    for name in sorted({found.stream_name for found in everything}):
        try:
            streams[name] = [found.stream_position for found in client.get_stream(name)]
        except StreamIsDeletedError:
            streams[name] = "deleted"
        except Exception as error:
            streams[name] = f"{type(error).__name__}: {error}"
    say(streams=streams)
    try:
        client.get_stream(f"{prefix}nobody")
        say(missing="there")
    except NotFoundError:
        say(missing="not found")


def follow(client, prefix, count):
    following = client.subscribe_to_all(
        filter_exclude=(), filter_include=(prefix,), filter_by_stream_name=True, filter_by_prefix=True, include_caught_up=True
    )
    for found in following:
        if found.is_caught_up:
            say(caught_up=True)
        else:
            say(id=str(found.id))
            count -= 1
        if count == 0:
            break
    following.stop()


def main():
    # A test that waits for ever tells nothing; this one tells where it waited.
    faulthandler.dump_traceback_later(60, exit=True)
    address, verb, prefix, *more = sys.argv[1:]
    client = KurrentDBClient(address)
    if verb == "write":
        write(client, prefix, more[0])
    elif verb == "read":
        read(client, prefix)
    elif verb == "follow":
        follow(client, prefix, int(more[0]))
    else:
        sys.exit(f"{verb} is no verb")
    client.close()
    # All is said and flushed. Now and then gRPC waits for ever for a lock of its own while the interpreter ends.
    os._exit(0)


main()
