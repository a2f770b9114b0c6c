#!/usr/bin/env bash
# Makes route maps of OpenAPI documents and compares what each map decides, request by request, with what an independent
# reader finds in the document. Any request that a map lets through and the document doesn't is a failure.
#
#   Tests/Import/run.sh [seconds]      how long documents are changed at random; a minute by default
#
# The documents are the corpus (corpus.py), documents of the corpus changed at random, those of real services from their
# releases on PyPI, and others that are in OPENAPI_DOCUMENTS, paths with colons between. Then documents of 40 MB have to be
# imported within 200 MB. SCOPEGATE_BINARY names the program; the release build by default.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
seconds="${1:-60}"
[[ $seconds =~ ^[1-9][0-9]*$ ]] || die "seconds must be a number above zero: $seconds"
install_packages python3 python3-venv unzip
find_binary
find_python_with pyyaml pyyaml==6.0.2
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

say "The corpus"
"$python" Tests/Import/documents.py "$binary" || failed=1

say "Documents of the corpus, changed at random for $seconds s"
"$python" Tests/Import/documents.py "$binary" --mutate "$seconds" || failed=1

say "Documents of real services"
fetch() { "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$folder" "$@"; }
fetch apache-airflow-core==3.3.2
fetch apache-airflow-providers-fab==3.10.2
fetch jupyterlab-server==2.28.1
fetch --no-binary jupyterhub jupyterhub==6.1.1
fetch --no-binary datadog-api-client datadog-api-client==2.62.0
for archive in "$folder"/*.whl; do
    unzip -q "$archive" '*/openapi/*.yaml' '*/rest-api.yml' -d "${archive%.whl}" 2>/dev/null || [ $? -eq 11 ]
done
tar -xzf "$folder"/jupyterhub-*.tar.gz -C "$folder" --wildcards '*/docs/source/_static/rest-api.yml'
tar -xzf "$folder"/datadog_api_client-*.tar.gz -C "$folder" --wildcards '*/.generator/schemas/*/openapi.yaml'
mapfile -t documents < <(find "$folder" \( -name rest-api.yml -o -path '*/openapi/*.yaml' -o -path '*/schemas/*/openapi.yaml' \) | sort)
IFS=: read -r -a others <<<"${OPENAPI_DOCUMENTS:-}"
"$python" Tests/Import/documents.py "$binary" "${documents[@]}" ${others[@]+"${others[@]}"} || failed=1

say "Documents of 40 MB"
"$python" Tests/Import/large.py "$binary" || failed=1
exit "$failed"
