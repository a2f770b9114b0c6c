import Audit
import Foundation
import Synchronization

/// A new directory that is removed when the test is done with it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}

extension AuditRecord {
    /// A short record that is known by its request id.
    static func numbered(_ number: Int) -> AuditRecord {
        AuditRecord(
            timeMicroseconds: 1_700_000_000_000_000,
            requestID: "r\(number)".utf8,
            client: "192.0.2.1",
            code: "missing_key",
            status: 401,
            generation: 1
        )
    }
}

extension AuditLog {
    /// Appends a record and waits until it is known what became of it; nil when it wasn't accepted.
    func append(_ record: AuditRecord) async -> AuditOutcome? {
        await withCheckedContinuation { continuation in
            if !append(record, completion: { continuation.resume(returning: $0) }) {
                continuation.resume(returning: nil)
            }
        }
    }
}

/// A list that several threads add to.
final class Collected<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func add(_ element: Element) {
        elements.withLock { $0.append(element) }
    }
}

/// The lines of a log as objects.
func parsedLines(_ bytes: [UInt8]) throws -> [[String: Any]] {
    try bytes.split(separator: 0x0A).map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line))
        guard let members = object as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
        return members
    }
}

/// The request ids of the lines of a log.
func requestIDs(_ bytes: [UInt8]) throws -> [String] {
    try parsedLines(bytes).compactMap { $0["request_id"] as? String }
}

/// The bytes of a file.
func contents(_ path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
}
