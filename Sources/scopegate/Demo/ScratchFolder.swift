import Foundation
import Glibc

/// A new folder for files of no further use, which only its owner may enter.
struct ScratchFolder {
    let path: String

    /// - Throws: ``ExitStatus`` after it has said why there can't be one.
    init(named name: String) throws {
        let pattern = FileManager.default.temporaryDirectory.appendingPathComponent("\(name)-XXXXXX").path
        var bytes = Array(pattern.utf8CString)
        guard mkdtemp(&bytes) != nil else {
            StandardError.write("error: \(pattern): \(String(cString: strerror(errno)))")
            throw ExitStatus.badInput
        }
        path = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The path of a file in it.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Removes it with all that is in it, and says so if that isn't possible.
    func remove() {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            StandardError.write("\(path) could not be removed: \(error.localizedDescription)")
        }
    }
}
