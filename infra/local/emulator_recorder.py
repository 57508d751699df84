"""Writes down every AWS call that the emulator gets, and every function that it runs: a JSON line each.

What a line says is read by infra/local/calls.ts. It names operations and resources, counts and sizes; nothing of what is
written or read gets into it.
"""

import functools
import json
import os
import re
import threading
import time

from ministack import app
from ministack.core import lambda_runtime
from ministack.core.iam_actions import extract_iam_action
from ministack.core.router import detect_service
from ministack.services import dynamodb, lambda_svc, stepfunctions

# What of a request names the resource that it is about.
NAMING = ("TableName", "IndexName", "QueueUrl", "SecretId", "stateMachineArn", "executionArn", "FunctionName")
READS = {"GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"}
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
# The local stage's clock (clock.ts) looks here before everything; there is none in a stage on AWS.
CLOCK_PARTITION = {"S": "STAGE"}


class Recorder:
    def __init__(self, path):
        self._file = open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8")
        self._lock = threading.Lock()

    def write(self, **line):
        text = json.dumps({"at": int(time.time() * 1000), **line}, separators=(",", ":"))
        with self._lock:
            self._file.write(text + "\n")
            self._file.flush()


def _json(text):
    try:
        found = json.loads(text or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _parts(operation, data):
    """The single-item operations that a batch or a transaction is made of, each with its table."""
    if operation in ("TransactWriteItems", "TransactGetItems"):
        return [[kind, part.get("TableName", "")]
                for item in data.get("TransactItems", []) for kind, part in item.items()]
    if operation in ("BatchGetItem", "BatchWriteItem"):
        return [[operation, table] for table in data.get("RequestItems", {})]
    return []


def _read_units(operation, data, answer):
    """What a read is charged, which the emulator does not know by size: half a unit for each 4 KB that are read
    eventually consistent, for each item on its own but for those of one Query. An item that is not there is 4 KB."""
    def units(size, consistent):
        return max(1, -(-size // 4096)) * (1 if consistent else 0.5)

    size = dynamodb._item_size_bytes
    consistent = bool(data.get("ConsistentRead"))
    if operation == "GetItem":
        return units(size(answer.get("Item") or {}), consistent)
    if operation in ("Query", "Scan"):
        return units(sum(size(item) for item in answer.get("Items") or []), consistent)
    if operation == "BatchGetItem":
        total = 0
        for table, asked in data.get("RequestItems", {}).items():
            found = (answer.get("Responses") or {}).get(table) or []
            consistent = bool(asked.get("ConsistentRead"))
            total += sum(units(size(item), consistent) for item in found)
            total += (len(asked.get("Keys") or []) - len(found)) * units(0, consistent)
        return total
    return sum(2 * units(size(one.get("Item") or {}), True) for one in answer.get("Responses") or [])


def _write_units(answer):
    """What a write was charged: the table's units, and those of each index that changed."""
    consumed = answer.get("ConsumedCapacity") or []
    table, index = 0, 0
    for one in consumed if isinstance(consumed, list) else [consumed]:
        of_indexes = sum(i.get("CapacityUnits", 0) for i in (one.get("GlobalSecondaryIndexes") or {}).values())
        index += of_indexes
        table += one.get("CapacityUnits", 0) - of_indexes
    return {"write": table, "indexWrite": index}


def _refused_write_units(operation, data, answer):
    """What a write is charged that its condition refused: by the size of its item, of which only that of a new one is
    known here, so at least this; a transaction twice for each of its items. AWS says so under conditional writes."""
    kind = str(_json(answer[2]).get("__type", "")).split("#")[-1]
    if operation == "TransactWriteItems" and kind == "TransactionCanceledException":
        parts = [part for item in data.get("TransactItems", []) for part in item.values()]
    elif kind == "ConditionalCheckFailedException":
        parts = [data]
    else:
        return None
    units = sum(max(1, -(-dynamodb._item_size_bytes(part.get("Item") or {}) // 1024)) for part in parts)
    return units * (2 if operation == "TransactWriteItems" else 1)


def record_requests(recorder):
    """Every request to a service, with the function that made it, told by the session token of its credentials."""
    dispatch = app._dispatch_service_request
    credentials = lambda_runtime.execution_credentials

    def named_credentials(config):
        return {**credentials(config), "AWS_SESSION_TOKEN": f"function:{config.get('FunctionName', '')}"}

    @functools.wraps(dispatch)
    async def patched(method, path, headers, body, query_params, request_id):
        token = headers.get("x-amz-security-token") or (query_params.get("X-Amz-Security-Token") or [""])[0]
        if not token.startswith("function:"):
            return await dispatch(method, path, headers, body, query_params, request_id)

        params = app._routing_params(method, path, headers, body, query_params)
        service = detect_service(method, path, headers, params)
        call = extract_iam_action(service, method, path, headers, body, params) or f"{service}:{method} {path}"
        operation = call.split(":", 1)[1]
        line = {"by": token.removeprefix("function:"), "call": call}
        data = _json(body) if service != "s3" else {}
        line.update({name: data[name] for name in NAMING if isinstance(data.get(name), str)})
        if service == "s3":
            line["bucket"], _, line["key"] = path.lstrip("/").partition("/")
            line["bytes"] = len(body)
        if service == "sqs":
            bodies = [data, *(data.get("Entries") or [])]
            line["bytes"] = sum(len((one.get("MessageBody") or "").encode()) for one in bodies)
        if service == "events":
            entries = data.get("Entries") or [{}]
            line["EventBusName"], line["events"] = entries[0].get("EventBusName", "default"), len(entries)
        if service == "dynamodb":
            if (data.get("Key") or {}).get("pk") == CLOCK_PARTITION:
                line["local"] = True
            parts = _parts(operation, data)
            if parts:
                line["parts"] = parts
            if operation in WRITES and "ReturnConsumedCapacity" not in data:
                body = json.dumps({**data, "ReturnConsumedCapacity": "INDEXES"}).encode()
                headers = {**headers, "content-length": str(len(body))}

        answer = await dispatch(method, path, headers, body, query_params, request_id)
        line["status"] = answer[0]
        if service == "dynamodb" and answer[0] == 200:
            found = _json(answer[2])
            if operation in READS:
                line["read"] = _read_units(operation, data, found)
            elif operation in WRITES:
                line.update(_write_units(found))
        elif service == "dynamodb" and answer[0] == 400 and operation in WRITES:
            refused = _refused_write_units(operation, data, answer)
            if refused is not None:
                line["refusedWrite"] = refused
        recorder.write(**line)
        return answer

    lambda_runtime.execution_credentials = named_credentials
    app._dispatch_service_request = patched


def record_invocations(recorder):
    """Every run of a function, and what made it run."""
    execute = lambda_svc._execute_function_dispatch

    def source(event):
        records = event.get("Records") if isinstance(event, dict) else None
        if records:
            return records[0].get("eventSource") or records[0].get("EventSource"), len(records)
        if isinstance(event, dict) and "requestContext" in event:
            return "http", 1
        return "direct", 1

    @functools.wraps(execute)
    def patched(func, config, event, *args, **kwargs):
        by, records = source(event)
        started = time.time()
        result = execute(func, config, event, *args, **kwargs)
        recorder.write(run=config.get("FunctionName"), source=by, records=records,
                       failed=bool(isinstance(result, dict) and result.get("error")),
                       ms=int((time.time() - started) * 1000))
        return result

    lambda_svc._execute_function_dispatch = patched


def record_state_machines(recorder):
    """The calls that state machines make, each in its execution's name."""
    call, execute = stepfunctions._call_lambda, stepfunctions._add_event

    def patched(func_ref, event):
        name = re.sub(r"^.*:function:", "", str(func_ref)).split(":")[0]
        recorder.write(by="states", call="lambda:InvokeFunction", FunctionName=name, status=200)
        return call(func_ref, event)

    def patched_event(execution, kind, *args, **kwargs):
        if kind.endswith("StateEntered") or kind == "ExecutionStarted":
            recorder.write(transition=kind)
        return execute(execution, kind, *args, **kwargs)

    stepfunctions._call_lambda = patched
    stepfunctions._add_event = patched_event


def record(path):
    recorder = Recorder(path)
    record_requests(recorder)
    record_invocations(recorder)
    record_state_machines(recorder)
