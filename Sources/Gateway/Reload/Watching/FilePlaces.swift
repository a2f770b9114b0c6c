import Glibc

/// The directories that lead to files, with the names in them that matter: each file, and each directory and symbolic
/// link on the way to it (path_resolution(7)).
struct FilePlaces: Equatable {
    private(set) var names: [String: Set<String>] = [:]

    init(of files: [String]) {
        for file in files { follow(file) }
    }

    private mutating func follow(_ file: String) {
        var pending = file.split(separator: "/").map(String.init)
        var directory = file.hasPrefix("/") ? "/" : "."
        // A chain of links is followed as far as the system would.
        var links = 0
        while let name = pending.first {
            pending.removeFirst()
            if name == "." { continue }
            let path = directory == "/" ? "/\(name)" : "\(directory)/\(name)"
            names[directory, default: []].insert(name)
            if links < 40, let target = Self.target(of: path) {
                links += 1
                if target.hasPrefix("/") { directory = "/" }
                pending = target.split(separator: "/").map(String.init) + pending
            } else {
                directory = path
            }
        }
    }

    /// Where a symbolic link leads; `nil` when it is none.
    private static func target(of path: String) -> String? {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &target, target.count)
        return length > 0 ? String(decoding: target[..<length], as: UTF8.self) : nil
    }
}
