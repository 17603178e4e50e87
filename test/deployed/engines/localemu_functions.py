"""Runs functions on LocalEmu as processes under AWS's runtime client. LocalEmu itself runs them in Docker containers only.

Each execution environment has a Lambda Runtime API of its own (Lambda Developer Guide, "Using the Lambda runtime API for
custom runtimes"), from which `aws-lambda-ric` takes one invocation after the other.
"""

import http.server
import json
import os
import queue
import signal
import subprocess
import threading
import time

from localemu.services.lambda_.invocation.lambda_models import InvocationResult
from localemu.services.lambda_.invocation.runtime_executor import RuntimeExecutor

NODE = os.environ["FUNCTIONS_NODE"]
RUNTIME_CLIENT = os.environ["FUNCTIONS_RUNTIME_CLIENT"]
PREFIX = "/2018-06-01/runtime/"
STARTS_WITHIN_SECONDS = 30


class ProcessExecutor(RuntimeExecutor):
    """One execution environment."""

    def __init__(self, id, function_version):
        super().__init__(id, function_version)
        self.invocations = queue.Queue()
        self.results = {}
        self.arrived = threading.Condition()
        self.is_ready = threading.Event()
        self.init_error = None
        self.process = None
        self.server = None
        self.output = []

    def start(self, env_vars):
        executor = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                executor.is_ready.set()
                invocation = executor.invocations.get()
                if invocation is None:
                    self.close_connection = True
                    return
                body = invocation["payload"].encode()
                deadline = int((time.time() + invocation["timeout"]) * 1000)
                self.send_response(200)
                for name, value in {
                    "Content-Type": "application/json",
                    "Content-Length": str(len(body)),
                    "Lambda-Runtime-Aws-Request-Id": invocation["invoke-id"],
                    "Lambda-Runtime-Deadline-Ms": str(deadline),
                    "Lambda-Runtime-Invoked-Function-Arn": invocation["invoked-function-arn"],
                    "Lambda-Runtime-Trace-Id": invocation["trace-id"],
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                executor.take(self.path.removeprefix(PREFIX), body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        config = self.function_version.config
        root = str(config.code.get_unzipped_code_location())
        given = {name: str(value) for name, value in env_vars.items() if value is not None}
        environment = {
            **given,
            "PATH": os.environ["PATH"],
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.runtime}",
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_port}",
            "LAMBDA_TASK_ROOT": root,
        }
        self.process = subprocess.Popen(
            [NODE, RUNTIME_CLIENT, config.handler],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self.collect, daemon=True).start()
        threading.Thread(target=self.watch, daemon=True).start()
        if not self.is_ready.wait(STARTS_WITHIN_SECONDS) or self.init_error is not None:
            raise RuntimeError(f"the function did not start: {self.init_error or self.get_logs()[-2000:]}")

    def collect(self):
        for line in self.process.stdout:
            self.output.append(line)
            print(f"[{self.function_version.id.function_name}] {line}", end="", flush=True)

    def watch(self):
        self.process.wait()
        self.init_error = self.init_error or f"it ended with {self.process.returncode}"
        self.is_ready.set()
        with self.arrived:
            self.arrived.notify_all()

    def take(self, path, body):
        if path == "init/error":
            self.init_error = body.decode()
            self.is_ready.set()
            return
        _, invocation, kind = path.split("/")
        with self.arrived:
            self.results[invocation] = (kind == "error", body)
            self.arrived.notify_all()

    def invoke(self, payload, function_timeout=None):
        timeout = function_timeout or 900
        key = payload["invoke-id"]
        self.output.clear()
        self.invocations.put({**payload, "timeout": timeout})
        with self.arrived:
            self.arrived.wait_for(lambda: key in self.results or self.process.poll() is not None, timeout)
            is_error, body = self.results.pop(key, (True, None))
        if body is None:
            text = f"Task timed out after {timeout:.2f} seconds"
            if self.process.poll() is not None:
                text = f"Runtime exited with {self.process.returncode}"
            body = json.dumps({"errorMessage": text, "errorType": "Sandbox.Timedout"}).encode()
        return InvocationResult(key, body, is_error=is_error, logs=self.get_logs())

    def stop(self):
        self.invocations.put(None)
        if self.process and self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.server:
            threading.Thread(target=self.server.shutdown, daemon=True).start()

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return ""

    def get_logs(self):
        return "".join(self.output)

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.destroy_cached()
