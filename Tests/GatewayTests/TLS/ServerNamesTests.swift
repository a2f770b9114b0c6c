import Testing

@testable import Gateway

@Suite("Server names")
struct ServerNamesTests {
    @Test func findsWhatIsFor() {
        var names = ServerNames<Int>()
        for (name, value) in [("a.example", 1), ("*.a.example", 2), ("b.a.example", 3), ("a.example", 4)] {
            names.add(name, value)
        }
        let cases: [(String, Int?)] = [
            ("a.example", 1), ("A.Example", 1), ("b.a.example", 3), ("c.a.example", 2), ("c.b.a.example", nil),
            (".a.example", nil), ("example", nil), ("", nil), ("*.a.example", 2), ("a.example.", nil),
        ]
        for (name, value) in cases { #expect(names.value(for: name) == value, "\(name)") }
    }
}
