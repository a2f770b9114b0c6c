import Foundation
import HTTP1
import SimpleHTTP
import Synchronization
import Testing

extension EndToEndTests {
    @Suite("Many requests for keys that nobody knows yet")
    struct CacheLoadTests {
        /// Holds its answers back until it is told to give them.
        private final class HeldEndpoint: Sendable {
            private let isOpen = Mutex(false)

            func open() { isOpen.withLock { $0 = true } }

            func serve(_ connection: BackendConnection) throws {
                let head = try connection.readHead()
                _ = try connection.read(head.fieldValue("Content-Length").flatMap { Int($0) } ?? 0)
                try waitUntil("the endpoint answers", within: 60) { isOpen.withLock { $0 } }
                let body = #"{"active":true,"scope":"read:trades"}"#
                try connection.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                )
            }
        }

        private final class Tally: Sendable {
            private let number = Atomic<Int>(0)

            var count: Int { number.load(ordering: .relaxed) }

            func add() { number.add(1, ordering: .relaxed) }
        }

        private static let attackers = 32

        private static let upstream: ScriptedBackend.Script = { connection in
            while true {
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }

        /// 5,000 first requests at a time with one key make one call.
        @Test func oneCallForFiveThousandRequests() async throws {
            let count = 5000
            let endpoint = HeldEndpoint()
            try await withBackend {
                try endpoint.serve($0)
            } _: { backend in
                try await withScriptedUpstream { settings in
                    settings.introspection = "\(backend.url)/introspect"
                    settings.introspectionOptions = ["timeout: 60s"]
                    // The backend takes as long as it wants for all of them at once: it isn't what is tested.
                    settings.upstreamOptions = ["connect_timeout: 60s", "pool: {max_connections: 64}"]
                } _: {
                    try Self.upstream($0)
                } _: { (gateway: GatewayProcess, _: ScriptedBackend) async throws -> Void in
                    let clients = try (0..<count).map { _ in try gateway.client() }
                    for client in clients { try client.send(RawClient.request("GET", "/closed/a", key: "one")) }
                    try waitUntil("all wait", within: 60) {
                        try gateway.metric("introspection_requests_waiting") == count
                    }
                    endpoint.open()
                    for client in clients { #expect(try client.readResponse(within: 60).status == 200) }
                    #expect(backend.heads.count == 1)
                    #expect(try gateway.metric("introspection_calls_total") == 1)
                    #expect(try gateway.metric("introspection_shared_total") == count - 1)
                }
            }
        }

        /// Made-up keys neither push real ones out nor keep them waiting, and take bounded memory. `E2E_JUNK_KEYS` says
        /// how many there are.
        @Test func junkKeysDoNotReachGoodOnes() async throws {
            let junk = ProcessInfo.processInfo.environment["E2E_JUNK_KEYS"].flatMap { Int($0) } ?? 10_000
            try await withJournal { servers in
                var settings = servers.settings
                settings.introspectionOptions = ["max_concurrent: 16", "cache: {negative_capacity: 1000, ttl: 10m}"]
                try await withGateway(settings) { gateway in
                    let good = (0..<20).map { _ in servers.key(["read:trades"]) }
                    let client = try gateway.client()
                    for key in good { #expect(try client.exchange("GET", "/api/v1/trades", key: key).status == 200) }
                    let (bad, goodRequests) = (Tally(), Tally())
                    // What is bounded is full then: the cache of bad keys, and the newest audit lines.
                    try await Self.attack(gateway, 0..<Self.warmUp, bad)
                    let before = servers.keys.introspectionCount
                    let hits = try gateway.metric("grant_cache_lookups_total{result=\"hit\"}")
                    let misses = try gateway.metric("grant_cache_lookups_total{result=\"miss\"}")
                    let memory = try gateway.memory()
                    async let attack: Void = Self.attack(gateway, Self.warmUp..<Self.warmUp + junk, bad)
                    try await onOwnThread {
                        let client = try gateway.client()
                        while try gateway.metric("grant_cache_lookups_total{result=\"miss\"}") < misses + junk {
                            for key in good {
                                let response = try client.exchange("GET", "/api/v1/trades", key: key)
                                if response.status != 200 { bad.add() }
                                goodRequests.add()
                            }
                        }
                    }
                    try await attack
                    #expect(bad.count == 0)
                    let asked = goodRequests.count
                    #expect(asked > 0)
                    // Each request with a good key was a hit, each junk key was asked about once.
                    #expect(try gateway.metric("grant_cache_lookups_total{result=\"hit\"}") == hits + asked)
                    #expect(servers.keys.introspectionCount == before + junk)
                    #expect(try gateway.metric("grant_cache_entries{table=\"negative\"}") <= 1000)
                    let grown = try gateway.memory() - memory
                    print("\(junk) junk keys, \(asked) good requests: resident memory grew by \(grown / 1024) KiB")
                    #expect(grown < 12 << 20)
                }
            }
        }

        private static let warmUp = 8000

        /// Sends a request with each of these made-up keys, from many clients at a time.
        private static func attack(_ gateway: GatewayProcess, _ keys: Range<Int>, _ bad: Tally) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<attackers {
                    group.addTask {
                        try await onOwnThread {
                            let attacker = try gateway.client()
                            for index in stride(from: keys.lowerBound + number, to: keys.upperBound, by: attackers) {
                                let response = try attacker.exchange("GET", "/api/v1/trades", key: "junk\(index)")
                                if response.status != 401 { bad.add() }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
