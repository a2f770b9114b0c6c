import ScopeModel
import Testing

@Suite("NearestName")
struct NearestNameTests {
    @Test(arguments: [
        ("lissten", "listen" as String?),
        ("lisetn", "listen"),
        ("LISTEN", "listen"),
        ("upstraem", "upstream"),
        ("keyz", "keys"),
        ("ky", nil),
        ("k", nil),
        ("completely_else", nil),
        ("", nil),
        (String(repeating: "listen", count: 1000), nil),
    ])
    func suggests(name: String, nearest: String?) {
        #expect(NearestName.suggestion(for: name, among: ["listen", "upstream", "keys"]) == nearest)
    }

    @Test func theFirstOfEquallyNearOnesIsChosen() {
        #expect(NearestName.suggestion(for: "read:goal", among: ["read:goals", "read:gogal"]) == "read:goals")
    }
}
