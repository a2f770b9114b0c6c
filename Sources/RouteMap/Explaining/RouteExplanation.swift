import ScopeModel

/// Why a request got the route that it got, for people to read.
public struct RouteExplanation: Equatable, Sendable {
    /// How a segment of the path was read.
    public struct Step: Equatable, Sendable {
        /// The segment, or for the rest of a path all of it.
        public let text: String
        /// What of the template it was read as.
        public let segment: RouteTemplate.Segment
    }

    /// A template that was not chosen.
    public struct Rejection: Equatable, Sendable {
        /// The template.
        public let template: String
        /// Why it was not chosen, as the end of a sentence.
        public let reason: String
        /// How many segments of the path it matches.
        public let matchedSegments: Int
    }

    /// What was found; the same as ``RouteMap/match(method:methodName:path:)`` says.
    public let match: RouteMatch
    /// The template that matched.
    public let template: String?
    /// How each segment of the path was read by that template.
    public let steps: [Step]
    /// What the route needs, if there is one.
    public let requirement: Requirement?
    /// How long the backend may take, as far as the route says so.
    public let timeouts: RouteTimeouts
    /// The encodings that the route allows in its parameters.
    public let allowance: EncodingAllowance
    /// Whether HEAD was answered by the route of GET.
    public let usesRouteOfGET: Bool
    /// The methods of the template that matched, as in Allow.
    public let allowedMethods: [String]
    /// The templates that came nearest, at most ``RouteMap/maximumRejections``: first those that match as well but are
    /// less specific, then those that match most segments.
    public let rejected: [Rejection]
    /// When nothing matched: a template that a small change of the path would reach.
    public let suggestion: String?
}
