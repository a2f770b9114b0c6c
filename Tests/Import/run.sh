#!/usr/bin/env bash
# Makes route maps of the OpenAPI documents of real services and compares each, operation by operation, with what an
# independent reader finds in the document.
#
#   Tests/Import/run.sh
#
# The documents come from the services' releases on PyPI. SCOPEGATE_BINARY names the program; the release build by default.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
install_packages python3 python3-venv unzip
find_binary
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
say "Fetching JupyterHub and Airflow"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyyaml==6.0.2
"$folder/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary jupyterhub --dest "$folder" \
    jupyterhub==6.1.1
"$folder/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$folder" apache-airflow-core==3.3.2
tar -xzf "$folder"/jupyterhub-*.tar.gz -C "$folder" --wildcards '*/docs/source/_static/rest-api.yml'
unzip -q "$folder"/apache_airflow_core-*.whl '*/openapi/*.yaml' -d "$folder/airflow"
while read -r document; do
    "$folder/venv/bin/python" Tests/Import/documents.py "$binary" "$document" || failed=1
done < <(find "$folder" \( -name rest-api.yml -o -path '*/openapi/*.yaml' \) | sort)
exit "$failed"
