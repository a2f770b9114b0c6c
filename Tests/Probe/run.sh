#!/usr/bin/env bash
# scopegate probe before six real backends, each as its documentation shows it: nginx, Express on Node, a WSGI application on
# gunicorn, Python's http.server, Apache with MultiViews, and Rails on Puma. What it says of each is asked again with curl.
#
#   Tests/Probe/run.sh [BACKEND…]        nginx express gunicorn http_server apache rails; all by default
#
# SCOPEGATE_BINARY names the program; the release build by default.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
install_packages nginx-light python3 gunicorn apache2-bin puma ruby-railties curl
install_commands node=nodejs
[ -d /usr/share/nodejs/express ] || install_packages node-express
find_binary
python3 Tests/Probe/probe.py "$binary" "$@"
