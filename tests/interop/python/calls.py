"""boto3: calls of any operation, paginators, exceptions."""

import json

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

from shapes import faults

_session = boto3.session.Session()
_clients = {}
_bodies = []
# The names of the exceptions that KMS answered with, latest last.
refusals = []


def client_of(endpoint, region):
    """One client an endpoint and a Region; it remembers what it was answered with."""
    if (endpoint, region) not in _clients:
        client = _session.client("kms", region, endpoint_url=endpoint)
        client.meta.events.register("before-parse.kms.*", _remember_body)
        client.meta.events.register("after-call.kms.*", _remember_refusal)
        _clients[endpoint, region] = client
    return _clients[endpoint, region]


def _remember_body(response_dict, **_):
    _bodies.append(response_dict["body"])


def _remember_refusal(parsed, **_):
    if "Error" in parsed:
        refusals.append(parsed["Error"]["Code"])


def operations():
    return sorted(client_of("http://127.0.0.1", "us-east-1").meta.service_model.operation_names)


def call(endpoint, region, operation, input):
    """The answer, with what its shape finds wrong with it; or the exception as boto3's users see it."""
    client = client_of(endpoint, region)
    _bodies.clear()
    try:
        answer = getattr(client, xform_name(operation))(**input)
    except ClientError as error:
        return {"error": _exception(client, error)}
    metadata = answer.pop("ResponseMetadata")
    shape = client.meta.service_model.operation_model(operation).output_shape
    raw = json.loads(_bodies[-1]) if _bodies[-1] else {}
    if shape is None:
        wrong = [f"{operation} answers nothing, but: {raw}"] if raw or answer else []
    else:
        wrong = faults(shape, answer, raw, operation)
    return {"answer": answer, "faults": wrong, "metadata": _facts(metadata)}


def _exception(client, error):
    name = error.response["Error"]["Code"]
    own = getattr(client.exceptions, name, None) if name in _exceptions(client) else None
    return {
        "name": name,
        "class": type(error).__name__,
        # What `except client.exceptions.NotFoundException` catches.
        "caught": own is not None and isinstance(error, own),
        "message": error.response["Error"]["Message"],
        "text": str(error),
        "operation": error.operation_name,
        "metadata": _facts(error.response["ResponseMetadata"]),
    }


def _exceptions(client):
    return {shape.name for shape in client.meta.service_model.error_shapes}


def _facts(metadata):
    return {
        "status": metadata["HTTPStatusCode"],
        "requestId": metadata["RequestId"],
        "retries": metadata["RetryAttempts"],
    }


def paginators(endpoint, region):
    """The operations that the model pages."""
    client = client_of(endpoint, region)
    return [name for name in operations() if client.can_paginate(xform_name(name))]


def pages(endpoint, region, operation, input, size):
    """How many items each page has, and all items; `size` is how many a page may have."""
    paginator = client_of(endpoint, region).get_paginator(xform_name(operation))
    (key,) = [key.expression for key in paginator.result_keys]
    got = [
        page[key] for page in paginator.paginate(**input, PaginationConfig={"PageSize": size})
    ]
    return {"counts": [len(items) for items in got], "items": [item for items in got for item in items]}


def resumed(endpoint, region, operation, input, size, most):
    """The first items, and the rest by the token that the paginator gives: MaxItems and StartingToken."""
    paginator = client_of(endpoint, region).get_paginator(xform_name(operation))
    first = paginator.paginate(**input, PaginationConfig={"PageSize": size, "MaxItems": most})
    begun = first.build_full_result()
    (key,) = [key.expression for key in paginator.result_keys]
    config = {"PageSize": size, "StartingToken": begun["NextToken"]}
    rest = paginator.paginate(**input, PaginationConfig=config).build_full_result()
    return {"first": begun[key], "rest": rest[key]}


ACTIONS = {
    "operations": operations,
    "call": call,
    "paginators": paginators,
    "pages": pages,
    "resumed": resumed,
}
