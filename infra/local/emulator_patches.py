"""Runs MiniStack with six of its gaps closed; docs/local.md lists them all. The version is pinned in emulator.ts.

Only the emulator is patched, never what is deployed to it: without this file the stack works too, less faithfully.
"""

import functools
import json
import os
import re
import signal
import threading
import time

from ministack.services import lambda_svc, stepfunctions

# Of one function; what comes on top waits. AWS would start as many as asked for, a laptop starts to swap.
PARALLEL_INVOCATIONS = int(os.environ.get("REDRESS_PARALLEL_INVOCATIONS", "4"))


def queue_instead_of_spawning():
    """One more Node process per concurrent call means a hundred for a hundred webhooks at once."""
    execute = lambda_svc._execute_function_dispatch
    slots, lock = {}, threading.Lock()

    @functools.wraps(execute)
    def patched(func, config, *args, **kwargs):
        with lock:
            slot = slots.setdefault(config.get("FunctionName"), threading.Semaphore(PARALLEL_INVOCATIONS))
        with slot:
            return execute(func, config, *args, **kwargs)

    lambda_svc._execute_function_dispatch = patched


def respect_stream_failures():
    """A stream function's `batchItemFailures` and the mapping's MaximumRetryAttempts, both ignored otherwise.

    The whole batch is tried again where AWS would begin at the first failure. After the last attempt the batch goes
    to the mapping's on-failure destination and the stream goes on; AWS would bisect it first.
    """
    execute = lambda_svc._execute_function
    attempts = {}

    def failures(body):
        if isinstance(body, str):
            try:
                body = json.loads(body)
            except ValueError:
                return []
        return (body or {}).get("batchItemFailures") or [] if isinstance(body, dict) else []

    def mapping_of(name, source_arn):
        for _, _, esm in lambda_svc._iter_all_esms():
            if esm.get("FunctionName") == name and esm.get("EventSourceArn") == source_arn:
                return esm
        return {}

    @functools.wraps(execute)
    def patched(func, event):
        result = execute(func, event)
        records = event.get("Records") if isinstance(event, dict) else None
        if not records or records[0].get("eventSource") != "aws:dynamodb":
            return result
        if not result.get("error") and failures(result.get("body")):
            result = {**result, "error": True, "body": {"errorType": "BatchItemFailures", "errorMessage": "partial failure"}}
        name = (func.get("config") or func).get("FunctionName")
        key = (name, records[0]["dynamodb"]["SequenceNumber"])
        if not result.get("error"):
            attempts.pop(key, None)
            return result
        attempts[key] = attempts.get(key, 0) + 1
        mapping = mapping_of(name, records[0]["eventSourceARN"])
        limit = mapping.get("MaximumRetryAttempts", -1)
        if limit is None or int(limit) < 0 or attempts[key] <= int(limit):
            return result
        attempts.pop(key)
        lambda_svc._send_ddb_stream_failure_record(
            mapping, func, records, records[0]["eventSourceARN"], result, "RetryAttemptsExhausted")
        return {"body": {"batchItemFailures": []}}

    lambda_svc._execute_function = patched


def fail_callback_tasks():
    """A function's error in a `.waitForTaskToken` task is swallowed otherwise, and the state waits for its timeout."""
    call, invoke = stepfunctions._call_lambda, stepfunctions._invoke_with_callback
    within = threading.local()

    class FunctionFailed(Exception):
        """Not an _ExecutionError, so that the emulator does not swallow it."""

    def patched_call(func_ref, event):
        try:
            return call(func_ref, event)
        except stepfunctions._ExecutionError as error:
            if getattr(within, "callback", False):
                raise FunctionFailed(error) from error
            raise

    def patched_invoke(resource, input_data, token, state_def):
        within.callback = True
        try:
            return invoke(resource, input_data, token, state_def)
        except FunctionFailed as failed:
            stepfunctions._task_tokens.pop(token, None)
            raise failed.args[0]
        finally:
            within.callback = False

    stepfunctions._call_lambda = patched_call
    stepfunctions._invoke_with_callback = patched_invoke


def name_errors():
    """Every error of a function is a Runtime.HandlerError otherwise, which no `Catch` by name can catch. AWS gives the
    error's own name, which the trace begins with."""
    execute = lambda_svc._execute_function_warm

    @functools.wraps(execute)
    def patched(*args, **kwargs):
        result = execute(*args, **kwargs)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorType") == "Runtime.HandlerError":
            said = re.escape(str(body.get("errorMessage", "")))
            named = re.search(rf"^(\w+): {said}", result.get("log") or "", re.MULTILINE)
            if named:
                body["errorType"] = named.group(1)
        return result

    lambda_svc._execute_function_warm = patched


def run_groups_in_parallel():
    """A FIFO queue is read by one run at a time otherwise, as a batch may hold several groups. Where a batch is one
    message that cannot be: then AWS has a run for each group, up to the mapping's maximum concurrency."""
    concurrency = lambda_svc._sqs_esm_concurrency

    @functools.wraps(concurrency)
    def patched(esm, func_rec, config, queue=None):
        return concurrency(esm, func_rec, config, None if esm.get("BatchSize") == 1 else queue)

    lambda_svc._sqs_esm_concurrency = patched


def stop_with_parent():
    """Whoever started this may be killed without a chance to say so: then save the state and go too."""
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="redress-parent").start()


if __name__ == "__main__":
    from ministack.app import main

    queue_instead_of_spawning()
    respect_stream_failures()
    fail_callback_tasks()
    name_errors()
    run_groups_in_parallel()
    if os.environ.get("REDRESS_CALLS"):
        from emulator_recorder import record

        record(os.environ["REDRESS_CALLS"])
    if os.environ.get("REDRESS_STOP_WITH_PARENT") == "1":
        stop_with_parent()
    main()
