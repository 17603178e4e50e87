const push = (service: string, name: string): string =>
  JSON.stringify(
    [
      ['batch_check_layer_availability', { layerDigests: [`sha256:${'0'.repeat(64)}`] }],
      ['initiate_layer_upload', {}],
      [
        'upload_layer_part',
        { uploadId: 'u', partFirstByte: 0, partLastByte: 1, layerPartBlob: { $bytes: 'xx' } },
      ],
      ['complete_layer_upload', { uploadId: 'u', layerDigests: [`sha256:${'0'.repeat(64)}`] }],
      ['put_image', { imageManifest: '{"layers":[]}', imageTag: 'x' }],
    ].map(([operation, more]) => ({
      service,
      operation,
      arguments: { repositoryName: name, ...(more as object) },
    })),
  );

const pull = (service: string, name: string): string =>
  JSON.stringify([
    {
      service,
      operation: 'batch_get_image',
      arguments: { repositoryName: name, imageIds: [{ imageTag: 'latest' }] },
    },
    {
      service,
      operation: 'get_download_url_for_layer',
      arguments: { repositoryName: name, layerDigest: `sha256:${'0'.repeat(64)}` },
    },
  ]);

/** Fails where the calls on standard input are refused. */
const NOT_REFUSED =
  '| @CALLS > out.json\n! grep -q -i -e AccessDenied -e Unknown -e ParamValidation out.json';

/** Commands of a step that are not AWS's: what brings tools into an image does nothing, and Docker asks of the registry what
 *  a push and a pull ask, without a daemon. Source: ECR User Guide, "IAM permissions for pushing an image". */
export const STUBS: Readonly<Record<string, string>> = {
  // AWS CLI 1 knows an address of its own for SQS and does not read AWS_ENDPOINT_URL there.
  aws: `#!/bin/sh
case "$1" in sqs) exec @AWS "$@" --endpoint-url "$AWS_ENDPOINT_URL" ;; esac
exec @AWS "$@"
`,
  ...Object.fromEntries(
    ['apk', 'apt-get', 'chmod', 'curl', 'kubectl', 'npm', 'npx', 'terraform'].map((name) => [
      name,
      '#!/bin/sh\nexit 0\n',
    ]),
  ),
  docker: `#!/bin/sh
case "$1" in
login) read -r password; test -n "$password" ;;
build) exit 0 ;;
push|pull)
  case "$2" in public.ecr.aws/*) service=ecr-public name="\${2#public.ecr.aws/*/}" ;; *) service=ecr name="\${2#*/}" ;; esac
  name="\${name%%:*}"
  if test "$1" = push
  then printf %s '${push('SERVICE', 'NAME')}'
  else printf %s '${pull('SERVICE', 'NAME')}'
  fi | sed -e "s|SERVICE|$service|g" -e "s|NAME|$name|g" ${NOT_REFUSED}
  ;;
*) exit 64 ;;
esac
`,
};
