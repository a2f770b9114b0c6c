import Foundation
import GatewayConfig

/// Files that are only in memory.
struct MemoryFiles: FileReading {
    var contents: [String: [UInt8]] = [:]
    var failures: [String: FileReadError] = [:]

    func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
        if let failure = failures[path] { throw failure }
        guard let bytes = contents[path] else { throw .notFound }
        guard bytes.count <= limit else { throw .tooLarge(limit) }
        return bytes
    }

    subscript(path: String) -> String {
        get { String(decoding: contents[path] ?? [], as: UTF8.self) }
        set { contents[path] = Array(newValue.utf8) }
    }
}

/// Certificates that say in plain words what they are, such as `certificate of a.example, *.example until 100`, and
/// keys that say whose they are.
struct WrittenCertificates: CertificateInspecting {
    let now: Int64 = 1_000_000_000

    func inspect(certificates: [UInt8], key: [UInt8]) throws(CertificateProblem) -> CertificateFacts {
        let words = String(decoding: certificates, as: UTF8.self).split(separator: " ").map(String.init)
        guard words.first != "none" else { throw .noCertificate }
        guard words.first != "odd" else { throw .unusable("odd") }
        let owner = String(decoding: key, as: UTF8.self)
        guard owner != "none" else { throw .noKey }
        guard owner != "other" else { throw .keyMismatch }
        func number(behind word: String) -> Int64? {
            words.firstIndex(of: word).flatMap { words.indices.contains($0 + 1) ? Int64(words[$0 + 1]) : nil }
        }
        return CertificateFacts(
            names: words.filter { $0.contains(".example") },
            notBefore: number(behind: "from") ?? 0,
            notAfter: number(behind: "until") ?? .max
        )
    }

    func inspect(authorities: [UInt8]) throws(CertificateProblem) {
        guard !authorities.starts(with: "none".utf8) else { throw .noCertificate }
    }

    func inspect(trust: TLSContents) throws(CertificateProblem) {
        if trust.authorities?.starts(with: "none".utf8) == true { throw .noAuthorities }
    }
}

/// Configurations to load.
enum Fixture {
    /// The least that a configuration has to say.
    static let minimal = """
        upstream: {url: "http://127.0.0.1:9001"}
        introspection: {url: "http://127.0.0.1:9002/introspect"}

        """

    static let environment = ["SECRET": "sixteen bytes or more", "SCOPEGATE_INTROSPECTION_SECRET": "s", "EMPTY": ""]

    /// The folder with the configuration that ships.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "config")

    static func shipped(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    static func shippedFiles() throws -> MemoryFiles {
        var files = MemoryFiles()
        for name in ["scopegate.yaml", "routes.yaml", "catalog.yaml"] { files.contents[name] = try shipped(name) }
        return files
    }

    static func load(_ files: MemoryFiles, path: String = "scopegate.yaml") throws(ConfigErrors) -> LoadedConfiguration
    {
        try ConfigLoader.load(
            path: path,
            environment: environment,
            files: files,
            certificates: WrittenCertificates()
        ) { "\($0.count)" }
    }

    static func load(_ text: String) throws(ConfigErrors) -> LoadedConfiguration {
        var files = MemoryFiles()
        files["scopegate.yaml"] = text
        return try load(files)
    }

    /// The diagnostics of a configuration; without ones when it loads without warnings.
    static func diagnostics(_ files: MemoryFiles) -> [Diagnostic] {
        do {
            return try load(files).warnings
        } catch {
            return error.diagnostics
        }
    }

    static func diagnostics(_ text: String) -> [Diagnostic] {
        var files = MemoryFiles()
        files["scopegate.yaml"] = text
        return diagnostics(files)
    }
}

/// Whether these are the diagnostics that are expected; one that is expected without help may have any.
func agree(_ found: [String], _ expected: [String]) -> Bool {
    found.count == expected.count
        && zip(found, expected).allSatisfy { found, expected in
            expected.contains("\n  help: ") ? found == expected : found.prefix { $0 != "\n" } == expected
        }
}

/// Whether a diagnostic says what to do, and not only what is wrong.
func tellsAWayOut(_ diagnostic: String) -> Bool {
    diagnostic.contains("\n  help: ") || diagnostic.contains(" has to be ")
}
