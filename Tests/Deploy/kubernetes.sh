#!/usr/bin/env bash
# What kustomize makes of deploy/kubernetes: each object against the schemas of Kubernetes, the rules that a restricted
# namespace enforces, and the configuration in it by the gateway itself.
#
#   Tests/Deploy/kubernetes.sh
#
# Wants kubectl (1.27 or newer). SCOPEGATE_BINARY names the program; without one its part is left out.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
command -v kubectl > /dev/null || die "no kubectl on the PATH"
install_packages python3 python3-venv
folder="$root/.build/kubernetes-python"
if ! "$folder/bin/python" -c 'import kubernetes_validate, yaml' 2> /dev/null; then
    /usr/bin/python3 -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check kubernetes-validate==1.37.0 pyyaml==6.0.3
fi
for overlay in deploy/kubernetes/overlays/*/; do
    say "$overlay"
    kubectl kustomize "$overlay" | "$folder/bin/python" Tests/Deploy/kubernetes.py ${SCOPEGATE_BINARY:+"$SCOPEGATE_BINARY"} ||
        failed=1
done
exit "$failed"
