"""What is wrong with an answer, by the shape that botocore's own model of the service gives it.

Held against it twice: what botocore made of the body, and the body itself, since botocore passes over what it does
not know and coerces what it does.
"""

import datetime

# AWS fills the deprecated CustomerMasterKeySpec with every KeySpec, though its enum ended before those.
OPEN_ENUMS = {"CustomerMasterKeySpec"}


def faults(shape, parsed, raw, path):
    """A list of sentences; empty where nothing is wrong."""
    return [f"{path}{fault}" for fault in _CHECKS[shape.type_name](shape, parsed, raw)]


def _structure(shape, parsed, raw):
    if type(parsed) is not dict or type(raw) is not dict:
        yield " is no structure"
        return
    for name in shape.required_members:
        if name not in raw:
            yield f".{name} is missing"
    for name in raw:
        if name not in shape.members:
            yield f".{name} is not in the model"
        elif name not in parsed:
            yield f".{name} was lost: {raw[name]!r}"
        else:
            yield from faults(shape.members[name], parsed[name], raw[name], f".{name}")
    for name in parsed:
        if name not in raw:
            yield f".{name} came from nowhere"


def _list(shape, parsed, raw):
    if type(parsed) is not list or type(raw) is not list or len(parsed) != len(raw):
        yield " is no list, or not the same one"
        return
    yield from _bounds(shape, len(parsed))
    for index, (item, raw_item) in enumerate(zip(parsed, raw)):
        yield from faults(shape.member, item, raw_item, f"[{index}]")


def _map(shape, parsed, raw):
    if type(parsed) is not dict or type(raw) is not dict or parsed.keys() != raw.keys():
        yield " is no map, or not the same one"
        return
    for key in parsed:
        yield from faults(shape.value, parsed[key], raw[key], f"[{key!r}]")


def _string(shape, parsed, raw):
    if type(raw) is not str or parsed != raw:
        yield f" is no text: {raw!r}"
        return
    yield from _bounds(shape, len(parsed))
    if shape.enum and parsed not in shape.enum and shape.name not in OPEN_ENUMS:
        yield f" is none of its enum: {parsed}"


def _blob(shape, parsed, raw):
    if type(raw) is not str or type(parsed) is not bytes:
        yield f" is no blob: {raw!r}"
        return
    yield from _bounds(shape, len(parsed))


def _timestamp(_shape, parsed, raw):
    if type(raw) not in (int, float) or not isinstance(parsed, datetime.datetime):
        yield f" is no time: {raw!r}"
    elif abs(parsed.timestamp() - raw) > 0.001:
        yield f" is another time: {raw!r}"


def _boolean(_shape, parsed, raw):
    if type(raw) is not bool or parsed is not raw:
        yield f" is no boolean: {raw!r}"


def _integer(shape, parsed, raw):
    if type(raw) is not int or parsed != raw:
        yield f" is no whole number: {raw!r}"
        return
    yield from _bounds(shape, parsed)


def _bounds(shape, size):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield f" is below {low}: {size}"
    if high is not None and size > high:
        yield f" is above {high}: {size}"


_CHECKS = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "blob": _blob,
    "timestamp": _timestamp,
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
}
