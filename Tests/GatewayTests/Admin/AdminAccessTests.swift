import GatewayConfig
import SimpleHTTP
import Testing

@testable import Gateway

@Suite("Who may ask the admin listener")
struct AdminAccessTests {
    private static let token = "a token that is long enough"

    private func access(_ address: String = "127.0.0.1:9901", token: String? = nil) throws -> AdminAccess {
        let secret = token.map { Secret(bytes: Array($0.utf8), origin: .environment("T")) }
        let configuration = AdminConfiguration(address: try AdminAddress(parsing: address), token: secret)
        return AdminAccess(configuration, secret: [1, 2, 3])
    }

    private func status(
        _ access: AdminAccess,
        _ fields: [(String, String)],
        isOpen: Bool = false,
        acts: Bool = true
    ) -> Int? {
        let request = SimpleRequest(method: .post, path: "/", fields: fields.map { (name: $0.0, value: $0.1) })
        return access.refusal(of: request, isOpen: isOpen, acts: acts)?.status
    }

    @Test(
        "Programs, and pages of the listener itself, may act",
        arguments: [
            [("Host", "127.0.0.1:9901")], [("Host", "localhost")], [("Host", "[::1]:9901")],
            [("Host", "localhost:9901"), ("Origin", "http://localhost:9901"), ("Sec-Fetch-Site", "same-origin")],
            [("Host", "127.0.0.1:9901"), ("Sec-Fetch-Site", "none")],
        ]
    )
    func own(fields: [(String, String)]) throws {
        #expect(status(try access(), fields) == nil)
    }

    @Test(
        "Pages of other sites, and names that only resolve to this machine, may not",
        arguments: [
            [("Host", "127.0.0.1:9901"), ("Origin", "http://evil.example")],
            [("Host", "127.0.0.1:9901"), ("Origin", "null")],
            [("Host", "127.0.0.1:9901"), ("Sec-Fetch-Site", "cross-site")],
            [("Host", "127.0.0.1:9901"), ("Sec-Fetch-Site", "same-site")],
            [("Host", "evil.example:9901"), ("Origin", "http://evil.example:9901"), ("Sec-Fetch-Site", "same-origin")],
            [("Host", "127.0.0.1.evil.example")], [("Host", "")], [],
        ]
    )
    func foreign(fields: [(String, String)]) throws {
        #expect(status(try access(), fields) == 403)
    }

    @Test("A name that only resolves to this machine may not read either")
    func rebinding() throws {
        #expect(status(try access(), [("Host", "evil.example")], acts: false) == 403)
        #expect(status(try access(), [("Host", "evil.example")], isOpen: true, acts: false) == nil)
    }

    @Test("With a token, whoever has it may ask by any name", arguments: ["Bearer", "bearer"])
    func token(scheme: String) throws {
        let access = try access("0.0.0.0:9901", token: Self.token)
        #expect(status(access, [("Host", "gate.internal"), ("Authorization", "\(scheme) \(Self.token)")]) == nil)
        let foreign = [("Host", "gate"), ("Origin", "http://evil"), ("Authorization", "Bearer \(Self.token)")]
        #expect(status(access, foreign) == 403)
    }

    @Test(
        "Without it, or with another, nobody may but for what is open",
        arguments: [
            nil, "Bearer", "Bearer ", "Bearer a token that is long", "Bearer a token that is long enough!",
            "Basic YTpi",
            "a token that is long enough",
        ] as [String?]
    )
    func noToken(value: String?) throws {
        let access = try access("0.0.0.0:9901", token: Self.token)
        let fields = [("Host", "gate.internal")] + (value.map { [("Authorization", $0)] } ?? [])
        #expect(status(access, fields) == 401)
        #expect(status(access, fields, acts: false) == 401)
        #expect(status(access, fields, isOpen: true, acts: false) == nil)
    }

    @Test("A Unix socket is reached by no browser")
    func socketFile() throws {
        #expect(status(try access("unix:/run/a.sock"), [("Host", "anything")]) == nil)
    }
}
