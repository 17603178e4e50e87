"""What LocalEmu 1.3.2 does otherwise than AWS and the stack depends on. docs/sandbox.md lists each with AWS's documentation."""

import importlib
import json
import os
import pkgutil
import re
import threading

ACCOUNT = "111122223333"
REGION = "eu-central-1"

# The functions' only statement.
INSERT = re.compile(r"INSERT INTO \"([^\"]+)\" VALUE \{((?:'[^']+': \?(?:, )?)+)\}")


def run_functions_as_processes():
    """LocalEmu has no other executor than Docker's."""
    import localemu.services.lambda_.invocation as invocation

    from localemu_functions import ProcessExecutor

    for module in pkgutil.iter_modules(invocation.__path__):
        loaded = importlib.import_module(f"{invocation.__name__}.{module.name}")
        if hasattr(loaded, "get_runtime_executor"):
            loaded.get_runtime_executor = lambda: ProcessExecutor


def find_http_apis():
    """The router looks for every API in account 000000000000."""
    from localemu.services.apigatewayv2 import router

    def handle(request, api_id="", stage="$default", path="", **_):
        return router._http_handler.handle(
            request=request,
            api_id=api_id,
            stage=stage,
            path=f"/{path}",
            account_id=ACCOUNT,
            region=REGION,
        )

    router.handle_v2_request = handle


def insert_once():
    """PartiQL's INSERT replaces an item, and takes no parameters. In AWS a second one fails with DuplicateItemException."""
    from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException
    from moto.dynamodb.models import DynamoDBBackend
    from moto.dynamodb.models.dynamo_type import DynamoType

    former = DynamoDBBackend.execute_statement
    inserting = threading.Lock()

    def execute(self, statement, parameters):
        inserted = INSERT.fullmatch(statement)
        if inserted is None:
            return former(self, statement, parameters)
        names = re.findall(r"'([^']+)': \?", inserted.group(2))
        item = dict(zip(names, parameters, strict=True))
        table = self.get_table(inserted.group(1))
        sort = DynamoType(item[table.range_key_attr]) if table.range_key_attr else None
        with inserting:
            if table.get_item(DynamoType(item[table.hash_key_attr]), sort) is not None:
                raise DynamodbException(
                    f"{ERROR_TYPE_PREFIX}DuplicateItemException", "Duplicate primary key exists in table"
                )
            table.put_item(item)
        return []

    DynamoDBBackend.execute_statement = execute


def ask_for_partiql_actions():
    """Statements are judged as dynamodb:ExecuteStatement, which is no action of AWS. The functions' only statement inserts."""
    from localemu.services.iam_enforcement import service_action_map

    service_action_map.ACTION_MAP[("dynamodb", "ExecuteStatement")] = ["dynamodb:PartiQLInsert"]


def judge_by_whole_arns():
    """Roles are judged without their path, identity providers, indexes and tables of statements and batches by `*`."""
    from localemu.services.iam_enforcement import arn_builder, enforcer
    from moto.iam.models import iam_backends

    former = arn_builder.build_resource_arn

    def build(service, operation, request_params, region, account_id):
        params = request_params or {}
        if service == "iam" and params.get("RoleName"):
            roles = iam_backends[account_id]["aws"].roles.values()
            known = [role.arn for role in roles if role.name == params["RoleName"]]
            path = params.get("Path", "/") if operation == "CreateRole" else "/"
            return known[0] if known else f"arn:aws:iam::{account_id}:role{path}{params['RoleName']}"
        if service == "iam" and params.get("OpenIDConnectProviderArn"):
            return params["OpenIDConnectProviderArn"]
        if service == "iam" and operation == "CreateOpenIDConnectProvider":
            return f"arn:aws:iam::{account_id}:oidc-provider/{params['Url'].removeprefix('https://')}"
        if service == "dynamodb":
            inserted = INSERT.fullmatch(params.get("Statement", ""))
            batch = list(params.get("RequestItems", {}))
            table = inserted.group(1) if inserted else batch[0] if batch else params.get("TableName", "*")
            index = f"/index/{params['IndexName']}" if params.get("IndexName") else ""
            return f"arn:aws:dynamodb:{region}:{account_id}:table/{table}{index}"
        return former(service, operation, request_params, region, account_id)

    enforcer.build_resource_arn = build


def know_condition_keys():
    """iam:PermissionsBoundary and dynamodb:LeadingKeys are unknown."""
    from localemu.services.iam_enforcement import enforcer
    from moto.dynamodb.models import dynamodb_backends
    from moto.iam.models import iam_backends

    former = enforcer._build_conditions

    def boundary_of(account_id, params):
        if params.get("PermissionsBoundary"):
            return params["PermissionsBoundary"]
        for role in iam_backends[account_id]["aws"].roles.values():
            if role.name == params.get("RoleName"):
                return role.permissions_boundary_arn
        return None

    def leading_keys(account_id, params):
        table = dynamodb_backends[account_id][REGION].tables.get(params.get("TableName"))
        if table is None:
            return None
        item = params.get("Key") or params.get("Item") or {}
        return [next(iter(item[table.hash_key_attr].values()))] if table.hash_key_attr in item else None

    def build(context, caller):
        conditions = former(context, caller)
        params = context.service_request or {}
        service = context.service.service_name
        known = {
            "iam": ("iam:PermissionsBoundary", boundary_of),
            "dynamodb": ("dynamodb:LeadingKeys", leading_keys),
        }
        if service in known:
            name, value_of = known[service]
            value = value_of(context.account_id, params)
            if value is not None:
                conditions[name] = value
        return conditions

    enforcer._build_conditions = build


def write_judgements_down():
    """No fault: each judged call of a role, for the tier, which wants to know that none was denied."""
    from localemu.services.iam_enforcement.evaluator import Decision, PolicyEvaluator

    former = PolicyEvaluator.evaluate
    path = os.environ["JUDGEMENTS"]

    def evaluate(self, caller, action, resource, *args, **kwargs):
        decision = former(self, caller, action, resource, *args, **kwargs)
        if caller.role_name:
            judgement = {
                "role": caller.role_name,
                "session": caller.session_name,
                "action": action,
                "resource": resource,
                "allowed": decision == Decision.ALLOW,
            }
            with open(path, "a", encoding="utf-8") as file:
                file.write(json.dumps(judgement) + "\n")
        return decision

    PolicyEvaluator.evaluate = evaluate


PATCHES = [
    run_functions_as_processes,
    find_http_apis,
    insert_once,
    ask_for_partiql_actions,
    judge_by_whole_arns,
    know_condition_keys,
    write_judgements_down,
]
