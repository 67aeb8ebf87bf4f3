"""Does what tests/interop/clients.mjs asks: one question a line on standard input, one answer a line on standard output.

A question is {"id", "action", "input"}; an answer {"id", "result"} or, where an exception was not expected,
{"id", "trace"}. Bytes travel as {"$bytes": base64}, times as {"$time": seconds since 1970}.
"""

import base64
import datetime
import json
import sys
import traceback

import calls
import measure
import messages

ACTIONS = {**calls.ACTIONS, **messages.ACTIONS, **measure.ACTIONS}


def unpacked(value):
    if isinstance(value, list):
        return [unpacked(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    if "$time" in value:
        return datetime.datetime.fromtimestamp(value["$time"], datetime.timezone.utc)
    return {name: unpacked(item) for name, item in value.items()}


def packed(value):
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        return {"$time": value.timestamp()}
    if isinstance(value, (list, tuple)):
        return [packed(item) for item in value]
    if isinstance(value, dict):
        return {name: packed(item) for name, item in value.items()}
    return value


def main():
    for line in sys.stdin:
        question = json.loads(line)
        answer = {"id": question["id"]}
        try:
            answer["result"] = packed(ACTIONS[question["action"]](**unpacked(question["input"])))
        except Exception:
            answer["trace"] = traceback.format_exc()
        print(json.dumps(answer), flush=True)


main()
