/// Why a text is not the kind of value that it should be.
public struct ValueProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, in a sentence.
    public let message: String
    /// What to do about it.
    public let help: String?

    init(_ message: String, help: String? = nil) {
        self.message = message
        self.help = help
    }

    /// What is wrong.
    public var description: String { message }
}
