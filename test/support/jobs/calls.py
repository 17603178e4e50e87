"""Makes AWS calls with boto3: reads a JSON list of {service, operation, arguments} from standard input, writes a JSON list of
{ok} or {error} to standard output. Arguments that are {"$bytes": text} become bytes; {"$file": text} a file-like body."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


def bytes_in(value):
    if isinstance(value, dict):
        if set(value) == {"$bytes"}:
            return value["$bytes"].encode()
        return {name: bytes_in(one) for name, one in value.items()}
    if isinstance(value, list):
        return [bytes_in(one) for one in value]
    return value


def main():
    clients = {}
    config = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})
    outcomes = []
    for call in json.load(sys.stdin):
        service = call["service"]
        region = {"ecr-public": "us-east-1"}.get(service)
        client = clients.setdefault(
            service, boto3.client(service, config=config, region_name=region)
        )
        try:
            getattr(client, call["operation"])(**bytes_in(call["arguments"]))
            outcomes.append({"ok": True})
        except (ClientError, BotoCoreError) as error:
            code = getattr(error, "response", {}).get("Error", {}).get("Code")
            outcomes.append({"error": code or type(error).__name__, "message": str(error)})
    json.dump(outcomes, sys.stdout)


main()
