"""The clients that are written in Python: python_clients.py NAME TRANSPORT TASKS"""

import asyncio
import http.client
import ssl
import urllib.error
import urllib.parse
import urllib.request

import tasks

PIECE = 1 << 16


def pieces(content):
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]


class Requests:
    def __init__(self, url, authority, key, _transport):
        import requests

        self.url, self.session = url, requests.Session()
        self.session.trust_env = False
        self.session.verify, self.session.headers["Authorization"] = authority, f"Bearer {key}"

    def request(self, method, target, body=None, chunked=False):
        response = self.session.request(method, self.url + target, data=pieces(body) if chunked else body)
        return response.status_code, response.content

    def events(self, target):
        with self.session.get(self.url + target, stream=True) as response:
            yield from response.iter_content(None)


class Httpx:
    def __init__(self, url, authority, key, transport):
        import httpx

        is_new = transport in ("h2", "h2c")
        self.url, self.client = url, httpx.Client(
            http1=not is_new, http2=is_new, verify=authority, headers={"Authorization": f"Bearer {key}"}, timeout=60,
            trust_env=False,
        )  # fmt: skip

    def request(self, method, target, body=None, chunked=False):
        response = self.client.request(method, self.url + target, content=pieces(body) if chunked else body)
        return response.status_code, response.content

    def events(self, target):
        with self.client.stream("GET", self.url + target) as response:
            yield from response.iter_raw()


class Aiohttp:
    def __init__(self, url, authority, key, _transport):
        import aiohttp

        self.url, self.loop = url, asyncio.new_event_loop()

        async def begin():
            connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=authority))
            return aiohttp.ClientSession(connector=connector, headers={"Authorization": f"Bearer {key}"})

        self.session = self.loop.run_until_complete(begin())

    def request(self, method, target, body=None, chunked=False):
        async def pieces_of():
            for piece in pieces(body):
                yield piece

        async def ask():
            async with self.session.request(method, self.url + target, data=pieces_of() if chunked else body) as response:
                return response.status, await response.read()

        return self.loop.run_until_complete(ask())

    def events(self, target):
        response = self.loop.run_until_complete(self.session.get(self.url + target))
        while piece := self.loop.run_until_complete(response.content.readany()):
            yield piece


class HttpClient:
    def __init__(self, url, authority, key, _transport):
        self.url, self.key = urllib.parse.urlsplit(url), key
        self.context = ssl.create_default_context(cafile=authority)
        self.connection = self.connect()

    def connect(self):
        if self.url.scheme == "https":
            return http.client.HTTPSConnection(self.url.netloc, context=self.context, timeout=60)
        return http.client.HTTPConnection(self.url.netloc, timeout=60)

    def ask(self, connection, method, target, body=None, chunked=False):
        headers = {"Authorization": f"Bearer {self.key}"}
        connection.request(method, target, pieces(body) if chunked else body, headers, encode_chunked=chunked)
        return connection.getresponse()

    def request(self, method, target, body=None, chunked=False):
        response = self.ask(self.connection, method, target, body, chunked)
        return response.status, response.read()

    def events(self, target):
        response = self.ask(self.connect(), "GET", target)
        while piece := response.read1(PIECE):
            yield piece


class Urllib:
    # A connection for each request is all that it does, and a body in chunks it can't send.
    cannot = ["thousand"]

    def __init__(self, url, authority, key, _transport):
        self.url, self.key = url, key
        context = ssl.create_default_context(cafile=authority)
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )

    def ask(self, method, target, body=None):
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/octet-stream"}
        try:
            return self.opener.open(urllib.request.Request(self.url + target, body, headers, method=method), timeout=60)
        except urllib.error.HTTPError as error:
            return error

    def request(self, method, target, body=None, chunked=False):
        with self.ask(method, target, pieces(body) if chunked else body) as response:
            return response.status, response.read()

    def events(self, target):
        with self.ask("GET", target) as response:
            while piece := response.read1(PIECE):
                yield piece


class Urllib3:
    def __init__(self, url, authority, key, _transport):
        import urllib3

        self.url, self.headers = url, {"Authorization": f"Bearer {key}"}
        self.pool = urllib3.PoolManager(ca_certs=authority, timeout=60)

    def request(self, method, target, body=None, chunked=False):
        response = self.pool.request(
            method, self.url + target, body=pieces(body) if chunked else body, headers=self.headers, retries=False
        )
        return response.status, response.data

    def events(self, target):
        response = self.pool.request("GET", self.url + target, headers=self.headers, preload_content=False)
        yield from response.stream(None)


class Botocore:
    """As boto3 sends: it waits a second for 100 Continue, reads what comes instead, or sends the body."""

    def __init__(self, url, authority, key, _transport):
        from botocore.httpsession import URLLib3Session

        self.url, self.key, self.session = url, key, URLLib3Session(verify=authority)

    def send(self, method, target, body, streams):
        from botocore.awsrequest import AWSPreparedRequest, HeadersDict

        headers = HeadersDict({"Authorization": f"Bearer {self.key}"})
        if body is not None:
            headers["Expect"] = b"100-continue"
            if isinstance(body, bytes):
                headers["Content-Length"] = str(len(body))
            else:
                headers["Transfer-Encoding"] = "chunked"
        return self.session.send(AWSPreparedRequest(method, self.url + target, headers, body, streams))

    def request(self, method, target, body=None, chunked=False):
        response = self.send(method, target, pieces(body) if chunked else body, False)
        return response.status_code, response.content

    def events(self, target):
        response = self.send("GET", target, None, True)
        yield from response.raw.stream(None)


CLIENTS = {
    "requests": Requests, "httpx": Httpx, "aiohttp": Aiohttp, "http.client": HttpClient, "urllib": Urllib,
    "urllib3": Urllib3, "botocore": Botocore,
}  # fmt: skip

if __name__ == "__main__":
    tasks.main(CLIENTS)
