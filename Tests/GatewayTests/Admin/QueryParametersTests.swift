import Testing

@testable import Gateway

@Suite("Parameters of a query")
struct QueryParametersTests {
    private let known = ["a", "b"]

    @Test func values() throws {
        let parameters = try QueryParameters("a=1&b=x+y%20z&a=2,3&b=%C3%BC", known: known)
        #expect(try parameters.values("a") == ["1", "2", "3"])
        #expect(try parameters.values("b") == ["x y z", "ü"])
        #expect(try QueryParameters(nil, known: known).values("a").isEmpty)
    }

    @Test(arguments: ["a=", "a", "a=1,,2", "a=1&a="])
    func empty(query: String) throws {
        let parameters = try QueryParameters(query, known: known)
        #expect(throws: QueryParameters.Problem.self) { try parameters.values("a") }
    }

    @Test func tooMuch() throws {
        let long = String(repeating: "x", count: 201)
        for query in ["a=1&a=2&a=3&a=4&a=5&a=6", "a=\(long)"] {
            let parameters = try QueryParameters(query, known: known)
            #expect(throws: QueryParameters.Problem.self) { try parameters.values("a") }
        }
        let longer = try QueryParameters("a=\(String(repeating: long, count: 10))", known: known)
        #expect(throws: QueryParameters.Problem.self) { try longer.single("a") }
    }

    @Test func single() throws {
        #expect(try QueryParameters("a=", known: known).single("a")?.isEmpty == true)
        #expect(try QueryParameters("b=1", known: known).single("a") == nil)
        #expect(throws: QueryParameters.Problem.self) { try QueryParameters("a=1&a=1", known: known).single("a") }
    }

    @Test(arguments: ["c=1", "a=%", "a=%4", "a=%zz", "a=%ff"])
    func refused(query: String) {
        #expect(throws: QueryParameters.Problem.self) { try QueryParameters(query, known: known) }
    }

    @Test func numbers() throws {
        #expect(try QueryParameters("a=10", known: known).integer("a", in: 1...10) == 10)
        for query in ["a=0", "a=11", "a=x", "a=1.5", "a="] {
            #expect(throws: QueryParameters.Problem.self) {
                try QueryParameters(query, known: known).integer("a", in: 1...10)
            }
        }
    }
}
