// The clients of Node: client.mjs NAME TRANSPORT TASKS, where NAME is fetch, http or http2.
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import { Readable } from "node:stream";

const [name, transport, wanted] = process.argv.slice(2);
const { URL: url, AUTHORITY: authority, KEY: key } = process.env;
const payload = fs.readFileSync(process.env.PAYLOAD);
const ca = fs.readFileSync(authority);
const authorization = `Bearer ${key}`;
const mebibyte = 1 << 20;

function expect(condition, found) {
    if (!condition) throw new Error(String(found).slice(0, 200));
}

async function collect(stream) {
    const pieces = [];
    for await (const piece of stream) pieces.push(piece);
    return Buffer.concat(pieces);
}

function* piecesOf(content) {
    for (let start = 0; start < content.length; start += 65536) yield content.subarray(start, start + 65536);
}

const clients = {
    async fetch() {
        // By itself it begins another connection when it asks before it has put the last one back.
        let dispatcher;
        if (wanted === "thousand") {
            await fetch("data:,");
            const Agent = globalThis[Symbol.for("undici.globalDispatcher.1")].constructor;
            dispatcher = new Agent({ connections: 1 });
        }
        const ask = (method, target, body, chunked) =>
            fetch(url + target, {
                method,
                headers: { authorization },
                body: chunked ? new ReadableStream({
                    start(controller) {
                        for (const piece of piecesOf(body)) controller.enqueue(piece);
                        controller.close();
                    },
                }) : body,
                duplex: "half",
                dispatcher,
            });
        return {
            async request(method, target, body, chunked) {
                const response = await ask(method, target, body, chunked);
                return [response.status, Buffer.from(await response.arrayBuffer())];
            },
            async *events(target) {
                for await (const piece of (await ask("GET", target)).body) yield Buffer.from(piece);
            },
        };
    },
    http() {
        const library = transport === "plain" ? http : https;
        const agent = new library.Agent({ keepAlive: true, ca });
        const ask = (method, target, body, chunked) =>
            new Promise((resolve, reject) => {
                const headers = { authorization };
                if (body && !chunked) headers["content-length"] = body.length;
                const request = library.request(url + target, { method, headers, agent }, resolve);
                request.on("error", reject);
                if (chunked) for (const piece of piecesOf(body)) request.write(piece);
                request.end(chunked ? undefined : body);
            });
        return {
            async request(method, target, body, chunked) {
                const response = await ask(method, target, body, chunked);
                return [response.statusCode, await collect(response)];
            },
            async *events(target) {
                yield* await ask("GET", target);
            },
        };
    },
    http2() {
        const session = http2.connect(url, { ca });
        const ask = (method, target, body) =>
            new Promise((resolve, reject) => {
                const request = session.request({ ":method": method, ":path": target, authorization }, { endStream: !body });
                request.on("response", (headers) => resolve([headers[":status"], request]));
                request.on("error", reject);
                // In pieces as they are taken: a session that holds more than 10 MB refuses its own responses.
                if (body) Readable.from(piecesOf(body)).pipe(request);
            });
        return {
            async request(method, target, body) {
                const [status, response] = await ask(method, target, body);
                return [status, await collect(response)];
            },
            async *events(target) {
                yield* (await ask("GET", target))[1];
            },
        };
    },
};

const client = await clients[name]();

async function get() {
    const [status, body] = await client.request("GET", "/api/get");
    expect(status === 200 && JSON.parse(body).name === "get", `${status} ${body}`);
}

async function upload(content, chunked) {
    const [status, body] = await client.request("POST", "/api/upload", content, chunked);
    expect(status === 200, `${status} ${body}`);
    const sha256 = crypto.createHash("sha256").update(content).digest("hex");
    const found = JSON.parse(body);
    expect(found.length === content.length && found.sha256 === sha256, body);
}

async function refused(count) {
    const [status, body] = await client.request("POST", "/api/refused", payload.subarray(0, count * mebibyte));
    expect(status === 403 && JSON.parse(body).error.code === "forbidden_scope", `${status} ${body}`);
    await get();
}

const tasks = {
    get,
    post: () => upload(Buffer.from('{"a":1}')),
    upload: () => upload(payload),
    chunked: () => upload(payload, true),
    async download() {
        const [status, body] = await client.request("GET", "/api/download");
        expect(status === 200 && body.equals(payload), `${status}, ${body.length} bytes`);
    },
    "refused-1": () => refused(1),
    "refused-6": () => refused(6),
    "refused-20": () => refused(20),
    async early() {
        const [status, body] = await client.request("POST", "/api/early", payload.subarray(0, 6 * mebibyte));
        expect(status === 413 && JSON.parse(body).error === "too large", `${status} ${body}`);
        await get();
    },
    async events() {
        const id = crypto.randomUUID();
        let text = "";
        for await (const piece of client.events(`/api/events?id=${id}`)) {
            if (text === "") {
                expect(String(piece).startsWith("data: 0"), piece);
                expect((await client.request("GET", `/api/seen?id=${id}`))[0] === 200, "seen");
            }
            text += piece;
        }
        expect(text === [0, 1, 2, 3, 4].map((number) => `data: ${number}\n\n`).join(""), text);
    },
    async thousand() {
        for (let count = 0; count < 1000; count++) await get();
    },
};

for (const task of wanted.split(",")) {
    try {
        await tasks[task]();
        console.log(JSON.stringify({ task }));
    } catch (error) {
        const cause = error.cause ? `, ${error.cause}` : "";
        console.log(JSON.stringify({ task, error: `${error}${cause}`.slice(0, 300) }));
    }
}
process.exit(0);
