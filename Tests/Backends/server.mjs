// A backend that answers by the head alone, and writes down what it read as requests.
import fs from "node:fs";
import http from "node:http";

const server = http.createServer((request, response) => {
    const { method, url: target, headers } = request;
    const key = headers["x-scopegate-key-id"] ?? "";
    fs.appendFileSync(process.env.LOG, JSON.stringify({ method, target, key }) + "\n");
    response.writeHead(target.includes("/large") ? 413 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ method, target }));
});
server.keepAliveTimeout = 30_000;
server.listen(Number(process.env.PORT), "127.0.0.1");
