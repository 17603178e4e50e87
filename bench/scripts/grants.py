"""What an operator's script does for COUNT grants with boto3: grants.py COUNT PREFIX FOLDER, as grants.sh."""

import sys
from pathlib import Path

import boto3

count, prefix, folder = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
trust = (folder / "trust.json").read_text()
permissions = (folder / "permissions.json").read_text()
iam = boto3.client("iam")
for n in range(count):
    name = f"{prefix}-{n}"
    iam.create_role(
        RoleName=name,
        Path="/rolewright/",
        PermissionsBoundary="arn:aws:iam::111122223333:policy/rolewright-boundary",
        AssumeRolePolicyDocument=trust,
    )
    iam.put_role_policy(RoleName=name, PolicyName="permissions", PolicyDocument=permissions)
