import Foundation
import GatewayConfig
import Testing

@Suite("JSON Schemas")
struct SchemaTests {
    /// What editors complete and what the loader takes are the same keys, in every mapping.
    @Test(arguments: [
        ("scopegate", KnownKeys.scopegate), ("catalog", KnownKeys.catalog), ("routes", KnownKeys.routes),
        ("expectations", KnownKeys.expectations),
    ])
    func haveTheKeysOfTheLoader(name: String, known: [String: [String]]) throws {
        let data = Data(try Fixture.shipped("schema/\(name).schema.json"))
        let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        var found: [String: Set<String>] = [:]
        collect(schema, at: "", into: &found)
        for (definition, value) in schema["$defs"] as? [String: Any] ?? [:] {
            collect(value, at: "$" + definition, into: &found)
        }
        #expect(found.mapValues { $0.sorted() } == known)
    }

    /// Gathers the properties of each object schema, and checks that it takes no others.
    private func collect(_ value: Any, at place: String, into found: inout [String: Set<String>]) {
        guard let schema = value as? [String: Any] else { return }
        if let properties = schema["properties"] as? [String: Any] {
            #expect(schema["additionalProperties"] as? Bool == false, "\(place) takes unknown keys")
            found[place, default: []].formUnion(properties.keys)
            for (key, inner) in properties { collect(inner, at: place.isEmpty ? key : "\(place).\(key)", into: &found) }
        }
        if let items = schema["items"] { collect(items, at: place + "[]", into: &found) }
        for choice in schema["oneOf"] as? [Any] ?? [] { collect(choice, at: place, into: &found) }
    }
}
