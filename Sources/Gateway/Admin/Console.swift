import SimpleHTTP

/// The console: the page at `/`, and the files that it is made of below `/console/`.
///
/// They are no secret and are answered without the token; the page asks for it, and sends it with all that it fetches.
enum Console {
    private static let html = "text/html; charset=utf-8"
    private static let css = "text/css; charset=utf-8"
    private static let javaScript = "text/javascript; charset=utf-8"

    /// The files below `/console/`, by name.
    static let files: [String: (type: String, body: [UInt8])] = [
        "icon.svg": ("image/svg+xml", PackageResources.icon_svg),
        "base.css": (css, PackageResources.base_css),
        "charts.css": (css, PackageResources.charts_css),
        "layout.css": (css, PackageResources.layout_css),
        "parts.css": (css, PackageResources.parts_css),
        "actions.js": (javaScript, PackageResources.actions_js),
        "chart.js": (javaScript, PackageResources.chart_js),
        "client.js": (javaScript, PackageResources.client_js),
        "denials.js": (javaScript, PackageResources.denials_js),
        "dialog.js": (javaScript, PackageResources.dialog_js),
        "dom.js": (javaScript, PackageResources.dom_js),
        "events.js": (javaScript, PackageResources.events_js),
        "explain.js": (javaScript, PackageResources.explain_js),
        "figures.js": (javaScript, PackageResources.figures_js),
        "format.js": (javaScript, PackageResources.format_js),
        "link.js": (javaScript, PackageResources.link_js),
        "main.js": (javaScript, PackageResources.main_js),
        "record.js": (javaScript, PackageResources.record_js),
        "reloads.js": (javaScript, PackageResources.reloads_js),
        "revoke.js": (javaScript, PackageResources.revoke_js),
        "routes.js": (javaScript, PackageResources.routes_js),
        "samples.js": (javaScript, PackageResources.samples_js),
        "scale.js": (javaScript, PackageResources.scale_js),
        "servers.js": (javaScript, PackageResources.servers_js),
        "state.js": (javaScript, PackageResources.state_js),
        "token.js": (javaScript, PackageResources.token_js),
    ]

    /// What the page may do (CSP Level 3): scripts and styles are the files above and nothing else, it speaks to its
    /// own listener only, and no text can become HTML (Trusted Types), for clients choose many of those that it shows.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

    /// The page.
    static func page(_ request: SimpleRequest) -> SimpleResponse {
        var response = AdminAnswer.bytes(200, PackageResources.console_html, type: html)
        response.fields += [
            ("Content-Security-Policy", policy), ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ]
        return response
    }

    /// A file of the page.
    static func file(_ request: SimpleRequest) -> SimpleResponse {
        guard let file = files[String(request.path.dropFirst(prefix.count))] else {
            return AdminAnswer.error(404, code: "not_found", message: "The console has no such file.")
        }
        return AdminAnswer.bytes(200, file.body, type: file.type)
    }

    /// What the paths of files begin with.
    static let prefix = "/console/"
}
