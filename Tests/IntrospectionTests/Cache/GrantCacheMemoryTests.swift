import Foundation
import Introspection
import ScopeModel
import Testing

/// How much memory a full cache takes. It is the process that is measured, so it runs alone and only when
/// `CACHE_MEMORY_KEYS` says with how many keys; Tests/Introspection/run.sh does.
@Suite struct GrantCacheMemoryTests {
    private static let count = ProcessInfo.processInfo.environment["CACHE_MEMORY_KEYS"].flatMap { Int($0) }

    /// The resident memory of this process, in bytes (proc_pid_statm(5)).
    private static func residentMemory() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
        return try #require(Int(pages)) * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Grants as a key service gives them: a key id, a subject, an expiry, none of them shared.
    @Test(.enabled(if: count != nil, "CACHE_MEMORY_KEYS is not set")) func isBoundedPerKey() throws {
        let count = try #require(Self.count)
        let cache = GrantCache(limits: .init(capacity: count))
        let before = try Self.residentMemory()
        for number in 0..<UInt64(count) {
            let grant = Grant(
                scopes: [],
                expiresAt: 1_900_000_000,
                keyID: "key_01M85DPBBTNG2SVB3AB4\(number)",
                subject: "user_01M85DPBBTNG2SVB3\(number)"
            )
            cache.store(.numbered(number), .active(grant), now: .seconds(1), wallSeconds: 1_800_000_000)
        }
        let perKey = Double(try Self.residentMemory() - before) / Double(count)
        print("\(cache.counters.count) cached keys: \(Int(perKey)) bytes per key")
        #expect(cache.counters.count > count * 95 / 100)
        #expect(perKey < 600)
    }
}
