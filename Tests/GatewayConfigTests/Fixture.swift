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
        try ConfigLoader.load(path: path, environment: environment, files: files) { "\($0.count)" }
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
