// An Express application with its defaults, which obeys another method in POST requests as the package method-override does.
const express = require("express");

const application = express();
application.use((request, response, next) => {
    const method = request.query._method || request.get("X-HTTP-Method-Override");
    if (request.method === "POST" && method) request.method = method.toUpperCase();
    next();
});
application.get("/api/v1/items", (request, response) => response.json({ items: [] }));
application.post("/api/v1/items", (request, response) => response.status(201).json({ made: true }));
application.delete("/api/v1/items", (request, response) => response.json({ cleared: true }));
application.get("/api/v1/items/export", (request, response) => response.json({ export: true }));
application.get("/api/v1/whoami", (request, response) => response.json({ user: request.get("X-Remote-User") || null }));
application.listen(Number(process.env.PORT), "127.0.0.1");
