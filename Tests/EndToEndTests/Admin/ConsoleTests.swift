import Foundation
import Testing

extension EndToEndTests {
    @Suite("The console")
    struct ConsoleTests {
        /// The names of files that a text asks for.
        private static func references(in text: String) -> [String] {
            let page = text.matches(of: #/(?:src|href)="console/([^"]+)"/#).map { String($0.output.1) }
            let modules = text.matches(of: #/from "\./([^"]+)"/#).map { String($0.output.1) }
            return page + modules
        }

        @Test func allFilesAreThereAndNothingElseIsLoaded() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let page = try gateway.admin("GET", "/")
                    #expect(page.status == 200 && page.field("Content-Type") == "text/html; charset=utf-8")
                    var waiting = Self.references(in: page.text)
                    var seen: Set<String> = []
                    while let name = waiting.popLast() {
                        guard seen.insert(name).inserted else { continue }
                        let file = try gateway.admin("GET", "/console/\(name)")
                        #expect(file.status == 200, "\(name)")
                        let type =
                            ["js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"][
                                String(name.split(separator: ".").last ?? "")
                            ] ?? "image/svg+xml"
                        #expect(file.field("Content-Type") == type && file.field("X-Content-Type-Options") == "nosniff")
                        waiting += Self.references(in: file.text)
                        let addresses = file.text.replacing("http://www.w3.org/2000/svg", with: "")
                        #expect(!addresses.contains("http://") && !addresses.contains("https://"), "\(name)")
                        #expect(!file.text.contains("innerHTML") && !file.text.contains("url("), "\(name)")
                    }
                    let document = try JSONSerialization.jsonObject(
                        with: Data(gateway.admin("GET", "/openapi.json").body)
                    )
                    let paths = (document as? [String: Any])?["paths"] as? [String: [String: [String: Any]]]
                    let parameters = paths?["/console/{file}"]?["get"]?["parameters"] as? [[String: Any]]
                    let names = (parameters?.first?["schema"] as? [String: Any])?["enum"] as? [String]
                    #expect(Set(names ?? []) == seen)
                    for path in ["/console/", "/console/none.js", "/console/main.js/"] {
                        #expect(try gateway.admin("GET", path).status == 404, "\(path)")
                    }
                }
            }
        }

        @Test func itsPolicyAllowsItsOwnFilesOnly() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let page = try gateway.admin("GET", "/")
                    let policy = try #require(page.field("Content-Security-Policy"))
                    for part in [
                        "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
                        "frame-ancestors 'none'", "require-trusted-types-for 'script'",
                    ] {
                        #expect(policy.contains(part), "\(part)")
                    }
                    #expect(!policy.contains("unsafe") && !policy.contains("http"))
                    // What the policy forbids isn't there either.
                    #expect(!page.text.contains("<style") && !page.text.contains(" style="))
                    #expect(!page.text.contains(#/<script[^>]*>[^<]/#) && !page.text.contains(#/ on[a-z]+=/#))
                }
            }
        }
    }
}
