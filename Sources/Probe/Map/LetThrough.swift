/// A request that the map lets through for less than what the backend takes it for needs.
public struct LetThrough: Encodable, Equatable, Sendable {
    /// The method.
    public let method: String
    /// The request target.
    public let target: String
    /// The field or content that makes the difference, if it isn't the target.
    public let with: String?
    /// The template that takes it.
    public let template: String
    /// What that needs.
    public let requirement: String
    /// What the backend takes it for.
    public let readAs: String
    /// What that needs, or why it is refused.
    public let needs: String
    /// How little it is to be wondered at: 0 for what another route says, 1 for a method and 2 for a path that no route
    /// has.
    let rank: Int

    enum CodingKeys: String, CodingKey {
        case method, target, with, template, requirement, needs
        case readAs = "read_as"
    }

    /// The request and what is wrong with it in a line.
    public var description: String {
        "\(method) \(target)" + (with.map { " with \($0)" } ?? "")
            + " passes by \(template) (\(requirement)), and is read as \(readAs): \(needs)"
    }
}
