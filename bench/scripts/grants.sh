#!/bin/sh
# What an operator's script does for COUNT grants: one role each, with a trust policy, a boundary and permissions.
# grants.sh AWS COUNT PREFIX FOLDER: FOLDER holds trust.json and permissions.json.
set -eu
aws=$1 count=$2 prefix=$3 folder=$4
n=0
while [ "$n" -lt "$count" ]; do
  "$aws" iam create-role --role-name "$prefix-$n" --path /rolewright/ \
    --permissions-boundary arn:aws:iam::111122223333:policy/rolewright-boundary \
    --assume-role-policy-document "file://$folder/trust.json" >/dev/null
  "$aws" iam put-role-policy --role-name "$prefix-$n" --policy-name permissions \
    --policy-document "file://$folder/permissions.json"
  n=$((n + 1))
done
