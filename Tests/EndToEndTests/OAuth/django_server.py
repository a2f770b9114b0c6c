"""An authorization server: django-oauth-toolkit with its own token, revocation and introspection endpoints below /o/.

usage: django_server.py FOLDER LIFETIME

FOLDER is for its database, LIFETIME is that of its tokens in seconds. Ids and secrets of its two clients are in the
environment: ISSUER_ID and ISSUER_SECRET (gets and revokes tokens), GATEWAY_ID and GATEWAY_SECRET (introspects by HTTP
Basic). Listens on 127.0.0.1, on a port that the system chooses, and prints `ready PORT`.
"""

import os
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import include, path

folder, lifetime = sys.argv[1], int(sys.argv[2])

settings.configure(
    SECRET_KEY=os.urandom(32).hex(),
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.path.join(folder, "django.sqlite"),
            "OPTIONS": {"timeout": 20},
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    OAUTH2_PROVIDER={
        "SCOPES": {
            "read:trades": "List and read trades",
            "write:trades": "Create, change and delete trades",
            "read:tags": "Read tags",
            "write:tags": "Change tags, and the tags of a trade",
        },
        "DEFAULT_SCOPES": [],
        "ACCESS_TOKEN_EXPIRE_SECONDS": lifetime,
    },
)
django.setup()

urlpatterns = [path("o/", include("oauth2_provider.urls", namespace="oauth2_provider"))]


def create_client(name):
    from oauth2_provider.models import get_application_model

    application = get_application_model()
    application.objects.create(
        name=name,
        client_id=os.environ[f"{name}_ID"],
        client_secret=os.environ[f"{name}_SECRET"],
        # Hashed for passwords, it would cost a good part of a second with each introspection.
        hash_client_secret=False,
        client_type=application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=application.GRANT_CLIENT_CREDENTIALS,
    )


def main():
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0)
    create_client("ISSUER")
    create_client("GATEWAY")
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    print("ready", server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
