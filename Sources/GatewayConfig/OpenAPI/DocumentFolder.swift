import Glibc

/// The files that a document may refer to: those of its own folder and below it.
public protocol DocumentFolder {
    /// The name of a file, from the folder, without `.`, `..` and links; so that a file has one name only.
    ///
    /// - Parameters:
    ///   - reference: the path as a reference writes it, from the folder of the file that refers.
    ///   - file: the name of the file that refers.
    /// - Throws: ``ReferenceProblem``.
    func name(of reference: String, from file: String) throws(ReferenceProblem) -> String

    /// The bytes of a file.
    func read(_ name: String, limit: Int) throws(ReferenceProblem) -> [UInt8]
}

/// Why a reference of a document leads nowhere, as the end of a sentence that starts with it.
public struct ReferenceProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason.
    public let description: String

    /// A reason.
    public init(_ description: String) { self.description = description }

    static let outside = ReferenceProblem("leads out of the document's folder")
}

/// No files: a document that stands alone, such as one on standard input.
public struct NoDocumentFolder: DocumentFolder, Sendable {
    /// No files.
    public init() {}

    /// Nothing has a name.
    public func name(of reference: String, from file: String) throws(ReferenceProblem) -> String {
        throw ReferenceProblem("leads to another file, and a document on standard input has none beside it")
    }

    /// Nothing is read.
    public func read(_ name: String, limit: Int) throws(ReferenceProblem) -> [UInt8] { throw .outside }
}

/// The folder of a document in the file system.
public struct SystemDocumentFolder: DocumentFolder, Sendable {
    /// The folder, absolute and without links.
    private let folder: String
    /// The document's own name.
    public let document: String

    /// The folder of a document; `nil` when there is no such file.
    public init?(of path: String) {
        guard let whole = Self.resolved(path), let slash = whole.last(of: "/") else { return nil }
        folder = String(whole[..<slash])
        document = String(whole[slash...].behind(1))
    }

    /// The name of a file, with links followed, if it is in the folder.
    public func name(of reference: String, from file: String) throws(ReferenceProblem) -> String {
        guard !reference.begins(with: "/") else { throw .outside }
        let place = file.last(of: "/").map { file[..<$0] + "/" } ?? ""
        guard let whole = Self.resolved("\(folder)/\(place)\(reference)") else {
            throw ReferenceProblem("leads to a file that isn't there")
        }
        guard whole.begins(with: folder + "/") else { throw .outside }
        return String(whole.behind(folder.utf8.count + 1))
    }

    /// The bytes of a regular file.
    public func read(_ name: String, limit: Int) throws(ReferenceProblem) -> [UInt8] {
        var status = stat()
        let path = "\(folder)/\(name)"
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ReferenceProblem("leads to something that is no file")
        }
        do {
            return try SystemFiles().read(path, limit: limit)
        } catch {
            throw ReferenceProblem("leads to a file that can't be read: \(error)")
        }
    }

    private static func resolved(_ path: String) -> String? {
        guard !path.utf8.contains(0), let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
