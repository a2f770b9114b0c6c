/// A secret, and where it is from. Printing or dumping it shows only the latter.
public struct Secret: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Where a secret is from.
    public enum Origin: Equatable, Sendable {
        /// An environment variable; its name.
        case environment(String)
        /// A file; its path.
        case file(String)
    }

    /// The secret; never empty when it was loaded.
    public let bytes: [UInt8]
    /// Where it is from.
    public let origin: Origin

    /// A secret.
    public init(bytes: [UInt8], origin: Origin) {
        self.bytes = bytes
        self.origin = origin
    }

    /// Where the secret is from, and not what it is.
    public var description: String {
        switch origin {
        case .environment(let name): "{env: \(name)}"
        case .file(let path): "{file: \(path)}"
        }
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// A mirror without children, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
