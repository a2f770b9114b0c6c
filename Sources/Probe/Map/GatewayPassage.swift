/// What a gateway makes of a request before it looks at its key: its parser, its map and its rules for fields.
public enum GatewayPassage: Equatable, Sendable {
    /// Nobody gets the request through.
    case refused(code: String, message: String)
    /// Whoever has what the route needs gets it through.
    case passes(Passing)

    /// How a request goes on.
    public struct Passing: Equatable, Sendable {
        /// The route, as an index into the map's routes.
        public var route: Int
        /// The backend: 0 for that of all paths that no prefix has, 1 for that of the first prefix.
        public var place: Int
        /// The head that the backend gets.
        public var head: String
        /// Whether the connection may carry another request after a success.
        public var isReusedAfterSuccess: Bool

        /// A way to go on.
        public init(route: Int, place: Int, head: String, isReusedAfterSuccess: Bool) {
            self.route = route
            self.place = place
            self.head = head
            self.isReusedAfterSuccess = isReusedAfterSuccess
        }

        /// Whether a field goes on as it came.
        public func keeps(_ field: ProbeField) -> Bool {
            head.split(separator: "\r\n").dropFirst().contains { line in
                let (name, rest) = (line.prefix { $0 != ":" }, line.drop { $0 != ":" }.dropFirst())
                return name.lowercased() == field.name.lowercased()
                    && rest.drop { $0 == " " } == field.value[...]
            }
        }
    }
}
