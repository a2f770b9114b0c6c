/// The file of a configuration that is about to be read.
public struct ConfigurationFile: Sendable {
    let path: String
    /// Changes since then may not have been read.
    let readSince: FileTime

    /// - Precondition: Nothing of the configuration has been read yet: what changes after this is read anew.
    public init(_ path: String) {
        self.path = path
        readSince = .now
    }
}
