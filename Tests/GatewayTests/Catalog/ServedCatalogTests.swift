import Foundation
import GatewayConfig
import ScopeModel
import Testing

@testable import Gateway

@Suite("ServedCatalog")
struct ServedCatalogTests {
    private struct Answer: Decodable {
        struct Entry: Decodable {
            let scope: String
            let description: String
            let automatic: Bool
            let reserved: Bool
        }

        struct Preset: Decodable {
            let id: String
            let title: String
            let scopes: [String]
        }

        let scopes: [Entry]
        let presets: [Preset]
    }

    private func read(_ catalog: ScopeCatalog) throws -> Answer {
        let served = ServedCatalog(path: "/api/v1/scopes", catalog: catalog)
        #expect(served.path == Array("/api/v1/scopes".utf8))
        return try JSONDecoder().decode(Answer.self, from: Data(served.body))
    }

    @Test func toTheByte() throws {
        let catalog = try ScopeCatalog(
            definitions: [
                ScopeDefinition(scope: try Scope(parsing: "read:trades"), description: "Trades."),
                ScopeDefinition(scope: try Scope(parsing: "read:catalog"), description: "", isAutomatic: true),
                ScopeDefinition(scope: try Scope(parsing: "write:settings"), description: "x", isReserved: true),
            ],
            presets: [
                ScopePreset(id: "read-everything", title: "Read everything", rule: .allRead),
                ScopePreset(id: "custom", title: "Custom", rule: .custom),
            ]
        )
        #expect(
            String(decoding: ServedCatalog(path: "/s", catalog: catalog).body, as: UTF8.self)
                == #"{"scopes":[{"scope":"read:trades","description":"Trades.","automatic":false,"reserved":false},"#
                + #"{"scope":"read:catalog","description":"","automatic":true,"reserved":false},"#
                + #"{"scope":"write:settings","description":"x","automatic":false,"reserved":true}],"#
                + #""presets":[{"id":"read-everything","title":"Read everything","#
                + #""scopes":["read:trades","read:catalog"]},{"id":"custom","title":"Custom","scopes":[]}]}"#
        )
    }

    @Test func shippedCatalog() throws {
        let catalog = try ConfigLoader.loadEmbedded { "\($0.count)" }.catalog
        let answer = try read(catalog)
        #expect(answer.scopes.map(\.scope) == catalog.entries.map(\.scope.description))
        #expect(answer.scopes.map(\.description) == catalog.entries.map(\.description))
        #expect(answer.scopes.filter(\.automatic).map(\.scope) == ["read:catalog"])
        #expect(answer.scopes.filter(\.reserved).map(\.scope) == ["read:settings", "write:settings"])
        #expect(answer.presets.map(\.id) == catalog.presets.map(\.id))
        let byID = Dictionary(uniqueKeysWithValues: answer.presets.map { ($0.id, $0.scopes) })
        #expect(byID["read-everything"] == answer.scopes.map(\.scope).filter { $0.hasPrefix("read:") })
        #expect(byID["read-write-everything"] == answer.scopes.map(\.scope))
        #expect(byID["custom"] == [])
    }

    @Test func empty() throws {
        let answer = try read(ScopeCatalog(definitions: [], presets: []))
        #expect(answer.scopes.isEmpty && answer.presets.isEmpty)
    }

    /// RFC 8259 §7: whatever a description is, it is read as it was written.
    @Test func anyText() throws {
        let controls = String(String.UnicodeScalarView((0...0xA0).compactMap { Unicode.Scalar($0) }))
        let texts = [controls, "\"\\\"", "\\u0041", "a\r\nb\u{2028}\u{2029}", "é 😀 \u{FFFF} \u{10FFFF}", "</script>"]
        let catalog = try ScopeCatalog(
            definitions: texts.enumerated().map { index, text in
                ScopeDefinition(scope: try Scope(parsing: "read:r\(index)"), description: text)
            },
            presets: texts.enumerated().map { index, text in
                ScopePreset(id: "p\(index)", title: text, rule: .all)
            }
        )
        let answer = try read(catalog)
        #expect(answer.scopes.map(\.description) == texts)
        #expect(answer.presets.map(\.title) == texts)
    }
}
