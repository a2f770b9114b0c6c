"""An authorization server: Authlib and Flask, with /token (RFC 6749 §4.4), /revoke (RFC 7009) and /introspect (RFC 7662).

usage: authlib_server.py FOLDER LIFETIME

FOLDER is not needed: tokens are in memory. LIFETIME is that of its tokens in seconds. Ids and secrets of its two
clients are in the environment: ISSUER_ID and ISSUER_SECRET (gets and revokes tokens by HTTP Basic), GATEWAY_ID and
GATEWAY_SECRET (introspects, with its secret as a bearer token, RFC 7662 §2.1). Listens on 127.0.0.1, on a port that
the system chooses, and prints `ready PORT`.
"""

import hmac
import os
import sys
import time

# It is plain HTTP, on loopback.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants, list_to_scope, scope_to_list
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from flask import Flask
from werkzeug.serving import make_server

lifetime = int(sys.argv[2])
scopes = ["read:trades", "write:trades", "read:tags", "write:tags"]


class Client(ClientMixin):
    def __init__(self, name, methods):
        self.client_id = os.environ[f"{name}_ID"]
        self.secret = os.environ[f"{name}_SECRET"]
        # The way in which it says who it is, for each endpoint that it may use.
        self.methods = methods

    def get_client_id(self):
        return self.client_id

    def get_allowed_scope(self, scope):
        return list_to_scope([name for name in scope_to_list(scope) or [] if name in scopes])

    def check_client_secret(self, secret):
        return hmac.compare_digest(self.secret.encode(), secret.encode())

    def check_endpoint_auth_method(self, method, endpoint):
        return self.methods.get(endpoint) == method

    def check_grant_type(self, grant_type):
        return grant_type == "client_credentials"


class Token(TokenMixin):
    def __init__(self, client_id, values):
        self.client_id = client_id
        self.scope = values["scope"]
        self.issued_at = int(time.time())
        self.expires_at = self.issued_at + values["expires_in"]
        self.revoked = False

    def check_client(self, client):
        return self.client_id == client.client_id

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return self.expires_at - self.issued_at

    def is_expired(self):
        return time.time() >= self.expires_at

    def is_revoked(self):
        return self.revoked


issuer = Client("ISSUER", {"token": "client_secret_basic", "revocation": "client_secret_basic"})
gateway = Client("GATEWAY", {"introspection": "bearer"})
clients = {client.client_id: client for client in (issuer, gateway)}
tokens = {}


def save_token(values, request):
    tokens[values["access_token"]] = Token(request.client.client_id, values)


def authenticate_by_bearer(query_client, request):
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return gateway if kind.lower() == "bearer" and gateway.check_client_secret(secret) else None


class Revocation(RevocationEndpoint):
    def query_token(self, token, hint):
        return tokens.get(token)

    def revoke_token(self, token, request):
        token.revoked = True


class Introspection(IntrospectionEndpoint):
    CLIENT_AUTH_METHODS = ["bearer"]

    def query_token(self, token, hint):
        return tokens.get(token)

    def check_permission(self, token, client, request):
        return client is gateway

    def introspect_token(self, token):
        return {
            "active": True,
            "client_id": token.client_id,
            "token_type": "Bearer",
            "scope": token.scope,
            "sub": token.client_id,
            "iss": "https://keys.example",
            "exp": token.expires_at,
            "iat": token.issued_at,
        }


app = Flask(__name__)
app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"client_credentials": lifetime}
app.config["OAUTH2_SCOPES_SUPPORTED"] = scopes
server = AuthorizationServer(app, clients.get, save_token)
server.register_client_auth_method("bearer", authenticate_by_bearer)
server.register_grant(grants.ClientCredentialsGrant)
server.register_endpoint(Revocation)
server.register_endpoint(Introspection)


@app.post("/token")
def token():
    return server.create_token_response()


@app.post("/revoke")
def revoke():
    return server.create_endpoint_response(Revocation.ENDPOINT_NAME)


@app.post("/introspect")
def introspect():
    return server.create_endpoint_response(Introspection.ENDPOINT_NAME)


if __name__ == "__main__":
    http = make_server("127.0.0.1", 0, app, threaded=True)
    print("ready", http.server_port, flush=True)
    http.serve_forever()
